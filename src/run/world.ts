import type { Tracer } from "@opentelemetry/api";
import type { Effects } from "../notify/effects.ts";
import type { LearnedBaseline, RunSpan, Series, SeriesMemory } from "../baseline/baseline.ts";
import type { Fleet, Reading } from "../baseline/reading.ts";
import type { Exchanger } from "../exchange/exchange.ts";
import type { Incident } from "../incident/incident.ts";
import type { Surroundings } from "../incident/inhibit.ts";
import type { Finding, Verdict } from "../judgement/judgement.ts";
import type { Observation } from "../observation/observation.ts";
import type { CountTokens } from "../observation/prompt-tokens.ts";
import type { SecretRef } from "../probe/target.ts";
import type { Clock } from "../std/clock.ts";
import type { Json } from "../std/json.ts";
import type { Log } from "../std/log.ts";
import type { Redactor } from "../std/redact.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { PlannedChange } from "./planned.ts";
import type { ClaimRequest, ClaimResult, LedgerEntry, MissReason, Spent } from "./run.ts";

/** Everything a run may touch of the outside. */
export interface World {
  readonly clock: Clock;
  readonly random: () => number;
  /** Waits before a call that asks for it; nothing is waited for when left out. */
  readonly sleep?: ((durationMs: number) => Promise<void>) | undefined;
  readonly exchanger: Exchanger;
  readonly runs: RunStore;
  /** The value behind a reference; throws when it cannot be read, which start-up has already ruled out. */
  readonly secret: (ref: SecretRef) => string;
  /** Knows every secret of the configuration: what a provider echoes of them must not be kept. */
  readonly redact: Redactor;
  readonly log: Log;
  readonly tracer: Tracer;
  /** Counts the tokens of prompts; nothing is estimated when left out. */
  readonly countTokens?: CountTokens | undefined;
  /** Where calls are counted; nowhere when left out. */
  readonly metrics?: Metrics | undefined;
}

/** What `runProbe` asks of the store. */
export interface RunStore {
  /** Claims the slot and reserves its spend, atomically across workers. */
  claim(request: ClaimRequest): Promise<ClaimResult>;
  /**
   * One transaction: reads what is remembered of the probe, lets `decide` think, writes the result.
   * Returns undefined when the claim is no longer open (it was swept as interrupted): nothing is written.
   */
  commit(run: FinishedRun, decide: (memory: ProbeMemory) => Decision): Promise<Decision | undefined>;
  /** Records a slot that will not run. Does nothing when the slot has a row already. */
  miss(
    slot: { probeId: string; slotMs: number; location: string; target: string; model: string; scenario: string },
    reason: MissReason,
  ): Promise<void>;
}

export interface FinishedRun {
  readonly runId: string;
  readonly probeId: string;
  readonly slotMs: number;
  readonly target: string;
  readonly location: string;
  readonly scenario: string;
  readonly endedAtMs: number;
  readonly observations: readonly Observation[];
  readonly spent: Spent;
  /** Of every request that was sent, in order. */
  readonly ledger: readonly LedgerEntry[];
  /** Kept with baselines that this run completes. */
  readonly span?: RunSpan | undefined;
}

export interface ProbeMemory {
  readonly series: readonly SeriesMemory[];
  /** Every incident of the probe that is not resolved, and the last resolved one of each fingerprint. */
  readonly incidents: readonly Incident[];
  /** Newest run of the last week that was judged and fine; undefined when there is none. */
  readonly lastGoodSlotMs: number | undefined;
  /** What mutes alerts of this probe's target just now. */
  readonly surroundings: Surroundings;
  readonly fleet?: Fleet | undefined;
  /** What people have planned for this probe or its target, begun by this slot. */
  readonly planned?: readonly PlannedChange[] | undefined;
}

/** What judging a run has led to; `store/` writes it, nothing else reads it. */
export interface Decision extends Effects {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  readonly unjudged: readonly string[];
  readonly series: readonly SeriesUpdate[];
}

export interface SeriesUpdate {
  readonly series: Series;
  readonly state: Json;
  readonly reading?: Reading | undefined;
  readonly accept?: LearnedBaseline | undefined;
}
