import type { Aftermath } from "../alert/aftermath.ts";
import { tend } from "../alert/tend.ts";
import { escalation } from "../alert/unacknowledged.ts";
import type { Incident } from "../incident/incident.ts";
import type { Surroundings } from "../incident/mute.ts";
import type { Probe } from "../probe/probe.ts";

/** What looking after open incidents asks of the store. */
export interface TendBook {
  /** Newest first; only those that are not over. */
  incidents(all: boolean, limit: number): Promise<readonly Incident[]>;
  /** Lets `change` see the newest state of the incident and what is around it; whether it wrote anything. */
  tend(
    fingerprint: string,
    nowMs: number,
    change: (incident: Incident, surroundings: Surroundings) => Aftermath | undefined,
  ): Promise<boolean>;
}

const mostAtOnce = 100_000;

/**
 * What the clock alone makes of the open incidents of these probes: the ends of silences and windows, reminders,
 * escalations. Returns how many were told.
 */
export async function tendIncidents(book: TendBook, probes: readonly Probe[], nowMs: number): Promise<number> {
  const known = new Map(probes.map((probe) => [probe.id, probe]));
  let told = 0;
  for (const incident of await book.incidents(false, mostAtOnce)) {
    const probe = known.get(incident.probeId);
    if (probe === undefined || !mayBeDue(incident, probe, nowMs)) continue;
    const isTold = await book.tend(incident.fingerprint, nowMs, (newest, surroundings) =>
      tend(newest, probe, surroundings, nowMs),
    );
    told += isTold ? 1 : 0;
  }
  return told;
}

/** Whether it is worth a transaction. */
function mayBeDue(incident: Incident, { incident: { remindMs }, alerting }: Probe, nowMs: number): boolean {
  const { state, isOwed, muted, toldAtMs } = incident;
  if (state !== "open") return false;
  if (isOwed === true || muted !== undefined) return true;
  if (toldAtMs !== undefined && nowMs - toldAtMs >= remindMs) return true;
  return escalation(incident, alerting, nowMs) !== undefined;
}
