import type { Incident } from "../incident/incident.ts";
import { fingerprintOf, type IncidentOwner, reduce } from "../incident/reduce.ts";
import type { Finding, Ruling } from "../judgement/judgement.ts";
import { type Alerting, plainAlerting } from "../probe/alerting.ts";
import { type Effects, nothingFollows } from "./effects.ts";
import { notify } from "./route/notify.ts";

/** A limit on what may be used, or a promise of quality: of a target, a key or everything. */
export interface Limit {
  /** Names it for ever: `cap/target/mini/day`. */
  readonly series: string;
  readonly label: string;
  /** `target/<name>`, `key/<reference>` or `all`. */
  readonly scope: string;
}

export const limitProbeId = "budgets";

function ownerOf({ scope }: Limit, alerting: Alerting): IncidentOwner {
  return {
    id: limitProbeId,
    name: limitProbeId,
    target: { name: scope.replace(/^target\//, ""), model: "none" },
    scenario: { name: limitProbeId },
    location: "everywhere",
    incident: { fire: { bad: 1, of: 1 }, resolveAfter: 1, remindMs: 14_400_000, reopenWithinMs: 0 },
    tier: "page",
    alerting,
  };
}

export function limitFingerprint(limit: Limit): string {
  return fingerprintOf(ownerOf(limit, plainAlerting), { subject: { kind: "budget", ...limit } });
}

/** What a look at this limit makes of its incident, whose fingerprint is `limitFingerprint`: told once, and when it is over. */
export function applyLimitReport(
  before: Incident | undefined,
  limit: Limit,
  finding: Finding | undefined,
  nowMs: number,
  receivers: readonly string[],
  alerting: Alerting = plainAlerting,
): Effects {
  const { series, label } = limit;
  const slotMs = Math.max(nowMs, (before?.lastSlotMs ?? 0) + 1);
  const subject = { kind: "budget", series, label } as const;
  const ruling: Ruling =
    finding === undefined ? { subject, outcome: "good" } : { subject, outcome: "bad", findings: [finding] };
  // Once it is told, the same again is no news: nothing is written for it.
  const isKnown = before?.state === "open" || before?.state === "acknowledged";
  if (isKnown && finding !== undefined && before.severity === finding.severity) return nothingFollows;
  const context = {
    probe: ownerOf(limit, alerting),
    slotMs,
    nowMs,
    evidence: { runId: series },
    lastGoodSlotMs: undefined,
  };
  const { incident, transition } = reduce(before, ruling, context);
  if (incident === undefined || incident === before) return nothingFollows;
  if (transition === undefined) return { ...nothingFollows, incidents: [incident] };
  return notify(incident, transition, receivers, { alerting });
}
