import { nextCronTime } from "../std/cron.ts";
import { hourMs } from "../std/duration.ts";
import type { Cadence } from "./probe.ts";

/** When a probe that ran at `afterMs` is due again by its schedule, at the latest. */
export function dueAgainMs(cadence: Cadence, afterMs: number): number {
  switch (cadence.kind) {
    case "every":
      return afterMs + cadence.everyMs;
    case "cron":
      return nextCronTime(cadence.pattern, cadence.tz, afterMs);
    default:
      return cadence satisfies never;
  }
}

/** A run is late two intervals after it was due: not before half a minute, and not after more than an hour. */
const patienceIntervals = 2;
const shortestPatienceMs = 30_000;
const longestPatienceMs = hourMs;

/** From when on a probe that ran at `afterMs` has missed what its own schedule named. */
export function lateAtMs(cadence: Cadence, afterMs: number): number {
  const dueMs = dueAgainMs(cadence, afterMs);
  const patienceMs = patienceIntervals * (dueAgainMs(cadence, dueMs) - dueMs);
  return dueMs + Math.min(longestPatienceMs, Math.max(shortestPatienceMs, patienceMs));
}
