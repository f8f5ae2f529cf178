import { nextCronTime } from "../std/cron.ts";
import type { Cadence } from "./probe.ts";

/** When a probe that ran at `afterMs` is due again by its schedule, at the latest; Infinity: never. */
export function dueAgainMs(cadence: Cadence, afterMs: number): number {
  switch (cadence.kind) {
    case "every":
      return afterMs + cadence.everyMs;
    case "cron":
      return nextCronTime(cadence.pattern, cadence.tz, afterMs) ?? Infinity;
    default:
      return cadence satisfies never;
  }
}
