import type { Observation } from "../../observation/observation.ts";
import type { Fingerprint } from "../../scenario/same-model/fingerprint.ts";
import { decimalsCell, distanceCell, logprobSamples, topsOf } from "./logprobs.ts";

export const instruments = ["choices", "logprobs", "distance", "decimals", "borders", "repeats"] as const;
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
  if (cell === distanceCell || cell === decimalsCell) return cell;
  if (cell.startsWith("border/")) return "borders";
  return cell.startsWith("token/") ? "logprobs" : "choices";
}

/** The answers of a run to the questions that are compared. Requests that got none are left out. */
export function samplesOf(
  done: readonly Observation[],
  known: Pick<Fingerprint, "axes" | "centers" | "variant">,
): Sample[] {
  const tops = known.variant.logprobs ? topsOf(done) : [];
  const samples = [...answersOf(done), ...tops.flatMap((of) => logprobSamples(of, known))];
  return samples.filter(({ parts }) => parts.length > 0);
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
