import { createRequire } from "node:module";
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

/**
 * Forwards from well before: from within the hour that a change of clocks leaves out, a time that was moved would not be
 * found, and from within the hour that comes twice, a time would be found twice.
 */
function* timesAfter(pattern: string, tz: string, afterMs: number): Generator<number> {
  const currentDate = new Date(afterMs - (isHourly(pattern) ? 0 : changeOfClocksMs));
  const times = parser().parse(pattern, { tz, currentDate });
  for (;;) {
    const atMs = times.next().getTime();
    if (atMs > afterMs) yield atMs;
  }
}

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
const changeOfClocksMs = 4 * 3_600_000;

/** The same in every hour: then a change of the hour moves nothing. */
function isHourly(pattern: string): boolean {
  return pattern.trim().split(/\s+/).at(-4) === "*";
}
