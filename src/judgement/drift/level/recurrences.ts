import type { DriftPolicy } from "../../../probe/probe.ts";
import { formatDurationMs } from "../../../std/duration.ts";
import { type Check, isNumber, objectOf } from "../../../std/check.ts";
import type { Held } from "./engine.ts";

/** Moves of one direction that came and went by themselves, none of them long after the one before. */
export interface Recurrences {
  readonly n: number;
  readonly lastMs: number;
  readonly longestMs: number;
  /** By how much the logs moved at most, without sign. */
  readonly largest: number;
}

/** What came and went so often is the series' own: a night's batch, a cold cache, a provider's second region. */
const oftenEnough = 3;
const longestRememberedMs = 28 * 86_400_000;
/** Of the time in which one false page is promised: what comes no more often than this is worth a page. */
const rememberedShare = 1 / 6;
/** As long as the longest weekend. What lasts longer may stay. */
const longestOfOwnMs = 3 * 86_400_000;
/** More than any before, by more than chance makes of the next. */
const longer = 2;
const larger = 1.5;

/** One more that is over. */
export function withMove(
  before: Recurrences | undefined,
  { sinceMs, shift }: Held,
  endMs: number,
  drift: DriftPolicy,
): Recurrences | undefined {
  const tookMs = endMs - sinceMs;
  const known = isRemembered(before, endMs, drift) ? before : undefined;
  if (tookMs > longestOfOwnMs) return known;
  return {
    n: (known?.n ?? 0) + 1,
    lastMs: endMs,
    longestMs: Math.max(known?.longestMs ?? 0, tookMs),
    largest: Math.max(known?.largest ?? 0, Math.abs(shift)),
  };
}

/** Whether a series moves like this by itself, and so may be expected to again. */
export function isRecurrent(
  recurrences: Recurrences | undefined,
  nowMs: number,
  drift: DriftPolicy,
): recurrences is Recurrences {
  return isRemembered(recurrences, nowMs, drift) && recurrences.n >= oftenEnough;
}

/** Whether a move is so far no longer and no larger than those that came and went. */
export function isAsBefore({ longestMs, largest }: Recurrences, { sinceMs, shift }: Held, nowMs: number): boolean {
  return nowMs - sinceMs <= longer * longestMs && Math.abs(shift) <= larger * largest;
}

export const isRecurrences: Check<Recurrences> = objectOf<Recurrences>({
  n: isNumber,
  lastMs: isNumber,
  longestMs: isNumber,
  largest: isNumber,
});

/** `5 such changes ended by themselves, …`: why nobody is notified. */
export function recurrencesText({ n, longestMs, largest }: Recurrences): string {
  const most = `at most ${formatDurationMs(longestMs)} long and ×${Math.exp(largest).toFixed(1)}`;
  return `${n} such changes ended by themselves, ${most}: pages when one lasts ${longer} times as long or is larger`;
}

function isRemembered(
  recurrences: Recurrences | undefined,
  nowMs: number,
  { falsePageEveryMs }: DriftPolicy,
): recurrences is Recurrences {
  const rememberedMs = Math.min(longestRememberedMs, rememberedShare * falsePageEveryMs);
  return recurrences !== undefined && nowMs - recurrences.lastMs <= rememberedMs;
}
