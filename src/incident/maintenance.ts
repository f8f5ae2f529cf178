import type { MaintenanceWindow } from "../probe/alerting.ts";
import { cronTimes, nextCronTimes } from "../std/cron.ts";
import { type Matchable, meets } from "./matcher.ts";

/** The window that it is in, if any. */
export function maintenanceAt(
  windows: readonly MaintenanceWindow[],
  incident: Matchable,
  nowMs: number,
): MaintenanceWindow | undefined {
  return windows.find((window) => meets(window.match, incident) && isWithin(window, nowMs));
}

/** A window lasts its whole time from its start, whatever the clocks do meanwhile. */
function isWithin({ cron, tz, forMs }: MaintenanceWindow, nowMs: number): boolean {
  return cronTimes(cron, tz, nowMs - forMs, nowMs).length > 0;
}

/** When it begins next, in its own time zone's calendar; one that is on now comes first. */
export function nextStarts({ cron, tz, forMs }: MaintenanceWindow, nowMs: number, count: number): readonly number[] {
  return nextCronTimes(cron, tz, nowMs - forMs, count);
}
