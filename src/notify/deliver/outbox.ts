import type { Surroundings } from "../../incident/inhibit.ts";
import type { Incident } from "../../incident/incident.ts";
import type { Effects } from "../effects.ts";
import type { DeliveryOutcome, OutboxEntry } from "../compose/alert.ts";

/** An entry and its delivery state. */
export interface PendingDelivery {
  readonly entry: OutboxEntry;
  /** Attempts already made. */
  readonly attempts: number;
  readonly dueAtMs: number;
  /** When the first of the messages that it replaces failed: its retry horizon counts from there. */
  readonly failingSinceMs?: number | undefined;
  /** Hash of the receiver's configuration that answered 410, if one did. */
  readonly disabledAs?: string | undefined;
}

/** What delivery needs from the store. */
export interface Outbox {
  /** Lets the newest message replace outdated ones, as `supersededEntries` decides. */
  catchUp(nowMs: number): Promise<void>;
  /** Entries due now and not leased, oldest first; per incident and receiver only the first undelivered one. */
  due(nowMs: number, limit: number): Promise<readonly PendingDelivery[]>;
  /** Leases one entry for an attempt; undefined when it is gone, leased, not due or not its turn. */
  lease(id: string, nowMs: number, leaseMs: number): Promise<PendingDelivery | undefined>;
  /**
   * Records an attempt and either ends the entry or sets when it is due next. One transaction with what the end of an
   * entry leads to: `conclude` is asked then, given the incident of that fingerprint.
   */
  record(attempt: DeliveryAttempt, conclusion?: Conclusion): Promise<void>;
}

/** What a check of the monitor, a receiver or a limit means for the incident about it. */
export interface Conclusion {
  readonly fingerprint: string;
  readonly nowMs: number;
  conclude(before: Incident | undefined, surroundings: Surroundings): Effects;
}

export interface DeliveryAttempt {
  readonly outboxId: string;
  readonly receiver: string;
  /** 1 for the first. */
  readonly ordinal: number;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly outcome: DeliveryOutcome;
  /** undefined ends the entry: delivered, or given up. */
  readonly nextDueAtMs?: number | undefined;
  /** The entry is deleted, however the attempt ended. */
  readonly isRoutine?: boolean | undefined;
  /** Set with 410: the receiver gets nothing more until its configuration has another hash. */
  readonly disablesAs?: string | undefined;
}
