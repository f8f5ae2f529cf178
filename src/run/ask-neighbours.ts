import { sharedAtOnce } from "../incident/blast-radius.ts";
import { hostOf } from "../incident/common-cause.ts";
import type { Incident } from "../incident/incident.ts";
import type { Probe } from "../probe/probe.ts";

/** A probe that runs this often needs no question. */
const soonEnoughMs = 60_000;

/**
 * The incidents in which this run is the first to show trouble of a kind that one run of another probe can share, by
 * fingerprint.
 */
export function newTroubleIn(incidents: readonly Incident[], slotMs: number): readonly string[] {
  return incidents
    .filter(
      ({ kind, severity, lastBadSlotMs, badRuns, group, notifications, state }) =>
        lastBadSlotMs === slotMs &&
        badRuns === 1 &&
        group === undefined &&
        severity !== "informative" &&
        (state === "suspected" || state === "open") &&
        notifications?.muted === undefined &&
        sharedAtOnce.includes(kind),
    )
    .map(({ fingerprint }) => fingerprint);
}

/**
 * The probes that can say who else is affected, nearest first: of the same target, then of the same host, then of the same
 * scenario.
 */
export function neighboursOf(probe: Probe, probes: readonly Probe[]): readonly Probe[] {
  const distance = (other: Probe): number => {
    if (other.target.name === probe.target.name) return 1;
    if (hostOf(other.target) === hostOf(probe.target)) return 2;
    return other.scenario.name === probe.scenario.name ? 3 : 4;
  };
  return probes
    .filter(
      (other) =>
        other.id !== probe.id &&
        distance(other) < 4 &&
        !(other.cadence.kind === "every" && other.cadence.everyMs < soonEnoughMs),
    )
    .toSorted((a, b) => distance(a) - distance(b) || (a.id < b.id ? -1 : 1));
}
