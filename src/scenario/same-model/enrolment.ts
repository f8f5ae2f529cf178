import { choices } from "./choices.ts";
import type { Enrolling, Variant } from "./fingerprint.ts";

/** Requests of one enrolment run at most: a day of runs, and slow routing between back ends shows. */
export const batch = 40;

/** Answers that are enough. */
const perChoice = 20;
const repeats = 30;
const perBorder = 20;
/** Asked at once when a border input was found: one that hardly ever flips shows no change. */
export const trials = 8;
const letters = 80;
/** Border inputs are rare: so many are wanted, and no more requests are made for finding them. */
const wantedBorders = 4;
export const mostSearched = 800;

/** Tried in this order; the first that is answered with a word is how the endpoint is asked from then on. */
export function ladder(answerTokens: number): readonly Variant[] {
  return [
    { maxTokens: 1, temperature: true, logprobs: true },
    { maxTokens: 16, temperature: true, logprobs: true },
    { maxTokens: 1, temperature: true, logprobs: false },
    { maxTokens: 16, temperature: true, logprobs: false },
    { maxTokens: 16, temperature: false, logprobs: false },
    { maxTokens: Math.max(answerTokens, 16), temperature: false, logprobs: false },
  ];
}

export type Want =
  | { readonly kind: "choice"; readonly cell: string }
  | { readonly kind: "repeat" }
  | { readonly kind: "letter" }
  | { readonly kind: "border"; readonly index: number }
  | { readonly kind: "search" };

/** What an enrolment still wants to ask, in the order in which it is asked. Empty: it is complete. */
export function wantsOf(enrolling: Enrolling): Want[] {
  const { variant, borders, runs } = enrolling;
  if (variant === undefined) return [];
  const had = (cell: string): number => runs.reduce((sum, { answers }) => sum + (answers[cell]?.length ?? 0), 0);
  const tops = runs.reduce((sum, run) => sum + run.tops.length, 0);
  const more = (want: Want, enough: number, cell: string): Want[] =>
    Array.from({ length: Math.max(0, enough - had(cell)) }, () => want);
  const lists: Want[][] = [
    ...choices.map(({ cell }) => more({ kind: "choice", cell }, perChoice, cell)),
    more({ kind: "repeat" }, repeats, "repeat"),
    ...(variant.logprobs ? [Array.from({ length: Math.max(0, letters - tops) }, () => letter)] : []),
    ...borders.map((_, index) => more({ kind: "border", index }, perBorder, borderCell(index))),
    isSearching(enrolling) ? Array.from({ length: batch / 2 }, () => search) : [],
  ];
  // In turn, so that every run has something of everything: runs are compared with each other later.
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) => lists.flatMap((list) => list[turn] ?? [])).flat();
}

export const borderCell = (index: number): string => `border/${index + 1}`;

/** Whether it is still tried; afterwards it is asked once in each run, so that slow routing between back ends shows. */
export function isTried({ runs }: Pick<Enrolling, "runs">, index: number): boolean {
  return runs.reduce((sum, { answers }) => sum + (answers[borderCell(index)]?.length ?? 0), 0) < trials;
}

const letter: Want = { kind: "letter" };
const search: Want = { kind: "search" };

/** Log-probabilities see more than border inputs, for less. */
function isSearching({ variant, borders, searched }: Enrolling): boolean {
  return (
    variant?.temperature === true && !variant.logprobs && borders.length < wantedBorders && searched < mostSearched
  );
}

/** Requests of a want: a repeated question and a searched input are asked twice. */
export function requestsOf({ kind }: Want): number {
  return kind === "repeat" || kind === "search" ? 2 : 1;
}

/** The most requests that an enrolment can need. */
export const mostRequests =
  6 +
  choices.length * perChoice +
  2 * repeats +
  Math.max(letters, mostSearched + 2 * batch + wantedBorders * perBorder);
