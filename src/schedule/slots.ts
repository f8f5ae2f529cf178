import { CronExpressionParser } from "cron-parser";
import type { ScheduleEntry } from "./queue.ts";

const mostSlots = 1000;

/** Due times in (fromMs, toMs], oldest first, at most 1,000: the newest ones when there are more. */
export function dueSlots({ cadence, offsetMs }: ScheduleEntry, fromMs: number, toMs: number): number[] {
  if (cadence.kind === "cron") return cronSlots(cadence.pattern, cadence.tz, fromMs, toMs);
  const { everyMs } = cadence;
  const last = Math.floor((toMs - offsetMs) / everyMs);
  const first = Math.max(Math.floor((fromMs - offsetMs) / everyMs) + 1, last - mostSlots + 1);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * everyMs + offsetMs);
}

/** Walks forward, as the queue does: backwards, a slot that daylight saving has moved would not be found. */
function cronSlots(pattern: string, tz: string, fromMs: number, toMs: number): number[] {
  const slots: number[] = [];
  const times = CronExpressionParser.parse(pattern, { tz, currentDate: new Date(fromMs) });
  for (let slot = times.next().getTime(); slot <= toMs; slot = times.next().getTime()) {
    slots.push(slot);
    if (slots.length > mostSlots) slots.shift();
  }
  return slots;
}
