import type { Finding, FindingKind, Severity } from "../judgement/judgement.ts";
import type { Tier } from "../probe/alerting.ts";

/** `suspected` is before the first alert: bad slots seen, not yet enough of them. */
export type IncidentState = "suspected" | "open" | "acknowledged" | "resolved";

export interface Incident {
  /** Hash of target, scenario, kind and series; never of a volatile value. */
  readonly fingerprint: string;
  readonly probeId: string;
  readonly probe: string;
  readonly target: string;
  readonly model: string;
  readonly scenario: string;
  readonly location: string;
  readonly kind: FindingKind;
  readonly label: string;
  readonly state: IncidentState;
  /** Counts the incidents of this fingerprint: with it, the id of one of them. 0 while only suspected. */
  readonly episode: number;
  /** Counts transitions within the episode. */
  readonly sequence: number;
  readonly severity: Severity;
  readonly tier?: Tier | undefined;
  /** Judged slots, newest last, bounded by the policy's `of`: true = bad. */
  readonly recent: readonly boolean[];
  readonly goodInARow: number;
  readonly badRuns: number;
  readonly judgedRuns: number;
  readonly firstBadSlotMs: number;
  readonly lastGoodSlotMs?: number | undefined;
  readonly lastSlotMs: number;
  readonly lastBadSlotMs?: number | undefined;
  readonly openedAtMs?: number | undefined;
  readonly resolvedAtMs?: number | undefined;
  /** A person said that it is over: what comes back is another incident. */
  readonly isResolvedByHand?: boolean | undefined;
  /** How often this episode was over and came back. */
  readonly reopenings?: number | undefined;
  readonly reopenedAtMs?: number | undefined;
  /** Of a suspicion: the episode before it, which it may turn out to be. */
  readonly previous?: Incident | undefined;
  /** Why it was opened; undefined in rows of before this was kept. */
  readonly confirmation?: Confirmation | undefined;
  /** When somebody was last told of this episode; undefined: nobody has been yet. */
  readonly toldAtMs?: number | undefined;
  /** When each receiver was first told of this episode, Unix milliseconds. */
  readonly told?: Readonly<Record<string, number>> | undefined;
  /** When each receiver was not told of this episode because it had been told enough within the hour. */
  readonly overCap?: Readonly<Record<string, number>> | undefined;
  /** Something happened to it while it was muted: to be told when it no longer is. */
  readonly isOwed?: boolean | undefined;
  /** What has kept it quiet at its newest bad slot. */
  readonly muted?: { readonly reason: string; readonly by: string } | undefined;
  /** Of one that stands for others: what it keeps quiet, and the sentence that says so. */
  readonly covers?: GroupMembers | undefined;
  /** Who has taken it on; the reminders stop. */
  readonly acknowledged?: Acknowledgement | undefined;
  /** The worst and newest, bounded. */
  readonly findings: readonly Finding[];
  /** Ids of the runs that told of it, newest last, bounded. */
  readonly evidence: readonly Evidence[];
}

/** `slots`: enough slots agreed · `many-runs`: a change that its judge saw grow over many runs · `asked-again`: at once. */
export type Confirmation = "slots" | "many-runs" | "asked-again";

/** An incident that explains others: they are not told while it lasts, and are named in it. */
export interface GroupMembers {
  readonly reason:
    | "provider-is-down"
    | "no-connectivity"
    | "clock-is-wrong"
    | "monitor-overloaded"
    | "over-cap"
    | "moved-together";
  /** Everywhere when left out. */
  readonly location?: string | undefined;
  /** Every target when left out. */
  readonly targets?: readonly string[] | undefined;
  /** Of what has moved together: the series that it keeps quiet, and no others of these targets. */
  readonly moved?: Moved | undefined;
  /** What is named in its messages. */
  readonly members: readonly string[];
  readonly headline: string;
  /** How many were named when it was told last. */
  readonly toldMembers?: number | undefined;
}

/** Series that measure the same of one target and model have moved the same way. */
export interface Moved {
  readonly group: string;
  readonly kind: FindingKind;
  readonly model: string;
  readonly label: string;
  readonly direction: "up" | "down";
  /** Fingerprints of those that have moved the other way: they are told one by one. */
  readonly apart: readonly string[];
}

export interface Acknowledgement {
  readonly by: string;
  readonly why: string;
  readonly atMs: number;
}

export interface Evidence {
  readonly runId: string;
  readonly traceId?: string | undefined;
  /** Of the run's span within that trace: what a link to it needs. */
  readonly spanId?: string | undefined;
  readonly requestId?: string | undefined;
  readonly status?: number | undefined;
}

/** Why nothing can be said of its series: it has none of its own. undefined: it is about one thing. */
export function whyNotOne({ covers }: Incident): string | undefined {
  return covers && "it stands for others: name the incident of one of them, as `plumbline incident list` shows it";
}

/** `<fingerprint>-<episode>`. */
export function incidentId(incident: Incident): string {
  return `${incident.fingerprint}-${incident.episode}`;
}

/**
 * `reminded` changes nothing but that people are told again, or for the first time when it was muted before;
 * `unacknowledged` that further people are told, because nobody has taken it on.
 */
export type TransitionKind =
  | "opened"
  | "reopened"
  | "escalated"
  | "reminded"
  | "unacknowledged"
  | "acknowledged"
  | "resolved";

export interface Transition {
  readonly kind: TransitionKind;
  readonly incidentId: string;
  readonly fingerprint: string;
  readonly sequence: number;
  readonly atMs: number;
  /** Named, for people and for `explain`: `2-of-3-slots-bad`. */
  readonly reason: string;
}

/** More incidents are not open at once: a bound for queries that read them all. */
export const mostOpenIncidents = 100_000;
