import type { Incident } from "../incident/incident.ts";
import { hostOf } from "../incident/common-cause.ts";
import type { Probe } from "../probe/probe.ts";

/** So many other probes are asked who else is affected. */
const most = 2;
/** A probe that was asked is not asked again for this long, whoever has trouble. */
const restMs = 10 * 60_000;
/** A probe that runs this often needs no question. */
const soonEnoughMs = 60_000;

/**
 * Whether this run is the first to show trouble of a kind that one run of another probe can share. A page needs further slots, or
 * waits for others: until then the neighbours have answered.
 */
export function isNewTrouble(incidents: readonly Incident[], slotMs: number): boolean {
  return incidents.some(
    ({ kind, severity, lastBadSlotMs, badRuns, group, notifications, state }) =>
      lastBadSlotMs === slotMs &&
      badRuns === 1 &&
      group === undefined &&
      severity !== "informative" &&
      (state === "suspected" || state === "open") &&
      notifications?.muted === undefined &&
      (kind === "availability" || kind === "expectation" || kind === "contract" || kind === "error-shape"),
  );
}

/**
 * The probes to run at once beside their schedule: of the same target first, then of the same host, then of the same
 * scenario. `askedMs` has when each was asked last, and is brought up to date.
 */
export function neighboursOf(
  probe: Probe,
  probes: readonly Probe[],
  askedMs: Map<string, number>,
  nowMs: number,
): readonly Probe[] {
  const distance = (other: Probe): number => {
    if (other.target.name === probe.target.name) return 1;
    if (hostOf(other.target) === hostOf(probe.target)) return 2;
    return other.scenario.name === probe.scenario.name ? 3 : 4;
  };
  const chosen = probes
    .filter(
      (other) =>
        other.id !== probe.id &&
        distance(other) < 4 &&
        !(other.cadence.kind === "every" && other.cadence.everyMs < soonEnoughMs) &&
        nowMs - (askedMs.get(other.id) ?? 0) >= restMs,
    )
    .toSorted((a, b) => distance(a) - distance(b) || (a.id < b.id ? -1 : 1))
    .slice(0, most);
  for (const { id } of chosen) askedMs.set(id, nowMs);
  return chosen;
}
