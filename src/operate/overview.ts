import type { Incident } from "../incident/incident.ts";
import type { CapUsage } from "../judgement/spend/cap-usage.ts";
import type { Verdict } from "../judgement/judgement.ts";
import type { ErrorBudget } from "../judgement/spend/slo.ts";
import type { MicroUsd } from "../std/money.ts";
import type { RunState } from "../run/run.ts";

/** What is known now, for the live view, `status` and the web. */
export interface Overview {
  readonly atMs: number;
  readonly probes: readonly ProbeOverview[];
  /** Open and acknowledged, newest first. */
  readonly incidents: readonly Incident[];
  readonly spendToday: readonly TargetSpend[];
  /** What is left of the error budgets of targets that have any. */
  readonly errorBudgets?: readonly ErrorBudget[] | undefined;
  /** How the caps on money, tokens and requests stand. */
  readonly spendCaps?: readonly CapUsage[] | undefined;
  readonly pauses?: readonly Pause[] | undefined;
  /** Waiting for their receivers; given up within the last day. */
  readonly deliveries: { readonly pending: number; readonly failed: number };
}

/** Somebody has stopped a probe: its slots are skipped until somebody lets it go on. */
export interface Pause {
  readonly probeId: string;
  readonly by: string;
  readonly why: string;
  readonly sinceMs: number;
}

export interface ProbeOverview {
  readonly probeId: string;
  readonly target: string;
  readonly model: string;
  readonly scenario: string;
  readonly location: string;
  /** Oldest first, at most 60. */
  readonly recent: readonly RunSummary[];
  /** Series still without a baseline, how far they are: `{ done: 14, of: 30 }`. */
  readonly learning?: { readonly done: number; readonly of: number } | undefined;
}

export interface RunSummary {
  readonly runId: string;
  readonly slotMs: number;
  readonly state: RunState;
  readonly reason?: string | undefined;
  readonly verdict?: Verdict | undefined;
  readonly totalMs?: number | undefined;
  readonly firstContentMs?: number | undefined;
  readonly tokens?: number | undefined;
  readonly microUsd?: MicroUsd | undefined;
}

export interface TargetSpend {
  readonly target: string;
  /** Settled where the usage is known, reserved where it is not. */
  readonly microUsd: MicroUsd;
  readonly tokens: number;
  readonly requests: number;
  /** Runs whose usage is unknown. */
  readonly unknownRuns: number;
}
