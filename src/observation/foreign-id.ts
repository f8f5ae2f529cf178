import { shortHash } from "../std/hash.ts";

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What providers put after the prefix of their ids: the work of a counter, a clock or a random generator. */
const knownForms = [
  uuid,
  /^[0-9a-f]{8,64}$/i,
  // One API and what descends from it: the time, then eight random characters.
  /^20\d\d[01]\d[0-3]\d\d{0,18}[A-Za-z0-9]{0,8}$/,
  /^1[6-9]\d{8}(?:\d{3})?$/,
  // OpenRouter: gen-1764000000-…
  /^\d{10}-[A-Za-z0-9]{20}$/,
  // ULID, as Groq has it.
  /^0[0-9a-hjkmnp-tv-z]{25}$/i,
  // Anthropic: req_01… and msg_01…
  /^01[1-9A-HJ-NP-Za-km-z]{22}$/,
];

/** OpenAI has 29 characters, llama.cpp 32. */
const completion = /^chatcmpl-(?:[A-Za-z0-9]{29}|[A-Za-z0-9]{32})$/;

const prefix = /^[a-z]{2,12}[-_]/;
/** Fewer characters in a row give nothing of a key away, as for redaction. */
const harmlessLength = 7;

/**
 * An id that a provider made up, as it may be kept: raw if it has the form of ids that providers are known to make,
 * else `sha256:` and 16 hex digits of its hash. A spelling of a key that nobody has thought of does not pass.
 */
export function keepableId(id: string): string {
  const made = uuid.test(id) ? id : id.replace(prefix, "");
  if (completion.test(id) || made.length <= harmlessLength || knownForms.some((form) => form.test(made))) return id;
  return `sha256:${shortHash(id)}`;
}
