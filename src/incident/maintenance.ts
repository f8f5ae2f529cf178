import { CronExpressionParser } from "cron-parser";
import type { MaintenanceWindow } from "../probe/alerting.ts";
import { type Matchable, meets } from "./matcher.ts";

/** The window that it is in, if any. */
export function maintenanceAt(
  windows: readonly MaintenanceWindow[],
  incident: Matchable,
  nowMs: number,
): MaintenanceWindow | undefined {
  return windows.find((window) => meets(window.match, incident) && isWithin(window, nowMs));
}

/** Forwards from where a window that is still on must have begun, as the schedule of the probes does. */
function isWithin({ cron, tz, forMs }: MaintenanceWindow, nowMs: number): boolean {
  const times = CronExpressionParser.parse(cron, { tz, currentDate: new Date(nowMs - forMs) });
  return times.next().getTime() <= nowMs;
}

/** When it begins next, in its own time zone's calendar; one that is on now comes first. */
export function nextStarts({ cron, tz, forMs }: MaintenanceWindow, nowMs: number, count: number): readonly number[] {
  const times = CronExpressionParser.parse(cron, { tz, currentDate: new Date(nowMs - forMs) });
  return Array.from({ length: count }, () => times.next().getTime());
}
