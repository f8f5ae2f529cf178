import { shortHash } from "../std/hash.ts";

/** What a question was, without its words. */
export interface Question {
  /** The answers of one cell are compared with each other: `animal/en`. */
  readonly cell: string;
  /** Which of several with the same words. */
  readonly place?: number | undefined;
  /** The random number that its words were computed from. */
  readonly drawn?: number | undefined;
  /** The only answers that are kept by name. */
  readonly answers?: readonly string[] | undefined;
}

/**
 * The first word of a text, if it is one of the expected answers or the beginning of exactly one; otherwise its hash.
 * undefined: there is no word.
 */
export function answerOf(text: string, { answers }: Question): string | undefined {
  if (answers === undefined) return text === "" ? undefined : hashed(text);
  const word = /[\p{L}\p{N}]+/u.exec(text.toLowerCase())?.[0];
  if (word === undefined) return undefined;
  if (answers.includes(word)) return word;
  const longer = word.length < 2 || /\d/.test(word) ? [] : answers.filter((answer) => answer.startsWith(word));
  return longer.length === 1 ? longer[0] : hashed(word);
}

const mostTops = 8;

/** Log-probabilities by the hash of their token; undefined: there are none. */
export function hashedTops(tops: readonly (readonly [token: string, logprob: number])[]) {
  if (tops.length === 0) return undefined;
  return Object.fromEntries(
    tops.slice(0, mostTops).map(([token, logprob]) => [hashed(token), Math.max(-100, logprob)]),
  );
}

function hashed(text: string): string {
  return `#${shortHash(text, 8)}`;
}
