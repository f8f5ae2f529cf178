/**
 * Words that providers use in error messages. Only these are kept of one: whatever else it holds may be an echo of a
 * key, a prompt or a name, and becomes an ellipsis.
 */
const vocabulary = new Set(
  `a above access account allowed an and api apikey are array as assistant at auth authentication authorization available
  bad balance be because been before below bearer between billing body boolean but by call can cannot channel character characters
  chat check client code column completion completions connect connected connection contact contain contains content context
  could credential credentials credit credits daily deactivated decode delimiter denied deployment deprecated developer did
  disabled does double empty end endpoint enough error errors exceed exceeded exceeds exist exists expected expecting expired
  extra failed failure field fields find for forbidden format found from function gateway generate given got greater group higher had
  has have header however if ignored in incorrect input inputs insufficient integer internal into invalid invalid_request is it json
  key least length less level limit limits line list live load loading long longer lower malformed match max
  max_completion_tokens max_tokens maximum message messages method might min minimum minute missing model models moved must name need
  negative no none nor not null number object of on one only or organization out output overloaded parameter parameters parse
  parsed parser parsing passed path payment permission permitted per please plan positive proper property provide provided provider
  proxy quota range rate rather reached received refused request requested requests require required requires reset resource
  response retry role roles router second seconds see server service should specified specify stop stream string such support
  supported syntax system temporarily temperature text than that the there these this time timeout to token tokens too tool try
  type unable unauthorized unavailable unexpected unknown unrecognized unsupported unterminated until upgrade upstream url usage use user
  using valid validate validation value values version was were when with within without finish again yet you your
  audit blocked busy capacity concurrency concurrent country exhausted idle many partial policy region safety sensitive signature
  suspended violation argument arguments include_usage logprobs reasoning_effort response_format returned seed stream_options
  ssl certificate sent login fail carry secret disconnect headers termination down timed occurred origin unreachable moment denied many bad gateway web
  supplied temperature tools tool_choice top_logprobs top_p`.split(/\s+/),
);

/** An error's message without anything that could be somebody's words: `Incorrect API key provided: …`. */
export function safeMessage(message: string): string | undefined {
  const words = message.slice(0, 2000).split(/\s+/);
  // A limit and a count say something; a row of numbers may be the bytes of a key.
  const mayKeepNumbers = words.filter((word) => /\d/.test(word)).length <= mostNumbers;
  const kept: string[] = [];
  for (const word of words) {
    if (isHarmless(word) && (mayKeepNumbers || !/\d/.test(word))) kept.push(word);
    else if (kept.at(-1) !== "…") kept.push("…");
  }
  const text = kept.join(" ").slice(0, maxLength);
  return /[a-z]{2}/i.test(text) ? text : undefined;
}

const maxLength = 160;
const mostNumbers = 3;

function isHarmless(word: string): boolean {
  const [, core = ""] =
    /^["'`(]{0,2}([A-Za-z_]{1,32}(?:['’][a-z]{1,3})?|\d{1,6})["'`)]{0,2}[.,:;!?]?$/.exec(word) ?? [];
  return vocabulary.has(core.toLowerCase()) || /^\d+$/.test(core);
}
