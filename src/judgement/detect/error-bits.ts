import { z } from "zod";
import { isJsonObject, type Json } from "../../std/json.ts";
import { bitOf, noRarer, stepBit, upperBound } from "./bits.ts";
import { isNumbers } from "./numbers.ts";

/** How many of a series' runs failed, and when they were counted. */
export const rateSchema = z.object({ n: z.number(), k: z.number(), fromMs: z.number(), toMs: z.number() });
export type Rate = z.infer<typeof rateSchema>;

export interface ErrorBits {
  sums: number[];
  /** Runs and failures since the CUSUM for four times the usual rate was last at 0: what an alarm tells. */
  run: { cusum: number; n: number; k: number; sinceMs: number };
  /** While the rate is raised: what it was when that was found, and the evidence for its being back. */
  held?: { rate: number; sinceMs: number; back: number } | undefined;
  lastFailedMs?: number | undefined;
}

/** A stored state as a copy that may be changed. Checked by hand: it is read at every run. */
export function readErrorBits(stored: Json | undefined): ErrorBits | undefined {
  if (!isJsonObject(stored)) return undefined;
  const { sums, run, held, lastFailedMs } = stored;
  if (!isNumbers(sums) || !isJsonObject(run) || !isNumbers([run["cusum"], run["n"], run["k"], run["sinceMs"]])) {
    return undefined;
  }
  if (lastFailedMs !== undefined && typeof lastFailedMs !== "number") return undefined;
  if (held !== undefined && !(isJsonObject(held) && isNumbers([held["rate"], held["sinceMs"], held["back"]]))) {
    return undefined;
  }
  const bits = stored as unknown as ErrorBits;
  return {
    ...bits,
    sums: [...bits.sums],
    run: { ...bits.run },
    ...(bits.held === undefined ? {} : { held: { ...bits.held } }),
  };
}

export function readRate(stored: Json | undefined): Rate | undefined {
  if (!isJsonObject(stored)) return undefined;
  const { n, k, fromMs, toMs } = stored;
  return isNumbers([n, k, fromMs, toMs]) ? (stored as unknown as Rate) : undefined;
}

const clusterMs = 180_000;
const backAt = 5;
const mostPerRun = 2;

export function freshErrorBits(atMs: number): ErrorBits {
  return { sums: [], run: { cusum: 0, n: 0, k: 0, sinceMs: atMs } };
}

/** Errors come in clusters: failures right after one another within three minutes are one. The outage rule counts them. */
export function isCounted(lastFailedMs: number | undefined, atMs: number, failed: boolean): boolean {
  return !(failed && lastFailedMs !== undefined && atMs - lastFailedMs <= clusterMs);
}

export function countRate(before: Rate | undefined, atMs: number, failed: boolean): Rate {
  const { n, k, fromMs } = before ?? { n: 0, k: 0, fromMs: atMs };
  return { n: n + 1, k: k + (failed ? 1 : 0), fromMs, toMs: atMs };
}

/** One more run that counts: whether failures are more frequent than the baseline's upper bound allows. Changes the state. */
export function stepErrors(state: ErrorBits, usual: Rate, atMs: number, failed: boolean, samples: number): boolean {
  const bound = noRarer(upperBound(usual.k, usual.n), samples);
  const { run, held } = state;
  if (held !== undefined) {
    held.back = Math.max(0, held.back + evidenceForBack(bound, held.rate, failed));
    if (held.back < backAt) return true;
    delete state.held;
    Object.assign(state, freshErrorBits(atMs));
    return false;
  }
  const alternative = Math.max(bound, Math.min(0.95, 4 * bound));
  run.cusum += Math.log(failed ? alternative / bound : (1 - alternative) / (1 - bound));
  if (run.cusum > 0) [run.n, run.k] = [run.n + 1, run.k + (failed ? 1 : 0)];
  else Object.assign(run, { cusum: 0, n: 0, k: 0, sinceMs: atMs });
  if (stepBit(state.sums, bitOf(bound), failed) < samples) return false;
  const rate = Math.min(0.95, Math.max(2 * bound, run.k / Math.max(1, run.n)));
  state.held = { rate, sinceMs: run.sinceMs, back: 0 };
  return true;
}

function evidenceForBack(bound: number, rate: number, failed: boolean): number {
  const evidence = Math.log(failed ? bound / rate : (1 - bound) / (1 - rate));
  return Math.max(-mostPerRun, Math.min(mostPerRun, evidence));
}
