import { type GroupMembers, type Evidence, type Incident, incidentId } from "../incident/incident.ts";
import { fingerprintOf, type IncidentOwner, reduce } from "../incident/reduce.ts";
import { muteOf, type Surroundings } from "../incident/inhibit.ts";
import type { Finding, FindingKind, Ruling, Severity } from "../judgement/judgement.ts";
import type { Alerting, Route, Tier } from "../probe/alerting.ts";
import { type Effects, nothingFollows } from "./effects.ts";
import { notify } from "./route/notify.ts";
import { escalation } from "./route/escalation.ts";

/** An incident that stands for others: how it is now. */
export interface GroupReport {
  readonly kind: FindingKind;
  /** Breaking when left out. */
  readonly severity?: Severity;
  /** Names it for ever: `provider/api.example.com`. */
  readonly series: string;
  readonly label: string;
  readonly target: string;
  readonly model: string;
  readonly location: string;
  readonly tier: Tier;
  /** undefined: it is over. */
  readonly group: GroupMembers | undefined;
  readonly findings: readonly Pick<Finding, "subject" | "expected" | "observed">[];
  readonly evidence: Evidence;
  /** Those that lead somewhere for what it stands for; everybody is told when left out. */
  readonly routes?: readonly Route[] | undefined;
  readonly nowMs: number;
}

/** Probes have an `@` in their ids; these stand for many. */
export const coverProbeId = "plumbline";

function ownerOf({ series, target, model, location, tier }: GroupReport, alerting: Alerting): IncidentOwner {
  return {
    id: coverProbeId,
    name: series,
    target: { name: target, model },
    scenario: { name: "all" },
    location,
    incident: { fire: { bad: 1, of: 1 }, resolveAfter: 1, remindMs: 14_400_000, reopenWithinMs: 1_800_000 },
    tier,
    alerting,
  };
}

export function groupFingerprint(report: GroupReport, alerting: Alerting): string {
  const { kind, series, label } = report;
  return fingerprintOf(ownerOf(report, alerting), { subject: { kind, series: `${series}@${report.location}`, label } });
}

/** What a report makes of the incident about it. */
export function applyGroupReport(
  before: Incident | undefined,
  report: GroupReport,
  receivers: readonly string[],
  alerting: Alerting,
  surroundings: Surroundings,
): Effects {
  const { kind, severity = "breaking", series, label, group, evidence, nowMs } = report;
  const isOver = before === undefined || before.state === "resolved";
  if (group === undefined && isOver) return nothingFollows;
  const slotMs = Math.max(nowMs, (before?.lastSlotMs ?? 0) + 1);
  const subject = { kind, series: `${series}@${report.location}`, label };
  const findings = report.findings.map((one) => ({ kind, severity, ...one }));
  const ruling: Ruling = group === undefined ? { subject, outcome: "good" } : { subject, outcome: "bad", findings };
  const probe = ownerOf(report, alerting);
  const reduced = reduce(before, ruling, { probe, slotMs, nowMs, evidence, lastGoodSlotMs: undefined });
  if (reduced.incident === undefined) return nothingFollows;
  const named = group && { ...group, notifiedMembers: before?.group?.notifiedMembers };
  const incident: Incident = {
    ...reduced.incident,
    group: named ?? before?.group,
    evidence: onceEach(reduced.incident.evidence),
  };
  const mute = muteOf(incident, surroundings, alerting.maintenance, nowMs);
  const routed: Alerting = { ...alerting, routes: (report.routes ?? []).map((route) => ({ ...route, match: {} })) };
  const context = { alerting: routed, mute };
  if (reduced.transition !== undefined) {
    const reason = group?.reason ?? "no-longer-so";
    return counted(notify(incident, { ...reduced.transition, reason }, receivers, context));
  }
  const again = mute === undefined ? whyAgain(incident, nowMs, probe.incident.remindMs) : undefined;
  if (again === undefined) {
    const handedOn = mute === undefined ? escalation(incident, routed, nowMs) : undefined;
    if (handedOn === undefined) return { ...nothingFollows, incidents: [incident] };
    const { successors } = handedOn;
    return notify(handedOn.incident, handedOn.transition, receivers, { ...context, successors });
  }
  const next = { ...incident, sequence: incident.sequence + 1 };
  const { fingerprint, sequence } = next;
  const transition = { kind: "reminded", incidentId: incidentId(next), fingerprint, sequence, atMs: nowMs } as const;
  return counted(notify(next, { ...transition, reason: again }, receivers, context));
}

/** It is looked at more often than the runs that show it. */
function onceEach(evidence: readonly Evidence[]): Evidence[] {
  return [...new Map(evidence.map((one) => [one.runId, one])).values()];
}

/** So many it names now, to those that it was told. */
function counted(after: Effects): Effects {
  if (after.outbox.length === 0) return after;
  const incidents = after.incidents.map(({ group, ...rest }) => ({
    ...rest,
    group: group && { ...group, notifiedMembers: group.members.length },
  }));
  return { ...after, incidents };
}

const furtherFactor = 2;
const digestEveryMs = 10 * 60_000;

function whyAgain(
  { state, group, notifications = {} }: Incident,
  nowMs: number,
  remindMs: number,
): "no-longer-muted" | "reaches-further" | "still-firing" | undefined {
  const { isPending, lastNotifiedAtMs } = notifications;
  if (state !== "open" || group === undefined) return undefined;
  if (isPending === true) return "no-longer-muted";
  if (lastNotifiedAtMs === undefined) return undefined;
  const { members, notifiedMembers = members.length, reason } = group;
  const hasLately = nowMs - lastNotifiedAtMs < digestEveryMs;
  const isTwice = notifiedMembers > 0 && members.length >= furtherFactor * notifiedMembers;
  const isFurther =
    reason === "rate-limited"
      ? members.length > notifiedMembers && !hasLately
      : isTwice && !(reason === "moved-together" && hasLately);
  if (isFurther) return "reaches-further";
  return nowMs - lastNotifiedAtMs >= remindMs ? "still-firing" : undefined;
}
