import { type Check, isBoolean, isNumber, isNumbers, objectOf, optional, whole } from "../../../std/check.ts";
import type { Json } from "../../../std/json.ts";
import { bitOf, evidenceFor, noRarer, stepBit, upperBound } from "./bits.ts";

/** How many of a series' runs failed, and when they were counted. */
export interface Rate {
  readonly n: number;
  readonly k: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Of every four hours of the day (UTC): how many ran, and how many of those failed. */
  readonly hours?: { readonly n: readonly number[]; readonly k: readonly number[] } | undefined;
}

export interface ErrorBits {
  sums: number[];
  /** Runs and failures since the CUSUM for four times the usual rate was last at 0: what an alarm reports. */
  run: { cusum: number; n: number; k: number; sinceMs: number };
  /** While the rate is raised: what it was when that was found, and the evidence for its being back. */
  held?: { rate: number; sinceMs: number; back: number } | undefined;
  /** When the newest failure was that counts, and whether the newest run failed. */
  clusterFromMs?: number | undefined;
  isFailing?: boolean | undefined;
}

const isErrorBits = objectOf<ErrorBits>({
  sums: isNumbers,
  run: objectOf<ErrorBits["run"]>({ cusum: isNumber, n: isNumber, k: isNumber, sinceMs: isNumber }),
  held: optional(objectOf<NonNullable<ErrorBits["held"]>>({ rate: isNumber, sinceMs: isNumber, back: isNumber })),
  clusterFromMs: optional(isNumber),
  isFailing: optional(isBoolean),
});

/** A stored state as a copy that may be changed. */
export function readErrorBits(stored: Json | undefined): ErrorBits | undefined {
  if (!isErrorBits(stored)) return undefined;
  const { sums, run, held, clusterFromMs, isFailing } = stored;
  return { sums: [...sums], run: { ...run }, ...(held && { held: { ...held } }), clusterFromMs, isFailing };
}

const partsOfDay = 6;
const partMs = 86_400_000 / partsOfDay;
const partAt = (atMs: number): number => Math.floor((atMs % 86_400_000) / partMs);

const isParts = whole(isNumbers, ({ length }) => length === partsOfDay);

export const isRate: Check<Rate> = objectOf<Rate>({
  n: isNumber,
  k: isNumber,
  fromMs: isNumber,
  toMs: isNumber,
  hours: optional(objectOf<NonNullable<Rate["hours"]>>({ n: isParts, k: isParts })),
});

export function readRate(stored: Json | undefined): Rate | undefined {
  return isRate(stored) ? stored : undefined;
}

/** Failures within this time of one that counts are the same one. */
export const clusterMs = 180_000;

export function freshErrorBits(atMs: number): ErrorBits {
  return { sums: [], run: { cusum: 0, n: 0, k: 0, sinceMs: atMs } };
}

/** What is needed to know whether a failure is another one. */
export interface Cluster {
  readonly clusterFromMs?: number | undefined;
  /** The run before this one failed. */
  readonly isFailing?: boolean | undefined;
}

/**
 * Errors come in stretches: a failure right after a failed run is the same one, however many runs and minutes it lasts, so that
 * what counts is how often a stretch begins. So is one within three minutes of a failure that counts: from the first of
 * them on, not the last, for half of all runs of every minute failing is no single failure.
 */
export function isCounted({ clusterFromMs, isFailing }: Cluster, atMs: number, failed: boolean): boolean {
  return !failed || (isFailing !== true && !(clusterFromMs !== undefined && atMs - clusterFromMs <= clusterMs));
}

export function countRate(before: Rate | undefined, atMs: number, failed: boolean): Rate {
  const failures = failed ? 1 : 0;
  const { n, k, fromMs, hours } = before ?? { n: 0, k: 0, fromMs: atMs };
  const parts = hours ?? (before === undefined ? noHours : undefined);
  const part = partAt(atMs);
  const added = parts && { n: plus(parts.n, part, 1), k: plus(parts.k, part, failures) };
  return { n: n + 1, k: k + failures, fromMs, toMs: atMs, ...(added && { hours: added }) };
}

const none: readonly number[] = Array.from({ length: partsOfDay }, () => 0);
const noHours = { n: none, k: none };

function plus(counts: readonly number[], part: number, more: number): number[] {
  const added = counts.slice();
  added[part] = (added[part] ?? 0) + more;
  return added;
}

/** So many failures in each part on average distinguish a bad noon from chance. */
const fewestToTell = 2 * partsOfDay;
/** Upper 0.1 % of chi-square with five degrees of freedom. */
const byChance = 20.52;

/**
 * The runs that show what is usual at this time. A provider that fails more by day than by night has a rate of each part
 * of the day, once that is no chance: against one rate for all hours, every noon looks like drift.
 */
export function usualAt({ n, k, hours }: Rate, atMs: number): Pick<Rate, "n" | "k"> {
  if (hours === undefined || k < fewestToTell) return { n, k };
  const rate = k / n;
  let chiSquare = 0;
  for (let part = 0; part < partsOfDay; part += 1) {
    const expected = (hours.n[part] ?? 0) * rate;
    if (expected > 0) chiSquare += ((hours.k[part] ?? 0) - expected) ** 2 / (expected * (1 - rate));
  }
  const part = partAt(atMs);
  return chiSquare > byChance ? { n: hours.n[part] ?? 0, k: hours.k[part] ?? 0 } : { n, k };
}

/** The same for every part of the day; one for all where they do not differ. */
export function usualByPart(rate: Rate): readonly Pick<Rate, "n" | "k">[] {
  const parts = Array.from({ length: partsOfDay }, (_, part) => usualAt(rate, part * partMs));
  return new Set(parts.map(({ n, k }) => `${k} of ${n}`)).size === 1 ? parts.slice(0, 1) : parts;
}

/** CUSUM of the evidence from which on a raised rate is over: e^8 to one, for a rate of 10 % gives it hundreds of chances a week. */
const endsAt = 8;

/** One more run that counts: whether failures are more frequent than the baseline's upper bound allows. Changes the state. */
export function stepErrors(state: ErrorBits, usual: Rate, atMs: number, failed: boolean, samples: number): boolean {
  const { n, k } = usualAt(usual, atMs);
  const bound = noRarer(upperBound(k, n), samples);
  const { run, held } = state;
  if (held !== undefined) {
    // What raised the alarm was a bad stretch, and overstates the rate: counting goes on.
    [run.n, run.k] = [run.n + 1, run.k + (failed ? 1 : 0)];
    const rate = Math.min(0.95, Math.max(run.k / run.n, 2 * bound));
    held.rate = rate;
    // A good run says little; a failure says all that it does, or a rate of 10 % would seem over within days.
    held.back = Math.max(0, held.back + (failed ? Math.log(bound / rate) : evidenceFor(bound, rate, false)));
    if (held.back < endsAt) return true;
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
