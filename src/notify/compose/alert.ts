import type { LinkAction } from "../../incident/action-link.ts";
import type { Confirmation, Evidence, TransitionKind } from "../../incident/incident.ts";
import type { FindingKind, Severity } from "../../judgement/judgement.ts";
import type { Tier } from "../../probe/alerting.ts";

/**
 * The message about one transition of one incident. Versioned: receivers parse it. Members may be added within
 * a version; none is removed, renamed or given another meaning. All strings are free of control characters,
 * mentions, links, content and secrets, and of bounded length.
 */
export interface Alert {
  readonly version: 1;
  readonly incidentId: string;
  readonly fingerprint: string;
  /** Which installation notifies; the store adds it. Ids of incidents are unique within it. */
  readonly installation?: string;
  readonly sequence: number;
  /**
   * What happened to the incident. A receiver's first message is `opened`, whatever happened before. `digest` belongs
   * to no incident and comes once a day.
   */
  readonly event: TransitionKind | "digest";
  readonly status: "firing" | "acknowledged" | "resolved" | "information";
  /** Why it is sent now. */
  readonly reason: string;
  /** When it happened, ISO 8601. */
  readonly at: string;
  readonly kind: FindingKind;
  readonly severity: Severity;
  /** Whether it may wake somebody; left out where that was not recorded. */
  readonly tier?: Tier;
  /** The newest judged run, if nobody checks the incident any more. ISO 8601. */
  readonly uncheckedSince?: string;
  /** One sentence of at most 120 characters that a person can act on. */
  readonly summary: string;
  /** At most ten, worst first. */
  readonly changes: readonly Change[];
  /** Changes left out of `changes`. */
  readonly moreChanges: number;
  readonly target: string;
  readonly model: string;
  readonly scenario: string;
  readonly location: string;
  readonly probe: string;
  /** ISO 8601. */
  readonly firstBadSlot: string;
  readonly lastGoodSlot: string | null;
  readonly badRuns: number;
  readonly judgedRuns: number;
  /** What confirmed it; left out where that was not recorded. */
  readonly confirmation?: Confirmation;
  /** What it was compared with; null for rules that need no baseline. */
  readonly baselineVersion: number | null;
  /** Which other probes are affected; null when that was not checked. */
  readonly reach: AlertBlastRadius | null;
  /** At most five, newest last. */
  readonly evidence: readonly Evidence[];
  /** Where to look first: an estimate from the evidence, not a finding. */
  readonly likelyCause: LikelyCause;
  /** One safe first action. */
  readonly nextStep: string;
  /** How often the same came within 14 days, how long it lasted, and what a person noted last; left out the first time. */
  readonly recurrence?: string;
  /** The members of a group incident, such as the targets of a provider that is down; shortened. */
  readonly members?: readonly string[];
  readonly moreMembers?: number;
  /** Earlier transitions whose messages could not be delivered in time: this message replaces them. */
  readonly earlier?: readonly EarlierMessage[];
  /** Of a daily digest only: recent pages, and how many false ones are expected. */
  readonly digest?: { readonly pages: string };
  /** The page of the incident; made for each attempt, never stored. */
  readonly page?: string;
  /** Actions by link; made for each attempt, never stored. */
  readonly controls?: readonly AlertControl[];
}

/** The message about a transition: every message except digests. */
export type IncidentAlert = Alert & { readonly event: TransitionKind };

/** A link to a page on which one action can be confirmed. */
export interface AlertControl {
  readonly act: LinkAction;
  readonly text: string;
  readonly url: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

/** A message that another one replaces: the receiver was unreachable, or outside its hours, when it was due. */
export interface EarlierMessage {
  /** The `webhook-id` it would have had. */
  readonly id: string;
  readonly sequence: number;
  readonly event: Alert["event"];
  /** ISO 8601. */
  readonly at: string;
  readonly reason: string;
}

export type LikelyCause = "provider" | "network" | "credentials" | "monitor";

/** Other probes of the same target, and the same scenario elsewhere: at most eight names of each, and how many more. */
export interface AlertBlastRadius {
  readonly affected: readonly string[];
  readonly moreAffected: number;
  readonly fine: readonly string[];
  readonly moreFine: number;
  /** The oldest of the runs behind it; missing: none of these probes has run. */
  readonly checkedAt?: string | undefined;
}

export interface Change {
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

/** One alert for one receiver, kept in the outbox until it is delivered or given up. */
export interface OutboxEntry {
  /** Constant over all attempts and across restarts: the `webhook-id`. */
  readonly id: string;
  readonly receiver: string;
  readonly alert: Alert;
  readonly createdAtMs: number;
  /** Not to be delivered before: the receiver is outside its hours, or the alert waits for others with the same cause. */
  readonly heldUntilMs?: number | undefined;
  /** Only of an alert that waits for neighbours: when it is due if they have answered. */
  readonly dueWhenAnsweredMs?: number | undefined;
}

/** What became of one delivery attempt. */
export type DeliveryOutcome =
  | { readonly kind: "delivered"; readonly status: number }
  /** To be retried, not before `retryAfterMs` from now if the receiver asked for that. */
  | { readonly kind: "failed"; readonly reason: string; readonly retryAfterMs?: number | undefined }
  /** The receiver answered 410 Gone: it wants no more alerts. */
  | { readonly kind: "gone" }
  /** Can never be delivered: forbidden address, unusable secret. */
  | { readonly kind: "refused"; readonly reason: string };
