import type { Observation } from "../../observation/observation.ts";
import type { Axis } from "../../scenario/same-model/fingerprint.ts";

export const instruments = ["choices", "logprobs", "borders", "repeats"] as const;
export type Instrument = (typeof instruments)[number];

/** The first answer to the question that is asked twice. */
export const thousand = "number up to 1000";

/** What one question has shown: an answer in one cell, or of each token of the top list its bin. */
export interface Sample {
  readonly instrument: Instrument;
  readonly parts: readonly { readonly cell: string; readonly answer: string }[];
}

export function instrumentOf(cell: string): Instrument {
  if (cell === "repeat") return "repeats";
  if (cell.startsWith("border/")) return "borders";
  return cell.startsWith("token/") ? "logprobs" : "choices";
}

/** The answers of a run to the questions that are compared. Requests that got none are left out. */
export function samplesOf(done: readonly Observation[], axes: Readonly<Record<string, Axis>>): Sample[] {
  return [...answersOf(done), ...topsOf(done).map((tops) => binned(tops, axes))].flatMap((sample) =>
    sample.parts.length === 0 ? [] : [sample],
  );
}

/** All but log-probabilities, which need axes first. */
export function answersOf(done: readonly Observation[]): Sample[] {
  return done.flatMap((observation, index): Sample[] => {
    const { question, outcome } = observation;
    if (question === undefined || outcome.kind !== "reply" || outcome.answer === undefined) return [];
    const { cell, place } = question;
    if (cell === "ladder" || cell === "search" || cell === "logprobs") return [];
    if (cell !== "repeat") return [{ instrument: instrumentOf(cell), parts: [{ cell, answer: outcome.answer }] }];
    if (place === 1) return [{ instrument: "choices", parts: [{ cell: thousand, answer: outcome.answer }] }];
    const first = done[index - 1]?.outcome;
    if (place !== 2 || first?.kind !== "reply" || first.answer === undefined) return [];
    return [{ instrument: "repeats", parts: [{ cell, answer: first.answer === outcome.answer ? "same" : "other" }] }];
  });
}

/** The lists of likeliest tokens; an answer without one has an empty list: that a target leaves them out is a change. */
export function topsOf(done: readonly Observation[]): Readonly<Record<string, number>>[] {
  return done.flatMap(({ question, outcome }) => {
    if (question?.cell !== "logprobs" || outcome.kind !== "reply") return [];
    if (outcome.tops !== undefined) return [outcome.tops];
    return outcome.answer === undefined ? [] : [{}];
  });
}

const farthest = 40;

export function binned(tops: Readonly<Record<string, number>>, axes: Readonly<Record<string, Axis>>): Sample {
  const parts = Object.entries(axes).map(([token, { at, width }]) => {
    const logprob = tops[token];
    const bin = logprob === undefined ? undefined : Math.round((logprob - at) / width);
    const answer = bin === undefined ? "absent" : String(Math.max(-farthest, Math.min(farthest, bin)));
    return { cell: `token/${token}`, answer };
  });
  return { instrument: "logprobs", parts };
}

/** Tokens that are followed, by how often they were in the top list. */
const mostTokens = 5;
/** Noise that arithmetic alone makes. */
const leastWidth = 0.004;

/**
 * Bins about two deviations of the noise wide. The noise is what neighboring values differ by, four places apart in order:
 * several back ends have several middles, and do not make it larger.
 */
export function axesOf(tops: readonly Readonly<Record<string, number>>[]): Record<string, Axis> {
  const values = new Map<string, number[]>();
  for (const top of tops) {
    for (const [token, logprob] of Object.entries(top)) values.set(token, [...(values.get(token) ?? []), logprob]);
  }
  const common = [...values].filter(([, of]) => of.length >= 8).toSorted(([, a], [, b]) => b.length - a.length);
  return Object.fromEntries(
    common.slice(0, mostTokens).map(([token, of]) => {
      const sorted = of.toSorted((a, b) => a - b);
      const gaps = sorted.slice(4).map((value, index) => value - (sorted[index] ?? value));
      const width = Math.max(leastWidth, (middleOf(gaps) * of.length) / 6);
      return [token, { at: round(middleOf(sorted)), width: round(width) }];
    }),
  );
}

function middleOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

const round = (value: number): number => Math.round(value * 1e5) / 1e5;
