import type { Evidence, Incident } from "../incident/incident.ts";
import { fingerprintOf, type IncidentOwner, reduce } from "../incident/reduce.ts";
import type { Finding, Ruling } from "../judgement/judgement.ts";
import { plainAlerting } from "../probe/alerting.ts";
import { type Effects, nothingFollows } from "./effects.ts";
import { notify } from "./route/notify.ts";

/** Something that the monitor must be able to do. An incident is about one of them. */
export interface Duty {
  /** Names it for ever: `delivery/oncall`. */
  readonly series: string;
  readonly label: string;
}

/** Whether a duty is met. Each trouble is one finding. */
export interface DutyReport {
  readonly duty: Duty;
  readonly troubles: readonly Pick<Finding, "subject" | "expected" | "observed">[];
  readonly evidence: Evidence;
  readonly nowMs: number;
}

/** The monitor's own incidents: one report is enough to open one, one good report to resolve it. */
const self: IncidentOwner = {
  id: "plumbline",
  name: "plumbline",
  target: { name: "plumbline", model: "none" },
  scenario: { name: "itself" },
  location: "here",
  incident: { fire: { bad: 1, of: 1 }, resolveAfter: 1, remindMs: 14_400_000, reopenWithinMs: 0 },
  tier: "page",
  alerting: plainAlerting,
};

export function dutyFingerprint(duty: Duty): string {
  return fingerprintOf(self, { subject: { kind: "monitor", ...duty } });
}

/** What a report makes of the incident about this duty, whose fingerprint is `dutyFingerprint`. */
export function applySelfReport(
  before: Incident | undefined,
  { duty, troubles, evidence, nowMs }: DutyReport,
  receivers: readonly string[],
): Effects {
  // Reports come one after the other, whatever the clock says of them.
  const slotMs = Math.max(nowMs, (before?.lastSlotMs ?? 0) + 1);
  const subject = { kind: "monitor", ...duty } as const;
  const findings = troubles.map((trouble) => ({ kind: "monitor", severity: "breaking", ...trouble }) as const);
  const ruling: Ruling = findings.length === 0 ? { subject, outcome: "good" } : { subject, outcome: "bad", findings };
  const context = { probe: self, slotMs, nowMs, evidence, lastGoodSlotMs: undefined };
  const { incident, transition } = reduce(before, ruling, context);
  if (incident === undefined || incident === before) return nothingFollows;
  if (transition === undefined) return { ...nothingFollows, incidents: [incident] };
  return notify(incident, transition, receivers);
}
