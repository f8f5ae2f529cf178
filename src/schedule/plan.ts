import type { Probe } from "../probe/probe.ts";
import { unitIntervalHash } from "../std/hash.ts";
import type { ScheduleEntry } from "./queue.ts";

/**
 * One entry for each probe. The offset is a hash of the probe's id: probes spread over their interval without
 * knowing of each other, and adding one never moves another.
 */
export function plan(probes: readonly Probe[]): ScheduleEntry[] {
  return probes.map(({ id, location, cadence }) => ({
    id,
    location,
    cadence,
    offsetMs: cadence.kind === "every" ? Math.floor(unitIntervalHash(id) * cadence.everyMs) : 0,
  }));
}
