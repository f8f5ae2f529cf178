import { type Finding, type Ruling, type Severity, worstFirst } from "../judgement/judgement.ts";
import type { Alerting, Tier } from "../probe/alerting.ts";
import type { IncidentPolicy } from "../probe/probe.ts";
import { hashOf } from "../std/hash.ts";
import { interned } from "../std/remember.ts";
import { hostOf } from "./common-cause.ts";
import { historyAfter } from "./history.ts";
import { type Evidence, type Incident, type Transition, type TransitionKind, incidentId } from "./incident.ts";
import { isStillSuspected, isTooOften, mayGoOn } from "./partial.ts";
import { confirmationOf, isSteady, open, reopen, returning } from "./reopen.ts";
import { recurring, recurringSeries } from "../judgement/subject.ts";
import { tierOf } from "./tier.ts";

/** Whose incident it is: a probe, or the monitor itself. */
export interface IncidentOwner {
  readonly id: string;
  readonly name: string;
  readonly target: { readonly name: string; readonly model: string; readonly baseUrl?: string };
  readonly scenario: { readonly name: string };
  readonly location: string;
  readonly incident: IncidentPolicy;
  readonly tier: Tier;
  readonly alerting: Alerting;
}

export interface ReduceContext {
  readonly probe: IncidentOwner;
  readonly slotMs: number;
  readonly nowMs: number;
  readonly evidence: Evidence;
  /** The probe's newest run before this one with nothing wrong in it. */
  readonly lastGoodSlotMs: number | undefined;
}

/** Why something happened to an incident, or why nothing did. */
export type ReduceReason =
  | "bad-slots-agree"
  | "bad-too-often"
  | "confirmed-at-once"
  | "severity-rose"
  | "good-slots-in-a-row"
  | "not-enough-bad-slots"
  | "still-bad"
  | "not-enough-good-slots"
  | "came-back-before"
  | "nothing-wrong"
  | "suspicion-dropped"
  | "late-slot"
  | "not-judged";

export interface Reduction {
  /** undefined: there is nothing to remember. The very same object: nothing changed. */
  readonly incident: Incident | undefined;
  readonly transition?: Transition | undefined;
  readonly reason: ReduceReason;
}

const keptFindings = 20;
const keptEvidence = 5;

/** The same cause has the same fingerprint: target, scenario, place, kind and series, and nothing that varies. */
export function fingerprintOf(probe: IncidentOwner, { subject }: Pick<Ruling, "subject">): string {
  const name = `${subject.kind} ${subject.series}`;
  const ofOwner = fingerprints.get(probe) ?? new Map<string, string>();
  const known = ofOwner.get(name);
  if (known !== undefined) return known;
  const made = hashOf([probe.id, probe.target.name, probe.scenario.name, subject.kind, subject.series]);
  fingerprints.set(probe, ofOwner.set(interned(name), made));
  return made;
}

/** They are asked for at every run, and made once. */
const fingerprints = new WeakMap<IncidentOwner, Map<string, string>>();

/** Whether an incident is about this series, or about moves of it that keep coming back. */
export function isAboutSeries({ probeId, target, scenario, kind, fingerprint }: Incident, series: string): boolean {
  return [series, recurringSeries(series)].some(
    (one) => hashOf([probeId, target, scenario, kind, one]) === fingerprint,
  );
}

/** Whether it is the standing ticket of large moves that come and go. */
export function isOfRecurring({ label }: Incident): boolean {
  return label.endsWith(recurring);
}

/** What one ruling makes of the incident of its fingerprint. Pure. */
export function reduce(before: Incident | undefined, ruling: Ruling, context: ReduceContext): Reduction {
  if (ruling.outcome === "unjudged") return { incident: before, reason: "not-judged" };
  if (before !== undefined && context.slotMs <= before.lastSlotMs) return { incident: before, reason: "late-slot" };
  return ruling.outcome === "bad" ? afterBad(before, ruling, context) : afterGood(before, context);
}

function afterBad(
  before: Incident | undefined,
  ruling: Extract<Ruling, { outcome: "bad" }>,
  context: ReduceContext,
): Reduction {
  const { findings, failures = 1, isConfirmed = false } = ruling;
  const fire = fireOf(ruling.subject.kind, context.probe.incident);
  const known = before === undefined || before.state === "resolved" ? suspicion(before, ruling, context) : before;
  const severity = worst(known.severity, findings);
  const incident: Incident = {
    ...known,
    recent: [...known.recent, ...Array.from({ length: failures }, () => true)].slice(-fire.of),
    goodInARow: 0,
    badRuns: known.badRuns + 1,
    judgedRuns: known.judgedRuns + 1,
    lastSlotMs: context.slotMs,
    lastBadSlotMs: context.slotMs,
    severity,
    tier: tierOf(known.kind, severity, context.probe.tier),
    findings: findings.toSorted(worstFirst).slice(0, keptFindings),
    evidence: [...known.evidence, context.evidence].slice(-keptEvidence),
  };
  if (incident.state === "suspected") {
    const areEnough = incident.recent.filter(Boolean).length >= fire.bad;
    const doSlotsAgree = areEnough || (incident.badRuns >= fire.bad && isTooOften(incident));
    if (!doSlotsAgree && !isConfirmed) return { incident, reason: "not-enough-bad-slots" };
    const reason = areEnough ? "bad-slots-agree" : doSlotsAgree ? "bad-too-often" : "confirmed-at-once";
    const confirmation = confirmationOf(incident.kind, doSlotsAgree);
    const episode = returning(incident, context.probe.incident);
    return episode === undefined
      ? transit(open(incident, confirmation, context.nowMs), "opened", reason, context)
      : transit(reopen(incident, episode, confirmation, context.nowMs), "reopened", reason, context);
  }
  return worstFirst(incident, known) < 0
    ? transit(incident, "escalated", "severity-rose", context)
    : { incident, reason: "still-bad" };
}

