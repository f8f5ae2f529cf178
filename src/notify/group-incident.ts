import { type GroupMembers, type Evidence, type Incident, incidentId, type Moved } from "../incident/incident.ts";
import { fingerprintOf, type IncidentOwner } from "../incident/reduce.ts";
import { muteOf, type Surroundings } from "../incident/inhibit.ts";
import type { Finding, FindingKind, Ruling, Severity } from "../judgement/judgement.ts";
import type { Alerting, Route, Tier } from "../probe/alerting.ts";
import { type Effects, nothingFollows } from "./effects.ts";
import { ownerOf, reduceReport } from "./own-incident.ts";
import { notify } from "./route/notify.ts";
import { escalation } from "./route/escalation.ts";

/** The state of several incidents with one cause, which one group incident stands for. */
export interface GroupReport {
  readonly kind: FindingKind;
  /** Breaking when left out. */
  readonly severity?: Severity;
  /** Identifies it for ever: `provider/api.example.com`. */
  readonly series: string;
  readonly label: string;
  readonly target: string;
  readonly model: string;
  readonly location: string;
  readonly tier: Tier;
  /** undefined: it is resolved. */
  readonly group: GroupMembers | undefined;
  readonly findings: readonly Pick<Finding, "subject" | "expected" | "observed">[];
  readonly evidence: Evidence;
  /** When it began, by its members: the newest run without it and the first with it. */
  readonly began?: { readonly lastGoodSlotMs?: number | undefined; readonly firstBadSlotMs: number } | undefined;
  /** The routes of its members; every receiver is notified when left out. */
  readonly routes?: readonly Route[] | undefined;
  readonly nowMs: number;
}

/** The ids of probes contain an `@`; this one stands for many probes. */
export const groupProbeId = "plumbline";

function groupOwner({ series, target, model, location, tier }: GroupReport, alerting: Alerting): IncidentOwner {
  return ownerOf({
    id: groupProbeId,
    name: series,
    target: { name: target, model },
    scenario: "all",
    location,
    tier,
    alerting,
    reopenWithinMs: 1_800_000,
  });
}

const subjectOf = ({ kind, series, location, label }: GroupReport): Ruling["subject"] => ({
  kind,
  series: `${series}@${location}`,
  label,
});

export function groupFingerprint(report: GroupReport, alerting: Alerting): string {
  return fingerprintOf(groupOwner(report, alerting), { subject: subjectOf(report) });
}

/** Applies a report to the group incident about it, whose fingerprint is `groupFingerprint`. */
export function applyGroupReport(
  before: Incident | undefined,
  report: GroupReport,
  receivers: readonly string[],
  alerting: Alerting,
  surroundings: Surroundings,
): Effects {
  const { kind, severity = "breaking", group, evidence, nowMs } = report;
  const isOver = before === undefined || before.state === "resolved";
  if (group === undefined && isOver) return nothingFollows;
  const owner = groupOwner(report, alerting);
  const findings = group && report.findings.map((one) => ({ kind, severity, ...one }));
  const reduced = reduceReport(before, { owner, subject: subjectOf(report), findings, evidence, nowMs });
  if (reduced.incident === undefined) return nothingFollows;
  const named = group && { ...group, notifiedMembers: before?.group?.notifiedMembers };
  const incident: Incident = {
    ...reduced.incident,
    ...(before?.state === "open" || before?.state === "acknowledged" ? {} : report.began),
    group: named ?? before?.group,
    evidence: withoutRepeats(reduced.incident.evidence),
  };
  const mute = muteOf(incident, surroundings, alerting.maintenance, nowMs);
  const routed: Alerting = { ...alerting, routes: (report.routes ?? []).map((route) => ({ ...route, match: {} })) };
  const context = { alerting: routed, mute };
  if (reduced.transition !== undefined) {
    const reason = group?.reason ?? "no-longer-so";
    return countMembers(notify(incident, { ...reduced.transition, reason }, receivers, context));
  }
  if (mute !== undefined) return { ...nothingFollows, incidents: [incident] };
  const again = whyAgain(incident, nowMs, owner.incident.remindMs);
  if (again !== undefined) {
    const next = { ...incident, sequence: incident.sequence + 1 };
    const { fingerprint, sequence } = next;
    const transition = { kind: "reminded", incidentId: incidentId(next), fingerprint, sequence, atMs: nowMs } as const;
    return countMembers(notify(next, { ...transition, reason: again }, receivers, context));
  }
  const escalated = escalation(incident, routed, nowMs);
  if (escalated === undefined) return { ...nothingFollows, incidents: [incident] };
  const { successors } = escalated;
  return notify(escalated.incident, escalated.transition, receivers, { ...context, successors });
}

/** Reports come more often than the runs that are their evidence. */
function withoutRepeats(evidence: readonly Evidence[]): Evidence[] {
  return [...new Map(evidence.map((one) => [one.runId, one])).values()];
}

/** Records how many members the message names. */
function countMembers(after: Effects): Effects {
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
  const { members, notifiedMembers = members.length, reason, moved } = group;
  const hasLately = nowMs - lastNotifiedAtMs < digestEveryMs;
  const isTwice = notifiedMembers > 0 && members.length >= furtherFactor * notifiedMembers;
  const isFurther =
    reason === "rate-limited"
      ? members.length > notifiedMembers && !hasLately
      : isTwice && !(reason === "moved-together" && (hasLately || isOfProvider(moved)));
  if (isFurther) return "reaches-further";
  return nowMs - lastNotifiedAtMs >= remindMs ? "still-firing" : undefined;
}

/** All its targets moved within the hour: its first message may come before some have shown it, and is enough. */
const isOfProvider = (moved: Moved | undefined): boolean => moved !== undefined && moved.model === undefined;
