import type { Evidence, Incident } from "../incident/incident.ts";
import type { Surroundings } from "../incident/inhibit.ts";
import { fingerprintOf } from "../incident/reduce.ts";
import type { Finding } from "../judgement/judgement.ts";
import { plainAlerting } from "../probe/alerting.ts";
import type { Effects } from "./effects.ts";
import { applyReport, ownerOf } from "./own-incident.ts";

/** Something that the monitor must be able to do; each has an incident of its own. */
export interface Duty {
  /** Identifies it for ever: `delivery/oncall`. */
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

const owner = ownerOf({
  id: "plumbline",
  name: "plumbline",
  target: { name: "plumbline", model: "none" },
  scenario: "itself",
  location: "here",
  tier: "page",
  alerting: plainAlerting,
});

export function dutyFingerprint(duty: Duty): string {
  return fingerprintOf(owner, { subject: { kind: "monitor", ...duty } });
}

/** Applies a report to the incident about its duty, whose fingerprint is `dutyFingerprint`. */
export function applySelfReport(
  before: Incident | undefined,
  { duty, troubles, evidence, nowMs }: DutyReport,
  receivers: readonly string[],
  surroundings?: Surroundings,
): Effects {
  const findings = troubles.map((trouble) => ({ kind: "monitor", severity: "breaking", ...trouble }) as const);
  const subject = { kind: "monitor", ...duty } as const;
  const report = { owner, subject, findings: findings.length === 0 ? undefined : findings, evidence, nowMs };
  return applyReport(before, report, receivers, surroundings);
}
