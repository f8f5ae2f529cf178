import { CronExpressionParser } from "cron-parser";
import type { ScheduleEntry } from "./queue.ts";

/** Enough for a day of every 20 s. */
const mostSlots = 5000;

/** Due times in (fromMs, toMs], oldest first; the newest `most` when there are more. */
export function dueSlots(
  { cadence, offsetMs }: ScheduleEntry,
  fromMs: number,
  toMs: number,
  most: number = mostSlots,
): number[] {
  if (toMs <= fromMs) return [];
  if (cadence.kind === "cron") return cronSlots(cadence.pattern, cadence.tz, fromMs, toMs, most);
  const { everyMs } = cadence;
  const last = Math.floor((toMs - offsetMs) / everyMs);
  const first = Math.max(Math.floor((fromMs - offsetMs) / everyMs) + 1, last - most + 1);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * everyMs + offsetMs);
}

/** The first due time after `nowMs`; undefined for a pattern that names no time to come. */
export function nextSlot({ cadence, offsetMs }: ScheduleEntry, nowMs: number): number | undefined {
  if (cadence.kind === "every") {
    return (Math.floor((nowMs - offsetMs) / cadence.everyMs) + 1) * cadence.everyMs + offsetMs;
  }
  for (let spanMs = 60_000; spanMs <= longestGapMs; spanMs *= 8) {
    const [first] = walk(cadence.pattern, cadence.tz, nowMs, nowMs + spanMs);
    if (first !== undefined) return first;
  }
  return undefined;
}

/** A 29 February that falls on a given weekday. */
const longestGapMs = 40 * 366 * 86_400_000;

/** Searches no more of a long time than it can report: first its end, then four times as much. */
function cronSlots(pattern: string, tz: string, fromMs: number, toMs: number, most: number): number[] {
  for (let spanMs = most * shortestCronMs; ; spanMs *= 4) {
    const startMs = Math.max(fromMs, toMs - spanMs);
    const slots = walk(pattern, tz, startMs, toMs);
    if (startMs === fromMs || slots.length >= most) return slots.slice(-most);
  }
}

const shortestCronMs = 1000;

/**
 * Forwards, as the queue does: backwards, or from within the hour that daylight saving leaves out, a slot that was
 * moved would not be found, and from within the doubled hour a slot would be found twice.
 */
function walk(pattern: string, tz: string, fromMs: number, toMs: number): number[] {
  const slots: number[] = [];
  const currentDate = new Date(fromMs - (isHourly(pattern) ? 0 : changeOfClocksMs));
  const times = CronExpressionParser.parse(pattern, { tz, currentDate });
  for (let slot = times.next().getTime(); slot <= toMs; slot = times.next().getTime()) {
    if (slot > fromMs) slots.push(slot);
  }
  return slots;
}

const changeOfClocksMs = 2 * 3_600_000;

/** The same in every hour: then a change of the hour moves nothing. */
function isHourly(pattern: string): boolean {
  return pattern.trim().split(/\s+/).at(-4) === "*";
}
