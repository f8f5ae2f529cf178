import { createHash } from "node:crypto";
import { remember } from "../std/remember.ts";

/** Words of protocols and of the names of models, beside which a name may hold little else. */
const vocabulary = new Set(
  `accepted access account ai air aisingapore alpha amazon anthropic api app application arguments assistant async audio auth
  authentication authorization auto aws azure baai bad baidu balance base batch bedrock beta bge bias billing blocked blocklist
  blocklists body burst cache cached call calls cf chat chatcmpl citation citations claude client close cloud cloudflare code coder
  codestral cogito cohere command completion completions content context cost created credentials credit credits custom data deep
  deepseek default denied deployment details developer devstral dicta distill done dynamic eastus edge effort empty end engine eos
  ernie error errors euryale event exceeded exception exp expanse expired external face fail failed fallback fast field filter
  fingerprint finish fireworks flash flex forbidden format found fp free function gateway gemini gemma generation gguf glm global
  google gpt granite grok groq gzip haiku header headers hermes high html http https hugging huggingface hunyuan ibm id image in
  incomplete incorrect inkling input instant instruct insufficient int intellect internal international invalid is israel it item
  items jamba json keep key kimi language large latest length level limit limited limits list lite litellm llama llm local logit
  logprobs long lora low maas machines magistral maverick max maximum mb message messages meta method micro mime min mini mistral
  mistralai mixtral mode model models moderation moe moondream moonshot more ms multi multimodal name nano native nemotron next
  nginx no non not nous nova novita null num nvfp nvidia object of ok omni on online only openai openrouter opus or org output
  overloaded ovhcloud page pages param parameter parameters parsed partial path permission phi pixtral plain plan plus policy
  portkey predicted prediction preview priority pro processing prompt prompts provider proxy pt public quantized queries queue quota
  qwen qwq rate ratelimit reached reason reasoning recitation refusal region rejected remaining request requests required research
  reset resource response result results retry role route router rpm safety scale schema scout search seed seek server service
  servicenow short small snapshot sonar sonnet spec speculative speed stop stream string structured success support swallow system
  tag temperature terms text think thinker thinking thought tier time timeout titan together token tokens too tool tools top total
  tpm turbo type ultra unauthorized unavailable unknown unprocessable unsupported upstream url usage user utf utter validation value
  values variant version vertex via video violation vision vl vllm voxtral west window with wizard workers xai xl zai`.split(
    /\s+/,
  ),
);

/** About what seven random letters and digits say. */
const mostBits = 44;
const bitsOf = { letter: 4.7, spoken: 1.6, digit: 3.3, known: 1, number: 6 } as const;

/**
 * A name that a stranger chose, of a model or an error, as it may be kept: raw if it says little more than words and
 * numbers of a few digits do, else `hash:` and 16 hex digits. So a key does not pass in a spelling that nobody has
 * thought of, and one name still differs from another. `known`: what the configuration says itself.
 */
export function keepableName(name: string, known: readonly string[] = []): string {
  if (known.includes(name)) return name;
  return saysLittle(name)
    ? name
    : `hash:${createHash("sha256").update(`plumbline name ${name}`).digest("hex").slice(0, 16)}`;
}

/** Whether a text cannot hold eight characters of a key, whatever their spelling. */
export const saysLittle = remember(
  5_000,
  (text: string) => text,
  (text) => bitsOfText(text) <= mostBits,
);

function bitsOfText(text: string): number {
  let bits = 0;
  const rest = text.replace(numbers, () => {
    bits += bitsOf.number;
    return " ";
  });
  for (const [piece] of rest.matchAll(/[A-Z]?\p{Ll}+|\p{Lu}+(?!\p{Ll})|\p{L}|\d+|[^\s\p{L}\d]+/gu))
    bits += bitsIn(piece);
  return bits;
}

/** Dates, months, times of day and seconds since 1970; how many parameters a model has. */
const numbers =
  /(?<!\d)(?:20\d\d-?[01]\d-?[0-3]\d|2[3-9][01]\d|[01]\d[0-3]\d|\d\d:\d\d:\d\d|1[6-9]\d{8})(?!\d)|(?<![A-Za-z\d])[ax]?\d{1,3}[bk](?![A-Za-z\d])/gi;

function bitsIn(piece: string): number {
  if (/^\d/.test(piece)) return piece.length * bitsOf.digit;
  if (!/\p{L}/u.test(piece)) return (piece.length - 1) * bitsOf.digit;
  const word = piece.toLowerCase();
  if (vocabulary.has(word)) return bitsOf.known;
  return piece.length * (isSpoken(word) ? bitsOf.spoken : bitsOf.letter);
}

/** Words of any language change between vowels and consonants; letters drawn at random soon do not. */
function isSpoken(word: string): boolean {
  const vowels = word.match(/[aeiouy]/g)?.length ?? 0;
  return (
    /^[a-z]{4,14}$/.test(word) && vowels * 4 >= word.length && vowels * 3 <= word.length * 2 && !unspoken.test(word)
  );
}

const unspoken =
  /[bcdfghjklmnpqrstvwxz]{4}|[aeiouy]{4}|q[^u]|[jvxz][bcdfghjklmnpqrstvwxz]|[bcdfghjklmnpqrstvwxz][jqxz]/;
