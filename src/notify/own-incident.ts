import type { Evidence, Incident } from "../incident/incident.ts";
import { alone, muteOf, type Surroundings } from "../incident/inhibit.ts";
import { type IncidentOwner, type Reduction, reduce } from "../incident/reduce.ts";
import type { Finding, Ruling } from "../judgement/judgement.ts";
import { type Effects, nothingFollows } from "./effects.ts";
import { notify } from "./route/notify.ts";
import { sweep } from "./sweep.ts";

/** What a periodic check reports about something that is not one probe: the monitor, a limit or a group. */
export interface Report {
  readonly owner: IncidentOwner;
  readonly subject: Ruling["subject"];
  /** undefined: all is well. */
  readonly findings: readonly Finding[] | undefined;
  readonly evidence: Evidence;
  readonly nowMs: number;
}

type Owner = Omit<IncidentOwner, "scenario" | "incident"> & {
  readonly scenario: string;
  readonly reopenWithinMs?: number;
  readonly remindMs?: number;
};

/** One bad report opens such an incident, one good report resolves it. */
export function ownerOf({ scenario, reopenWithinMs = 0, remindMs = 14_400_000, ...owner }: Owner): IncidentOwner {
  const incident = { fire: { bad: 1, of: 1 }, resolveAfter: 1, remindMs, reopenWithinMs };
  return { ...owner, scenario: { name: scenario }, incident };
}

/** What a report changes in the incident about its subject. */
export function reduceReport(
  before: Incident | undefined,
  { owner, subject, findings, evidence, nowMs }: Report,
): Reduction {
  // Reports come one after the other, even when the clock steps back.
  const slotMs = Math.max(nowMs, (before?.lastSlotMs ?? 0) + 1);
  const ruling: Ruling = findings === undefined ? { subject, outcome: "good" } : { subject, outcome: "bad", findings };
  return reduce(before, ruling, { probe: owner, slotMs, nowMs, evidence, lastGoodSlotMs: undefined });
}

/**
 * The same, with who is notified of it: like incidents of probes, it is muted by what people muted, and it is reminded
 * of and escalated while nothing but time changes.
 */
export function applyReport(
  before: Incident | undefined,
  report: Report,
  receivers: readonly string[],
  surroundings: Surroundings = alone,
): Effects {
  const { owner, nowMs } = report;
  const { incident, transition } = reduceReport(before, report);
  if (incident === undefined || incident === before) return nothingFollows;
  const { alerting } = owner;
  if (transition === undefined) {
    const swept = sweep(incident, { incident: owner.incident, alerting, receivers }, surroundings, nowMs);
    return swept ?? { ...nothingFollows, incidents: [incident] };
  }
  const mute = muteOf(incident, surroundings, alerting.maintenance, nowMs);
  return notify(incident, transition, receivers, { alerting, mute });
}
