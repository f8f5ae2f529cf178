import { nextCronTime } from "../../std/cron.ts";
import type { Hours } from "../../probe/alerting.ts";

/** When a receiver is at work next, Unix milliseconds; undefined when it is just now. */
export function opensAtMs(hours: Hours, nowMs: number): number | undefined {
  if (isOpen(hours, nowMs)) return undefined;
  const { fromMinute, days, tz } = hours;
  const pattern = `${fromMinute % 60} ${Math.floor(fromMinute / 60)} * * ${days.join(",")}`;
  return nextCronTime(pattern, tz, nowMs);
}

function isOpen({ tz, days, fromMinute, toMinute }: Hours, nowMs: number): boolean {
  const { day, minute } = wallTime(tz, nowMs);
  if (fromMinute < toMinute) return days.includes(day) && minute >= fromMinute && minute < toMinute;
  const dayBefore = (day + 6) % 7;
  return (days.includes(day) && minute >= fromMinute) || (days.includes(dayBefore) && minute < toMinute);
}

const dayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function wallTime(timeZone: string, atMs: number): { readonly day: number; readonly minute: number } {
  const form = new Intl.DateTimeFormat("en-US", {
    timeZone,
    weekday: "short",
    hour: "numeric",
    minute: "numeric",
    hourCycle: "h23",
  });
  const parts = new Map(form.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const minute = Number(parts.get("hour")) * 60 + Number(parts.get("minute"));
  return { day: dayNames.indexOf(parts.get("weekday") ?? ""), minute };
}
