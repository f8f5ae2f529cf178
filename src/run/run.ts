import type { Finding, Verdict } from "../judgement/judgement.ts";
import type { SpendCap, TokenPrice } from "../probe/target.ts";
import type { MicroUsd } from "../std/money.ts";

/** What became of a slot. Every due slot ends as one of the last four. */
export type RunState = "claimed" | "done" | "interrupted" | "missed" | "skipped";

export type SkipReason = "overlap" | "spend-cap" | "paused";
export type MissReason = "stale" | "no-worker";

/** What is asked of the store before anything is sent. */
export interface ClaimRequest {
  readonly runId: string;
  readonly probeId: string;
  readonly slotMs: number;
  readonly location: string;
  readonly target: string;
  readonly model: string;
  readonly scenario: string;
  readonly atMs: number;
  /** A claim not committed by then was interrupted. */
  readonly deadlineMs: number;
  readonly traceId?: string | undefined;
  /** The most this run can use; set aside until the commit says what it did use. */
  readonly reserve: Reservation;
}

export interface Reservation {
  /** undefined = no price is known; a cap in money then cannot bind, which `config/` refuses. */
  readonly microUsd?: MicroUsd | undefined;
  readonly tokens: number;
  readonly requests: number;
  /** Name of the target that is asked, and paid, where it is not the run's own. */
  readonly billedTo?: string | undefined;
  /** All of them hold, or the slot is skipped. */
  readonly caps: readonly SpendCap[];
}

export type ClaimResult =
  | { readonly kind: "claimed" }
  /** Somebody claimed it before: it is not sent again, whatever became of it. */
  | { readonly kind: "taken" }
  /** Recorded as skipped; nothing may be sent. */
  | { readonly kind: "skipped"; readonly reason: SkipReason };

/** What a run really used. undefined = unknown: then the reservation stays counted. */
export interface Spent {
  readonly microUsd?: MicroUsd | undefined;
  readonly tokens?: number | undefined;
  readonly requests: number;
}

/** One request that was sent, as the ledger keeps it. What is undefined is not known, and never taken for 0. */
export interface LedgerEntry {
  /** A retry of a fallback is a fallback: `attempt` tells which. */
  readonly kind: "call" | "retry" | "fallback";
  /** Name of the call within its scenario. */
  readonly call: string;
  /** Which call of the run it belongs to, 1 for the first. */
  readonly callNumber: number;
  /** 1 for the first. */
  readonly attempt: number;
  /** Who was asked. */
  readonly target: string;
  readonly model: string;
  /** With what it ended: a status, or a class of fault. */
  readonly ended: string;
  readonly tokens?: number | undefined;
  readonly microUsd?: MicroUsd | undefined;
  /** By which it was reckoned. */
  readonly price?: TokenPrice | undefined;
}

/** The result of one slot, as reporters and people see it. */
export interface RunReport {
  readonly runId: string;
  readonly probeId: string;
  readonly probe: string;
  readonly target: string;
  readonly model: string;
  readonly scenario: string;
  readonly location: string;
  readonly slotMs: number;
  readonly state: RunState;
  /** Why it was skipped or missed. */
  readonly reason?: SkipReason | MissReason | "taken" | undefined;
  readonly verdict?: Verdict | undefined;
  readonly findings: readonly Finding[];
  /** What could not be judged, and why: `latency: learning, 14 of 30`. */
  readonly unjudged: readonly string[];
  /** Something new was seen that one run can't prove: when to ask again beside the schedule, Unix milliseconds. */
  readonly askAgainAtMs?: number | undefined;
  readonly totalMs?: number | undefined;
  readonly firstContentMs?: number | undefined;
  readonly status?: number | undefined;
  readonly spent: Spent;
  readonly traceId?: string | undefined;
}