function afterGood(before: Incident | undefined, context: ReduceContext): Reduction {
  if (before === undefined || before.state === "resolved") return { incident: before, reason: "nothing-wrong" };
  const { resolveAfter } = context.probe.incident;
  const fire = fireOf(before.kind, context.probe.incident);
  const incident: Incident = {
    ...before,
    recent: [...before.recent, false].slice(-fire.of),
    goodInARow: before.goodInARow + 1,
    judgedRuns: before.judgedRuns + 1,
    lastSlotMs: context.slotMs,
    lastGoodSlotMs: before.state === "suspected" ? context.slotMs : before.lastGoodSlotMs,
  };
  if (incident.state === "suspected") {
    if (incident.recent.some(Boolean) || isStillSuspected(incident))
      return { incident, reason: "not-enough-bad-slots" };
    // Kept as resolved, so that the count of episodes goes on where it was.
    const { lastSlotMs, previous } = incident;
    return { incident: { ...(previous ?? incident), state: "resolved", lastSlotMs }, reason: "suspicion-dropped" };
  }
  // Who alerts on a single bad run asks for no statistics.
  const mayBePartial = fire.bad > 1 || incident.judgedRuns > incident.badRuns + incident.goodInARow;
  if (incident.goodInARow < resolveAfter || (mayBePartial && mayGoOn(incident)))
    return { incident, reason: "not-enough-good-slots" };
  if (!isSteady(incident, context.slotMs, context.probe.incident)) return { incident, reason: "came-back-before" };
  const resolved: Incident = {
    ...incident,
    state: "resolved",
    resolvedAtMs: context.nowMs,
    lastGoodSlotMs: context.slotMs,
  };
  return transit(resolved, "resolved", "good-slots-in-a-row", context);
}

/**
 * No reply is three attempts in a row at least, those within a run counted one by one: of a provider that fails once in a
 * hundred, two of three slots fail 52 times in half a year of minutes, three in a row once in four such half-years.
 */
function fireOf(kind: Incident["kind"], { fire }: IncidentPolicy): IncidentPolicy["fire"] {
  if (kind !== "availability" || fire.bad === 1) return fire;
  return { bad: Math.max(fewestFailures, fire.bad), of: Math.max(fewestFailures, fire.of) };
}

const fewestFailures = 3;

function suspicion(
  before: Incident | undefined,
  ruling: Ruling,
  { probe, slotMs, lastGoodSlotMs }: ReduceContext,
): Incident {
  const { subject } = ruling;
  return {
    fingerprint: fingerprintOf(probe, ruling),
    probeId: probe.id,
    probe: probe.name,
    target: probe.target.name,
    model: probe.target.model,
    host: hostOf(probe.target),
    scenario: probe.scenario.name,
    location: probe.location,
    kind: subject.kind,
    label: subject.label,
    state: "suspected",
    episode: before?.episode ?? 0,
    history: historyAfter(before),
    previous: before === undefined || before.episode === 0 ? undefined : { ...before, previous: undefined },
    sequence: 0,
    severity: "informative",
    recent: [],
    goodInARow: 0,
    badRuns: 0,
    judgedRuns: 0,
    firstBadSlotMs: slotMs,
    lastGoodSlotMs,
    lastSlotMs: slotMs,
    findings: [],
    evidence: [],
  };
}

function transit(incident: Incident, kind: TransitionKind, reason: ReduceReason, context: ReduceContext): Reduction {
  const next = { ...incident, sequence: incident.sequence + 1 };
  const { resolveAfter } = context.probe.incident;
  const fire = fireOf(incident.kind, context.probe.incident);
  const counted =
    reason === "bad-slots-agree"
      ? `${next.recent.filter(Boolean).length}-of-${fire.of}-${incident.kind === "availability" ? "attempts-failed" : "slots-bad"}`
      : reason === "bad-too-often"
        ? `${next.badRuns}-of-${next.judgedRuns}-runs-bad`
        : reason === "good-slots-in-a-row"
          ? `${Math.max(resolveAfter, next.goodInARow)}-good-slots-in-a-row`
          : reason;
  const transition: Transition = {
    kind,
    incidentId: incidentId(next),
    fingerprint: next.fingerprint,
    sequence: next.sequence,
    atMs: context.nowMs,
    reason: counted,
  };
  return { incident: next, transition, reason };
}

/** May rise, never silently falls. */
function worst(severity: Severity, findings: readonly Finding[]): Severity {
  return [{ severity }, ...findings].toSorted(worstFirst)[0]?.severity ?? severity;
}
