import { zoneName } from "./local-time.ts";

/** `2026-11-23 10:00 UTC`, or `2026-11-23 11:00 CET` in another time zone. What is no time stays as it is. */
export function zonedTime(iso: string, tz: string): string {
  const atMs = Date.parse(iso);
  if (Number.isNaN(atMs)) return iso;
  const form = new Intl.DateTimeFormat("sv-SE", { timeZone: tz, dateStyle: "short", timeStyle: "short" });
  return `${form.format(atMs)} ${zoneName(tz, atMs)}`;
}
