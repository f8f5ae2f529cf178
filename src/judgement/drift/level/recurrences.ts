import type { DriftPolicy } from "../../../probe/probe.ts";
import { formatDurationMs } from "../../../std/duration.ts";
import { type Check, isNumber, isNumbers, objectOf, optional } from "../../../std/check.ts";
import { dateText } from "../../../std/time.ts";
import { median } from "../../../std/statistics.ts";
import type { Held } from "./engine-state.ts";

/** Moves of one direction that came and went by themselves, none of them long after the one before. */
export interface Recurrences {
  readonly n: number;
  readonly lastMs: number;
  readonly longestMs: number;
  /** By how much the logs moved at most, without sign. */
  readonly largest: number;
  /** When the newest of them began, oldest first. */
  readonly startsMs: readonly number[];
  /** Until then a person expects them, as they were when that was said. */
  readonly expectedUntilMs?: number | undefined;
}

/** `own`: small, and nobody is asked · `standing`: large, and one ticket for all of them · `expected`: large, and a person has said so. */
export type Recurring = { readonly kind: "own" | "standing" | "expected"; readonly recurrences: Recurrences };

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** What came and went so often, and is large, becomes one standing ticket. */
const oftenEnough = 2;
/** So many at one time of day are no chance. */
const startsOfTime = 3;
/** A smaller move is the series' own from the second time on: one fact, one message. */
const small = Math.log(1.5);
const rememberedMs = 60 * dayMs;
/** Of the time in which one false page is promised: what comes no more often than this is worth a page. */
const rememberedShare = 1 / 3;
/** As long as the longest weekend. What is large and lasts longer may stay. */
const longestOfLargeMs = 3 * dayMs;
/** More than any before, by more than chance makes of the next. */
const longer = 2;
const larger = 1.5;
const least = Math.log(1.15);
const mostStarts = 12;
/** Starts that lie no further apart than this are at one time of day. */
const sameTimeMs = 2 * hourMs;

/** One more that is over. */
export function withMove(
  before: Recurrences | undefined,
  over: Held,
  endMs: number,
  drift: DriftPolicy,
): Recurrences | undefined {
  const { sinceMs, shift } = over;
  const tookMs = endMs - sinceMs;
  const known = isRemembered(before, endMs, drift) ? before : undefined;
  const size = Math.abs(shift);
  if (tookMs > longestOfLargeMs && size >= small) return known;
  return {
    n: (known?.n ?? 0) + 1,
    lastMs: endMs,
    longestMs: Math.max(known?.longestMs ?? 0, tookMs),
    largest: Math.max(known?.largest ?? 0, size),
    startsMs: [...(known?.startsMs ?? []), sinceMs].slice(-mostStarts),
    // Nobody has expected one that goes further.
    ...(recurringOf(known, over, endMs, drift)?.kind === "expected" && { expectedUntilMs: known?.expectedUntilMs }),
  };
}

/** What a move that is held is one more of; undefined: it is news, as it goes further than those before or comes at another time. */
export function recurringOf(
  known: Recurrences | undefined,
  { sinceMs, shift }: Held,
  nowMs: number,
  drift: DriftPolicy,
): Recurring | undefined {
  // What goes on is no news because its predecessors are long ago.
  if (!isRemembered(known, sinceMs, drift)) return undefined;
  const size = Math.abs(shift);
  if (size > Math.max(larger * known.largest, known.largest + least)) return undefined;
  if (Math.max(size, known.largest) < small) return { kind: "own", recurrences: known };
  const isAsLong = nowMs - sinceMs <= longer * known.longestMs;
  if (!haveTicket(known) || !isAsLong || !isAtItsTime(known, sinceMs)) return undefined;
  return { kind: isExpected(known, nowMs) ? "expected" : "standing", recurrences: known };
}

/** Large ones that came often enough. */
export function haveTicket(known: Recurrences | undefined): known is Recurrences {
  return known !== undefined && known.n >= oftenEnough && known.largest >= small;
}

