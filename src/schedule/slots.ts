import { cronTimes, nextCronTime } from "../std/cron.ts";
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
  return nextCronTime(cadence.pattern, cadence.tz, nowMs);
}

/** Searches no more of a long time than it can report: first its end, then four times as much. */
function cronSlots(pattern: string, tz: string, fromMs: number, toMs: number, most: number): number[] {
  for (let spanMs = most * shortestCronMs; ; spanMs *= 4) {
    const startMs = Math.max(fromMs, toMs - spanMs);
    const slots = cronTimes(pattern, tz, startMs, toMs);
    if (startMs === fromMs || slots.length >= most) return slots.slice(-most);
  }
}

const shortestCronMs = 1000;
