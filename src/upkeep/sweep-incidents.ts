import { mostOpenIncidents } from "../incident/incident.ts";
import type { Effects } from "../notify/effects.ts";
import { sweep } from "../notify/sweep.ts";
import type { Incident } from "../incident/incident.ts";
import { outageOf, type Surroundings } from "../incident/inhibit.ts";
import type { Silence } from "../incident/silence.ts";
import type { Probe } from "../probe/probe.ts";

/** What looking after open incidents asks of the store. */
export interface SweepStore {
  /** Newest first; only those that are not over. */
  incidents(all: boolean, limit: number): Promise<readonly Incident[]>;
  /** In force or to come. */
  silences(nowMs: number): Promise<readonly Silence[]>;
  /** Lets `change` see the newest state of the incident and what is around it; whether it wrote anything. */
  sweepIncident(
    fingerprint: string,
    nowMs: number,
    change: (incident: Incident, surroundings: Surroundings) => Effects | undefined,
  ): Promise<boolean>;
}

/**
 * What the clock alone makes of the open incidents of these probes: the ends of silences and windows, reminders,
 * escalations. Returns the number of incidents that were notified.
 */
export async function sweepIncidents(store: SweepStore, probes: readonly Probe[], nowMs: number): Promise<number> {
  const known = new Map(probes.map((probe) => [probe.id, probe]));
  const open = await store.incidents(false, mostOpenIncidents);
  const silences = await store.silences(nowMs);
  const groups = open.filter(({ group }) => group !== undefined);
  const outages = Map.groupBy(open.filter(isOutageOfTarget), placeOf);
  let notified = 0;
  for (const incident of open) {
    const probe = known.get(incident.probeId);
    const around = { silences, groups, outages: (outages.get(placeOf(incident)) ?? []).map(outageOf) };
    // Most are not due: a transaction is for those that are.
    if (probe === undefined || sweep(incident, probe, around, nowMs) === undefined) continue;
    const isNotified = await store.sweepIncident(incident.fingerprint, nowMs, (newest, surroundings) =>
      sweep(newest, probe, surroundings, nowMs),
    );
    notified += isNotified ? 1 : 0;
  }
  return notified;
}

const isOutageOfTarget = ({ kind, group }: Incident): boolean => kind === "availability" && group === undefined;
const placeOf = ({ target, location }: Incident): string => JSON.stringify([target, location]);
