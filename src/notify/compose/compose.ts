import type { Evidence, Incident, Transition } from "../../incident/incident.ts";
import { type PeerProbe, blastRadiusOf } from "../../incident/blast-radius.ts";
import { type Finding, worstFirst } from "../../judgement/judgement.ts";
import { recurrenceOf } from "../../incident/history.ts";
import { formatDurationMs } from "../../std/duration.ts";
import { createRedactor, type Redactor } from "../../std/redact.ts";
import { plainLine, sanitize } from "../../std/sanitize.ts";
import type { Alert, IncidentAlert, AlertBlastRadius, Change } from "./alert.ts";
import { likelyCause, nextStep } from "./likely-cause.ts";
import { summarise } from "./summary.ts";

/**
 * The message about one transition. Lengths are chosen so that the JSON of the worst alert stays below the
 * 20 kB of Standard Webhooks, at up to three bytes of UTF-8 for each unit of length.
 */
export function composeAlert(
  incident: Incident,
  transition: Transition,
  peers?: readonly PeerProbe[],
  unchecked?: string,
): IncidentAlert {
  const withoutKeys = keyRedactor(incident);
  const changes = changesOf(incident.findings, withoutKeys);
  const cause = likelyCause(incident);
  return {
    version: 1,
    incidentId: transition.incidentId,
    fingerprint: incident.fingerprint,
    sequence: transition.sequence,
    event: transition.kind,
    status: statusAfter(transition),
    reason: sanitize(withoutKeys(transition.reason), 120),
    at: new Date(transition.atMs).toISOString(),
    kind: incident.kind,
    severity: incident.severity,
    ...tierAndAge(incident, unchecked),
    summary: summarise(incident, transition, changes, unchecked),
    changes: changes.slice(0, maxChanges),
    moreChanges: Math.max(0, changes.length - maxChanges),
    target: sanitize(incident.target, maxName),
    model: sanitize(incident.model, maxName),
    scenario: sanitize(incident.scenario, maxName),
    location: sanitize(incident.location, maxName),
    probe: sanitize(incident.probe, maxName),
    firstBadSlot: new Date(incident.firstBadSlotMs).toISOString(),
    lastGoodSlot: incident.lastGoodSlotMs === undefined ? null : new Date(incident.lastGoodSlotMs).toISOString(),
    badRuns: incident.badRuns,
    judgedRuns: incident.judgedRuns,
    ...(incident.confirmation === undefined ? {} : { confirmation: incident.confirmation }),
    baselineVersion: baselineOf(incident.findings),
    reach: peers === undefined ? null : reachOf(incident, peers),
    evidence: incident.evidence.slice(-maxEvidence).map((it) => cleanEvidence(it, withoutKeys)),
    likelyCause: cause,
    nextStep: sanitize(nextStep(incident, cause), 240),
    ...recurrenceText(incident, transition, withoutKeys),
    ...membersOf(incident),
  };
}

/** `3rd time in 14 days, each about 40 min, last time: ann: asked the provider` */
function recurrenceText(incident: Incident, { atMs }: Transition, withoutKeys: Redactor): Pick<Alert, "recurrence"> {
  const found = recurrenceOf(incident, atMs);
  if (found === undefined) return {};
  const { times, usuallyMs, lastNote } = found;
  const last = lastNote === undefined ? "" : `, last time: ${withoutKeys(lastNote)}`;
  return {
    recurrence: sanitize(`${ordinal(times)} time in 14 days, each about ${formatDurationMs(usuallyMs)}${last}`, 160),
  };
}

function ordinal(count: number): string {
  const endings: Readonly<Record<string, string>> = { one: "st", two: "nd", few: "rd" };
  return `${count}${endings[new Intl.PluralRules("en", { type: "ordinal" }).select(count)] ?? "th"}`;
}

/** What nobody checks any more wakes nobody. */
function tierAndAge(
  { tier, lastSlotMs }: Incident,
  unchecked: string | undefined,
): Pick<Alert, "tier" | "uncheckedSince"> {
  if (unchecked !== undefined) return { tier: "ticket", uncheckedSince: new Date(lastSlotMs).toISOString() };
  return tier === undefined ? {} : { tier };
}

/** As many as there is room for: an alert has to stay small. */
function membersOf({ group }: Incident): Pick<Alert, "members" | "moreMembers"> {
  if (group === undefined || group.members.length === 0) return {};
  let room = maxMembersLength;
  const members = group.members
    .slice(0, maxMembers)
    .map((name) => sanitize(name, maxMember))
    .filter((name) => (room -= name.length + 3) >= 0);
  return { members, moreMembers: group.members.length - members.length };
}

const maxMembers = 200;
const maxMembersLength = 4000;
const maxMember = 60;

/** Who else is affected, as an alert says it. */
export function reachOf(incident: Incident, peers: readonly PeerProbe[]): AlertBlastRadius {
  const { affected, fine, checkedAtMs } = blastRadiusOf(incident, peers);
  const clean = (names: readonly string[]): string[] =>
    names.slice(0, maxBlastRadius).map((name) => sanitize(name, maxName));
  const more = (names: readonly string[]): number => Math.max(0, names.length - maxBlastRadius);
  return {
    affected: clean(affected),
    moreAffected: more(affected),
    fine: clean(fine),
    moreFine: more(fine),
    ...(checkedAtMs === undefined ? {} : { checkedAt: new Date(checkedAtMs).toISOString() }),
  };
}

const maxBlastRadius = 8;
const maxChanges = 10;
const maxEvidence = 5;
const maxName = 80;

/** Findings are free of secrets by their making; an alert leaves the house, so what looks like a key goes anyway. */
function keyRedactor({ target, model, scenario, location, probe }: Incident): Redactor {
  return createRedactor([], [target, model, scenario, location, probe]);
}

function statusAfter(transition: Transition): Alert["status"] {
  switch (transition.kind) {
    case "opened":
    case "reopened":
    case "escalated":
    case "reminded":
    case "unacknowledged":
      return "firing";
    case "acknowledged":
      return "acknowledged";
    case "resolved":
      return "resolved";
    default:
      return transition.kind satisfies never;
  }
}

/** Worst first, otherwise in the order they came; of several with one subject the first. */
function changesOf(findings: readonly Finding[], withoutKeys: Redactor): Change[] {
  const bySubject = new Map<string, Change>();
  for (const finding of findings.toSorted(worstFirst)) {
    if (bySubject.has(finding.subject)) continue;
    bySubject.set(finding.subject, {
      what: sanitize(withoutKeys(finding.subject), 100),
      before: sanitize(withoutKeys(finding.expected), 110),
      after: sanitize(withoutKeys(finding.observed), 110),
    });
  }
  return [...bySubject.values()];
}

function baselineOf(findings: readonly Finding[]): number | null {
  const versions = findings.flatMap(({ baselineVersion }) => (baselineVersion === undefined ? [] : [baselineVersion]));
  return versions.length === 0 ? null : Math.max(...versions);
}

/** Run and trace ids are ours and must stay usable; the request id is the provider's word. */
function cleanEvidence({ runId, traceId, spanId, requestId, status }: Evidence, withoutKeys: Redactor): Evidence {
  return {
    runId: plainLine(runId, 200),
    ...(traceId === undefined ? {} : { traceId: plainLine(traceId, 32) }),
    ...(spanId === undefined ? {} : { spanId: plainLine(spanId, 16) }),
    ...(requestId === undefined ? {} : { requestId: sanitize(withoutKeys(requestId), 100) }),
    ...(status === undefined ? {} : { status }),
  };
}
