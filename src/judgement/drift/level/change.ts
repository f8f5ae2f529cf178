import type { Pipeline } from "./pipeline.ts";
import { meanDeviation, median, robustSpread } from "../../../std/statistics.ts";
import { robustMean } from "../learn/blocks.ts";
import type { ComponentKind } from "./components.ts";
import type { Reference } from "../learn/reference.ts";

export interface StartTimes {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What an alarm says: since when, what kind of change, and how big, all estimated. */
export interface Change {
  readonly kind: ComponentKind;
  readonly sinceMs: number;
  /** Where it has begun, by likelihood: between the slots of these runs. */
  readonly start?: StartTimes | undefined;
  /** Median of the samples since, over the baseline's, with its 95 % interval. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  /** How many samples the estimate is made of. */
  readonly samples: number;
  /** As how many more those count that were asked for beside the schedule. */
  readonly extra?: number | undefined;
}

/** Where samples lie: of few different values the mean, for the middle one jumps between them. */
export function middleOf(values: readonly number[], { isTied }: Pipeline): number {
  return isTied ? robustMean(values).mean : median(values);
}

/** `recent` are the newest samples, logs less season and level, oldest first. */
export function changeSince(
  kind: ComponentKind,
  sinceMs: number,
  recent: readonly number[],
  pipeline: Pipeline,
  atMs: number,
  intervalMs: number,
  extra = 0,
): Change {
  const samples = Math.max(1, Math.min(recent.length, Math.round((atMs - sinceMs) / intervalMs)));
  const since = recent.slice(-samples);
  const { reference } = pipeline;
  const middle = middleOf(since, pipeline);
  const spread = Math.max(reference.spread, robustSpread(since));
  // Standard error of a median: 1.2533 that of a mean.
  const margin = (1.96 * 1.2533 * spread * inflationOf(reference.correlation)) / Math.sqrt(samples + extra);
  const [ratio, low, high] = [middle, middle - margin, middle + margin].map(Math.exp) as [number, number, number];
  return { kind, sinceMs, ratio, low, high, samples, ...(extra === 0 ? {} : { extra }) };
}

/** The floor of a series whose scores can't have one: its mean is past it by three standard errors, for it is asked again and again. */
export function isBeyond(floor: number, since: readonly number[], { correlation }: Reference): boolean {
  const { mean } = robustMean(since);
  const margin = (3 * meanDeviation(since) * inflationOf(correlation)) / Math.sqrt(since.length);
  return Math.abs(mean) - margin > floor;
}

/** Of a standard error, by the correlation of peers. */
function inflationOf(correlation: number): number {
  return Math.sqrt((1 + correlation) / (1 - correlation));
}

/** Evidence of this much, e^10 to one, and the series is called back at its baseline. */
export const backAt = 10;
/** One sample says at most this much: no recovery from fewer than five. */
const mostPerSample = 2;

/** Log likelihood ratio of one sample for "back at the baseline" against "moved by shift". */
export function backwards(moved: number, shift: number, reference: Reference, floor: number): number {
  const { spread, correlation } = reference;
  const unit = Math.max(spread, floor / 2, 1e-3);
  const distance = Math.abs(shift) / unit;
  const score = (moved * Math.sign(shift)) / unit;
  const evidence = distance * (distance / 2 - score) * ((1 - correlation) / (1 + correlation));
  return Math.max(-mostPerSample, Math.min(mostPerSample, evidence));
}

/** False when the newest samples say that the change went away before it could be reported. */
export function lastsStill(since: readonly number[], shift: number, reference: Reference, floor: number): boolean {
  let back = 0;
  for (const moved of since) back = Math.max(0, back + backwards(moved, shift, reference, floor));
  return back < backAt;
}
