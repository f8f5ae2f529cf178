import type { Cadence } from "../../../probe/probe.ts";
import type { JudgeInput } from "../../judgement.ts";
import type { Reference } from "../learn/reference.ts";

/** The probe's own interval; under a cron pattern the mean of those seen. */
export function intervalOf({ cadence }: JudgeInput, seen: ({ readonly n: number } & Spanned) | undefined): number {
  if (cadence.kind === "every") return cadenceMs(cadence);
  const spanMs = seen === undefined ? 0 : "startMs" in seen ? seen.lastMs - seen.startMs : seen.toMs - seen.fromMs;
  return seen === undefined || seen.n < 2 || spanMs <= 0 ? cronGuessMs : spanMs / (seen.n - 1);
}

type Spanned =
  | { readonly startMs: number; readonly lastMs: number }
  | { readonly fromMs: number; readonly toMs: number };

const cronGuessMs = 3_600_000;

/** Time between two runs; of a cron pattern, a guess. */
export function cadenceMs(cadence: Cadence): number {
  return cadence.kind === "every" ? cadence.everyMs : cronGuessMs;
}

/** Runs that are this far apart leave room for others between them. */
const slowEnoughMs = 5 * 60_000;

export const isSlow = (cadence: Cadence): boolean => cadence.kind === "every" && cadence.everyMs >= slowEnoughMs;

/** Neighbours of another distance are correlated otherwise: what was learned of them no longer holds. */
export function hasNewCadence({ intervalMs }: Reference, nowMs: number): boolean {
  return Math.abs(Math.log(intervalMs / nowMs)) > Math.log(1.5);
}
