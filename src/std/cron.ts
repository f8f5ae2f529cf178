import { createRequire } from "node:module";
import { dayMs, hourMs, minuteMs } from "./duration.ts";
import { remember } from "./remember.ts";

/** Loaded for the first pattern: most configurations have none, and it brings a library of times along. */
const load = createRequire(import.meta.url);
const parser = () => (load("cron-parser") as typeof import("cron-parser")).CronExpressionParser;

/** The times that a cron pattern names in (fromMs, toMs], oldest first. */
export function cronTimes(pattern: string, tz: string, fromMs: number, toMs: number): number[] {
  const found: number[] = [];
  for (const atMs of timesAfter(pattern, tz, fromMs)) {
    if (atMs > toMs) break;
    found.push(atMs);
  }
  return found;
}

/** The next `count` times after `afterMs`. */
export function nextCronTimes(pattern: string, tz: string, afterMs: number, count: number): number[] {
  return timesAfter(pattern, tz, afterMs).take(count).toArray();
}

/** The first time after `afterMs` that a valid pattern names. */
export function nextCronTime(pattern: string, tz: string, afterMs: number): number {
  const gap = gapOf(pattern, tz);
  // Thousands of probes share a few patterns, and a schedule is asked for the same gap again and again.
  if (!(gap.fromMs <= afterMs && afterMs < gap.toMs)) {
    const [toMs = Infinity] = timesAfter(pattern, tz, afterMs);
    Object.assign(gap, { fromMs: afterMs, toMs });
  }
  return gap.toMs;
}

/** Between the two times nothing is named; the pattern names `toMs`. */
const gapOf = remember(
  1000,
  (pattern: string, tz: string) => `${pattern} ${tz}`,
  () => ({ fromMs: Infinity, toMs: -Infinity }),
);

/** Of a pattern of every hour each hour that passes counts; of another, what the clock on the wall shows. */
function timesAfter(pattern: string, tz: string, afterMs: number): Generator<number> {
  const offsetAt = offsetsOf(tz);
  return isHourly(pattern) ? byHours(pattern, offsetAt, afterMs) : byWallClock(pattern, offsetAt, afterMs);
}

type OffsetAt = (atMs: number) => number;

/**
 * Once for each time that the pattern names: what a change of clocks leaves out comes as much later, of what comes twice
 * the first counts. From well before: what was moved is named before the hour to which it was moved.
 */
function* byWallClock(pattern: string, offsetAt: OffsetAt, afterMs: number): Generator<number> {
  let lastMs = afterMs;
  for (const wallMs of wallTimes(pattern, afterMs + offsetAt(afterMs) - changeOfClocksMs)) {
    const before = offsetAt(wallMs - dayMs);
    const shown = [before, offsetAt(wallMs + dayMs)]
      .map((offsetMs) => wallMs - offsetMs)
      .filter((atMs) => atMs + offsetAt(atMs) === wallMs);
    const atMs = shown.length === 0 ? wallMs - before : Math.min(...shown);
    if (atMs > lastMs) yield (lastMs = atMs);
  }
}

function* byHours(pattern: string, offsetAt: OffsetAt, afterMs: number): Generator<number> {
  let [fromMs, offsetMs] = [afterMs, offsetAt(afterMs)];
  for (;;) {
    for (const wallMs of wallTimes(pattern, fromMs + offsetMs)) {
      const atMs = wallMs - offsetMs;
      if (offsetAt(atMs) !== offsetMs) {
        const changeMs = changeBetween(fromMs, atMs, offsetAt);
        [fromMs, offsetMs] = [changeMs - 1, offsetAt(changeMs)];
        break;
      }
      yield (fromMs = atMs);
    }
  }
}

/** The first time with another offset than `fromMs`. */
function changeBetween(fromMs: number, toMs: number, offsetAt: OffsetAt): number {
  const offsetMs = offsetAt(fromMs);
  let [low, high] = [fromMs, toMs];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle) === offsetMs) low = middle;
    else high = middle;
  }
  return high;
}

/** What the pattern names after `wallMs`, by a clock that never changes: the library miscounts around changes in some zones. */
function* wallTimes(pattern: string, wallMs: number): Generator<number> {
  const times = parser().parse(pattern, { tz: "UTC", currentDate: new Date(wallMs) });
  for (;;) yield times.next().getTime();
}

/** What the clocks of a zone are ahead of UTC, in milliseconds. */
const offsetsOf = remember(
  50,
  (tz: string) => tz,
  (tz: string): OffsetAt => {
    const form = new Intl.DateTimeFormat("en", { timeZone: tz, timeZoneName: "longOffset" });
    return remember(
      1000,
      (atMs) => Math.floor(atMs / quarterMs),
      (atMs) => {
        const [, sign = "+", hours = 0, minutes = 0] = /GMT([+-])(\d\d):(\d\d)/.exec(form.format(atMs)) ?? [];
        return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * minuteMs;
      },
    );
  },
);

/** Clocks change on whole quarters of an hour. */
const quarterMs = 15 * minuteMs;

/** Five fields, each with a fixed meaning: `H` is another time at each look. */
export function isCronPattern(pattern: string): boolean {
  try {
    parser().parse(pattern);
    return pattern.trim().split(/\s+/).length === 5 && !/(?:^|[\s,/-])H/i.test(pattern);
  } catch {
    return false;
  }
}

/** Casey in Antarctica changes by three hours. */
const changeOfClocksMs = 4 * hourMs;

/** The same in every hour: then a change of the hour moves nothing. */
function isHourly(pattern: string): boolean {
  return pattern.trim().split(/\s+/).at(-4) === "*";
}
