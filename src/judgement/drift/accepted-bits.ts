import { isJsonObject, type Json } from "../../std/json.ts";
import { evidenceFor } from "./rate/bits.ts";
import { type Counts, readCounts } from "./counts/counts.ts";
import { type Rate, readRate } from "./rate/error-bits.ts";

/** What was normal before a person accepted another normal, kept with that: what comes back to it has recovered. */
export function shadowRateIn(learned: Json | undefined): Rate | undefined {
  return isJsonObject(learned) ? readRate(learned["shadow"]) : undefined;
}

export function shadowCountsIn(learned: Json | undefined): Counts | undefined {
  return isJsonObject(learned) ? readCounts(learned["shadow"]) : undefined;
}

/** A baseline with another as its shadow; without one it is the baseline alone. */
export function withPreviousBaseline(learned: Rate | Counts, shadow: Rate | Counts | undefined): Json {
  return { ...learned, ...(shadow && { shadow: { ...shadow, shadow: undefined } }) } as unknown as Json;
}

/** e^10 to one, as for levels: a baseline is not changed by a quiet hour. */
export const returnedAt = 10;

/** CUSUM of the evidence that the rate is the shadow's again, after one more run. */
export function stepReturn(before: number, usual: Rate, shadow: Rate, failed: boolean): number {
  return Math.max(0, before + evidenceFor(rateOf(shadow), rateOf(usual), failed));
}

/** Never 0 nor 1: half a run for either. */
function rateOf({ n, k }: Rate): number {
  return (k + 0.5) / (n + 1);
}
