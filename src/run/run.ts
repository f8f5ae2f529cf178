import type { Finding, Verdict } from "../judgement/judgement.ts";
import type { Slot } from "../probe/slot.ts";
import type { SpendCap, TokenPrice } from "../probe/target.ts";
import type { MicroUsd } from "../std/money.ts";

/** What became of a slot. Every due slot ends as one of the last four. */
export type RunState = "claimed" | "done" | "interrupted" | "missed" | "skipped";

export type SkipReason = "overlap" | "spend-cap" | "paused";
export type MissReason = "stale" | "no-worker" | "overload";

/** Why a slot was not sent, for people. */
export const unsentTexts: Readonly<Record<SkipReason | MissReason | "taken", string>> = {
  overlap: "the run before has not ended",
  "spend-cap": "spend cap reached: the run could cost more than is left",
  paused: "paused",
  taken: "another worker has this slot",
  stale: "slots came too late",
  "no-worker": "no worker ran it",
  overload: "Plumbline had no time for it",
};

/** What the store is asked before anything is sent. */
export interface ClaimRequest extends Slot {
  readonly runId: string;
  readonly atMs: number;
  /** A claim not committed by then was interrupted. */
  readonly deadlineMs: number;
  readonly traceId?: string | undefined;
  /** The most this run can use; reserved until the commit says what it used. */
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
  /** It was claimed before: it is not sent again, whatever became of it. */
  | { readonly kind: "taken" }
  /** Recorded as skipped; nothing may be sent. */
  | { readonly kind: "skipped"; readonly reason: SkipReason };

/** What a run really used. undefined = unknown: then the reservation stays counted. */
export interface Spent {
  readonly microUsd?: MicroUsd | undefined;
  readonly tokens?: number | undefined;
  readonly requests: number;
}

/** The ledger entry of one request that was sent. undefined means unknown, never 0. */
export interface LedgerEntry {
  /** A retry of a fallback is a fallback: `attempt` is its ordinal. */
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
  /** How it ended: a status, or a class of fault. */
  readonly ended: string;
  readonly tokens?: number | undefined;
  readonly microUsd?: MicroUsd | undefined;
  /** The price that `microUsd` was computed with. */
  readonly price?: TokenPrice | undefined;
}

/** The result of one slot, as reporters and people see it. */
export interface RunReport extends Slot {
  readonly runId: string;
  /** Name of the probe. */
  readonly probe: string;
  readonly state: RunState;
  /** Why it was skipped or missed. */
  readonly reason?: SkipReason | MissReason | "taken" | undefined;
  readonly verdict?: Verdict | undefined;
  readonly findings: readonly Finding[];
  /** What could not be judged, and why: `latency: learning, 14 of 30`. */
  readonly unjudged: readonly string[];
  /** When to run again beside the schedule, because one run cannot prove what was seen. Unix milliseconds. */
  readonly askAgainAtMs?: number | undefined;
  /** Fingerprints of the incidents in which it is the first to show trouble: other probes can say how far that goes. */
  readonly newTrouble?: readonly string[] | undefined;
  readonly totalMs?: number | undefined;
  readonly firstContentMs?: number | undefined;
  readonly status?: number | undefined;
  readonly spent: Spent;
  readonly traceId?: string | undefined;
  /** What came back, line by line, of a run that is not ok; without content. */
  readonly evidence?: readonly string[] | undefined;
}
