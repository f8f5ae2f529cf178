/**
 * What the states of most probes contain, for the compression of rows of the store. Rows exist that can't be read without
 * it: it is never edited. A better one is a new one, with a number of its own.
 */
const path = (name: string, kind: string, like?: string): string =>
  `"$.${name}":{"count":0,"kinds":{"${kind}":0}${like === undefined ? "" : `,"classes":{"${like}":0}`}},`;

const usage = "usage.completion_tokens_details";
const paths = [
  path("choices[].delta.content", "string", "text"),
  path("system_fingerprint", "string", "token"),
  path("choices", "array"),
  path("choices[]", "object"),
  path("choices[].finish_reason", "string", '\\"stop\\"'),
  path("choices[].index", "integer", "zero"),
  path("choices[].logprobs", "null"),
  path("choices[].message", "object"),
  path("choices[].message.annotations", "array", "empty"),
  path("choices[].message.content", "string", "text"),
  path("choices[].message.refusal", "null"),
  path("choices[].message.role", "string", '\\"assistant\\"'),
  path("created", "integer", "seconds"),
  path("id", "string", "token"),
  path("object", "string", '\\"chat.completion\\"'),
  path("service_tier", "string", '\\"default\\"'),
  path("usage", "object"),
  path("usage.completion_tokens", "integer", "positive"),
  path(usage, "object"),
  path(`${usage}.audio_tokens`, "integer", "zero"),
  path(`${usage}.accepted_prediction_tokens`, "integer", "zero"),
  path(`${usage}.rejected_prediction_tokens`, "integer", "zero"),
  path(`${usage}.reasoning_tokens`, "integer", "zero"),
  path("usage.prompt_tokens", "integer", "positive"),
  path("usage.prompt_tokens_details", "object"),
  path("usage.prompt_tokens_details.audio_tokens", "integer", "zero"),
  path("usage.prompt_tokens_details.cached_tokens", "integer", "zero"),
  path("usage.total_tokens", "integer", "positive"),
];

/** What comes last costs least. */
const dictionary1 = [
  '{"words":{"answer":{"word of 5 characters, "content type":{"application/json":0},"request id in":{"x-request-id":0},',
  '"status":{"200":0}},"mayBeAbsent":[],"agreed":[],"variants":[{"has":[],"count":0}],"paths":{"$":{"count":0,"kinds":{"object":0}},',
  ...paths,
  ',{"n":0,"of":60,"v":4,"learning":{"startMs":179,"lastMs":179,"origin":0.,"n":0,"stride":1,"chunks":0,"packed":"","open":"",',
  '"tail":[0,"tailMs":179,"blocks":""},"isAnew":false},null],["',
  ',{"v":1,"of":30,"n":0,"known":{"v":2,"n":0,{"v":2,"of":60,"n":0,"counts":{"0":0}},null],["',
  '{"n":0,"of":60,"v":1,"rate":{"n":0,"k":0,"fromMs":179,"toMs":179,"hours":{"n":[0,0,0,0,0,0],"k":[0,0,0,0,0,0]}},"isFailing":false},null],["',
  ',{"v":6,"runs":0,"quiet":0,"shares":[],"differed":{},"candidates":{}},null],["',
  ',{"v":1,"bits":{"run":{"k":0,"n":0,"cusum":0,"sinceMs":179},"sums":[0.,"isFailing":false},"rate":{"k":0,"n":0,"toMs":179,"hours":{"k":[0,0,0,0,0,0],"n":[0,0,0,0,0,0]},"fromMs":179}},',
  ',{"v":2,"counts":{"n":0,"counts":{"0":0}},"categories":{"sums":[[0.]]}},',
  ',{"v":4,"weeks":{"n":0,"sum":0.,"fromMs":179},"engine":{"lastMs":179,"recent":[0.,-0.,0.,0,0,0],"follows":3,"detector":{"sums":[0.,',
  '"cusums":[0,0,0,0,0,0,0,0,0,0,0,0,0,0],"sinceMs":[179]},"previous":{"up":-1.4260768722728476,"down":1.4260768722728476,"plain":0}},',
  '"learning":{"n":0,"open":"AYAAAAAAAAAAAAAA","tail":[0],"blocks":"","chunks":0,"lastMs":179,"origin":0.,"packed":"","stride":1,"tailMs":179,"startMs":179},"refitAtMs":179},',
  '{"group":"","intervalMs":60000,"pages":"up","up":0.,"pages":"none","up":0.,"down":0.,"held":null,"day":{"fromMs":179,"samples":0,"sums":[0.,"total":0.}}],["',
].join("");

/** By the first byte of a row. */
export const dictionaries: Readonly<Record<number, Buffer>> = { 1: Buffer.from(dictionary1) };
export const newestDictionary = 1;
