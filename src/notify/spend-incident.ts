import type { Incident } from "../incident/incident.ts";
import { alone, type Surroundings } from "../incident/inhibit.ts";
import { fingerprintOf, type IncidentOwner } from "../incident/reduce.ts";
import type { Finding } from "../judgement/judgement.ts";
import { type Alerting, plainAlerting } from "../probe/alerting.ts";
import { type Effects, nothingFollows } from "./effects.ts";
import { dayMs } from "../std/duration.ts";
import { applyReport, ownerOf } from "./own-incident.ts";
import { sweep } from "./sweep.ts";

/** A limit on usage or an objective of quality: of a target, a key or everything. */
export interface Limit {
  /** Identifies it for ever: `cap/target/mini/day`. */
  readonly series: string;
  readonly label: string;
  /** `target/<name>`, `key/<reference>` or `all`. */
  readonly scope: string;
}

export const limitProbeId = "budgets";

function limitOwner({ scope }: Limit, alerting: Alerting): IncidentOwner {
  return ownerOf({
    id: limitProbeId,
    name: limitProbeId,
    target: { name: scope.replace(/^target\//, ""), model: "none" },
    scenario: limitProbeId,
    location: "everywhere",
    tier: "page",
    alerting,
    remindMs: dayMs,
  });
}

export function limitFingerprint(limit: Limit): string {
  return fingerprintOf(limitOwner(limit, plainAlerting), { subject: { kind: "budget", ...limit } });
}

/**
 * Applies the state of a limit to its incident, whose fingerprint is `limitFingerprint`: one notification when it is
 * exceeded and one when it no longer is.
 */
export function applyLimitReport(
  before: Incident | undefined,
  limit: Limit,
  finding: Finding | undefined,
  nowMs: number,
  receivers: readonly string[],
  alerting: Alerting = plainAlerting,
  surroundings: Surroundings = alone,
): Effects {
  const owner = limitOwner(limit, alerting);
  // The same finding again is no news: only time changes anything, and what is said then is the newest.
  const isOpen = before?.state === "open" || before?.state === "acknowledged";
  if (isOpen && finding !== undefined && before.severity === finding.severity) {
    const newest = { ...before, findings: [finding], lastSlotMs: nowMs, lastBadSlotMs: nowMs };
    return sweep(newest, { incident: owner.incident, alerting, receivers }, surroundings, nowMs) ?? nothingFollows;
  }
  const { series, label } = limit;
  const subject = { kind: "budget", series, label } as const;
  const findings = finding && [finding];
  const report = { owner, subject, findings, evidence: { runId: series }, nowMs };
  return applyReport(before, report, receivers, surroundings);
}
