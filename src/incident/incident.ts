import type { Finding, FindingKind, Severity } from "../judgement/judgement.ts";
import type { Tier } from "../probe/alerting.ts";
import type { NotificationLog } from "./notification-log.ts";

/** `suspected` is before the first alert: bad slots seen, not yet enough of them. */
export type IncidentState = "suspected" | "open" | "acknowledged" | "resolved";

export interface Incident {
  /** Hash of target, scenario, kind and series; never of a volatile value. */
  readonly fingerprint: string;
  readonly probeId: string;
  readonly probe: string;
  readonly target: string;
  readonly model: string;
  /** Of its target; undefined in rows older than this field. */
  readonly host?: string | undefined;
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
  /** A person resolved it: if the problem returns, that is another incident. */
  readonly isResolvedByHand?: boolean | undefined;
  /** How often this episode was resolved and reopened. */
  readonly reopenings?: number | undefined;
  readonly reopenedAtMs?: number | undefined;
  /** Of a suspected incident: the episode before it, which it may reopen. */
  readonly previous?: Incident | undefined;
  /** Earlier episodes, oldest first, bounded; undefined: none, or a row older than this field. */
  readonly history?: readonly PastEpisode[] | undefined;
  /** Why it was opened; undefined in rows older than this field. */
  readonly confirmation?: Confirmation | undefined;
  /** Who was notified of this episode, and when. */
  readonly notifications?: NotificationLog | undefined;
  /** Of a group incident: the incidents that it stands for. They are muted while it is open. */
  readonly group?: GroupMembers | undefined;
  /** Who has acknowledged it; reminders stop. */
  readonly acknowledged?: Acknowledgement | undefined;
  /** The worst and newest, bounded. */
  readonly findings: readonly Finding[];
  /** The runs that showed it, newest last, bounded. */
  readonly evidence: readonly Evidence[];
}

/** One earlier episode of the same fingerprint. */
export interface PastEpisode {
  readonly atMs: number;
  readonly lastedMs: number;
  /** What the person who acknowledged the incident wrote. */
  readonly note?: string | undefined;
}

/** `slots`: enough slots agreed · `many-runs`: evidence grew over many runs · `asked-again`: an immediate second request confirmed it. */
export type Confirmation = "slots" | "many-runs" | "asked-again";

/** The incidents that a group incident explains: nobody is notified of them one by one, its messages name them. */
export interface GroupMembers {
  readonly reason:
    | "provider-is-down"
    | "no-connectivity"
    | "clock-is-wrong"
    | "monitor-overloaded"
    | "rate-limited"
    | "moved-together";
  /** Everywhere when left out. */
  readonly location?: string | undefined;
  /** Every target when left out. */
  readonly targets?: readonly string[] | undefined;
  /** Of series that moved together: mutes these series, and no others of these targets. */
  readonly moved?: Moved | undefined;
  /** What is named in its messages. */
  readonly members: readonly string[];
  readonly headline: string;
  /** How many its last message named. */
  readonly notifiedMembers?: number | undefined;
}

/** Series that measure the same of one target and model, or of several targets of one provider, have moved the same way. */
export interface Moved {
  readonly group: string;
  readonly kind: FindingKind;
  /** Any model of the targets when left out: the move is the provider's. */
  readonly model?: string | undefined;
  /** Any label of that kind when left out. */
  readonly label?: string | undefined;
  readonly direction: "up" | "down";
  /** Fingerprints of series that moved the other way: these have messages of their own. */
  readonly exceptions: readonly string[];
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

/** Why an operation on one series can't use this incident: a group incident has no series. undefined: it can. */
export function whyNotOne({ group }: Incident): string | undefined {
  return group && "this is a group incident: name one of its members, as `plumbline incident list` shows them";
}

/** `<fingerprint>-<episode>`. */
export function incidentId(incident: Incident): string {
  return `${incident.fingerprint}-${incident.episode}`;
}

/**
 * `reminded` notifies the same people again, or for the first time when the incident was muted before.
 * `unacknowledged` notifies further people, because nobody has acknowledged the incident.
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
  /** Shown to people and by `explain`: `2-of-3-slots-bad`. */
  readonly reason: string;
}

/** More incidents are not open at once: a bound for queries that read them all. */
export const mostOpenIncidents = 100_000;
