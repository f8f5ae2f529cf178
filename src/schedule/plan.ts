import type { Probe } from "../probe/probe.ts";
import { unitIntervalHash } from "../std/hash.ts";
import type { ScheduleEntry } from "./queue.ts";

/**
 * One entry for each probe. The offset is a hash of the probe's id: probes spread over their interval without
 * knowing of each other, adding or removing one never moves another, and the same probe of two processes has one
 * phase. The price of that is chance: of n probes the largest gap is about ln(n) / n of the interval, not 1 / n.
 * Cron patterns name their times themselves and have no offset.
 */
export function plan(probes: readonly Probe[]): ScheduleEntry[] {
  return probes.map(({ id, location, cadence }) => ({
    id,
    location,
    cadence,
    offsetMs: cadence.kind === "every" ? Math.floor(unitIntervalHash(id) * cadence.everyMs) : 0,
  }));
}
