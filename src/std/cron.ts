import { CronExpressionParser } from "cron-parser";

/**
 * The times that a cron pattern names in (fromMs, toMs], oldest first. Forwards, from well before: from within the hour
 * that a change of clocks leaves out, a time that was moved would not be found, and from within the doubled hour a time
 * would be found twice.
 */
export function cronTimes(pattern: string, tz: string, fromMs: number, toMs: number): number[] {
  const found: number[] = [];
  const currentDate = new Date(fromMs - (isHourly(pattern) ? 0 : changeOfClocksMs));
  const times = CronExpressionParser.parse(pattern, { tz, currentDate });
  for (let atMs = times.next().getTime(); atMs <= toMs; atMs = times.next().getTime()) {
    if (atMs > fromMs) found.push(atMs);
  }
  return found;
}

/** The first time after `afterMs` that the pattern names; undefined when it names none within forty years. */
export function nextCronTime(pattern: string, tz: string, afterMs: number): number | undefined {
  for (let spanMs = 60_000; spanMs <= longestGapMs; spanMs *= 8) {
    const [first] = cronTimes(pattern, tz, afterMs, afterMs + spanMs);
    if (first !== undefined) return first;
  }
  return undefined;
}

/** Five fields, each with a fixed meaning: `H` is another time at each look. */
export function isCronPattern(pattern: string): boolean {
  try {
    CronExpressionParser.parse(pattern);
    return pattern.trim().split(/\s+/).length === 5 && !/(?:^|[\s,/-])H/i.test(pattern);
  } catch {
    return false;
  }
}

/** Casey in Antarctica changes by three hours. */
const changeOfClocksMs = 4 * 3_600_000;

/** A 29 February that falls on a given weekday. */
const longestGapMs = 40 * 366 * 86_400_000;

/** The same in every hour: then a change of the hour moves nothing. */
function isHourly(pattern: string): boolean {
  return pattern.trim().split(/\s+/).at(-4) === "*";
}