function isExpected({ expectedUntilMs = 0 }: Recurrences, nowMs: number): boolean {
  return nowMs < expectedUntilMs;
}

/** Whether a series moves like this by itself, and so may be expected to again. */
export function isRecurrent(known: Recurrences | undefined, nowMs: number, drift: DriftPolicy): known is Recurrences {
  return isRemembered(known, nowMs, drift) && known.n >= oftenEnough;
}

/** Whether the standing ticket of large moves ends: none has come for long, or a person expects them. */
export function hasEnded(known: Recurrences | undefined, nowMs: number, drift: DriftPolicy): boolean {
  return haveTicket(known) && (isExpected(known, nowMs) || !isRemembered(known, nowMs, drift));
}

export const isRecurrences: Check<Recurrences> = objectOf<Recurrences>({
  n: isNumber,
  lastMs: isNumber,
  longestMs: isNumber,
  largest: isNumber,
  startsMs: isNumbers,
  expectedUntilMs: optional(isNumber),
});

/** `×5.0 for at most 1 h, every 8 days at about 10:00 UTC, 7 times, expected until 2026-12-29`. */
export function recurrencesText({ n, longestMs, largest, startsMs, expectedUntilMs }: Recurrences): string {
  const gaps = startsMs.slice(1).map((atMs, index) => atMs - (startsMs[index] ?? 0));
  const everyMs = gaps.length === 0 ? 0 : median(gaps);
  const isRegular =
    gaps.length > 0 && gaps.every((gap) => Math.abs(gap - everyMs) <= Math.max(sameTimeMs, everyMs / 8));
  const often = gaps.length === 0 ? "" : `, ${isRegular ? "every" : "about every"} ${longText(everyMs)}`;
  const first = startsMs[0] ?? 0;
  const middleMs = first + startsMs.reduce((sum, atMs) => sum + apartMs(atMs, first), 0) / Math.max(1, startsMs.length);
  const at = hasItsTime(startsMs) ? ` at about ${new Date(middleMs).toISOString().slice(11, 16)} UTC` : "";
  const until = expectedUntilMs === undefined ? "" : `, expected until ${dateText(expectedUntilMs)}`;
  return `×${Math.exp(largest).toFixed(1)} for at most ${longText(longestMs)}${often}${at}, ${n} times${until}`;
}

function longText(durationMs: number): string {
  const days = durationMs / dayMs;
  if (days >= 1.5) return `${Math.round(days)} days`;
  return formatDurationMs(durationMs >= hourMs ? Math.round(durationMs / hourMs) * hourMs : durationMs);
}

/** Of those that come at one time of day: is this that time? */
function isAtItsTime({ startsMs }: Recurrences, sinceMs: number): boolean {
  return !hasItsTime(startsMs) || startsMs.every((atMs) => Math.abs(apartMs(sinceMs, atMs)) <= 2 * sameTimeMs);
}

function hasItsTime(startsMs: readonly number[]): boolean {
  const first = startsMs[0];
  return (
    first !== undefined &&
    startsMs.length >= startsOfTime &&
    startsMs.every((atMs) => Math.abs(apartMs(atMs, first)) <= sameTimeMs)
  );
}

/** How much later in the day one time is than another, at most half a day. */
function apartMs(oneMs: number, otherMs: number): number {
  const ms = (((oneMs - otherMs) % dayMs) + dayMs) % dayMs;
  return ms > dayMs / 2 ? ms - dayMs : ms;
}

function isRemembered(
  recurrences: Recurrences | undefined,
  nowMs: number,
  { falsePageEveryMs }: DriftPolicy,
): recurrences is Recurrences {
  const keptMs = Math.min(rememberedMs, rememberedShare * falsePageEveryMs);
  return recurrences !== undefined && nowMs - recurrences.lastMs <= keptMs;
}
