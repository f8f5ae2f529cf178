import type { Tracer } from "@opentelemetry/api";
import type { Effects } from "../notify/effects.ts";
import type { RunSpan, Series, SeriesMemory } from "../baseline/baseline.ts";
import type { Fleet } from "../baseline/reading.ts";
import type { SeriesUpdate } from "../baseline/series-update.ts";
import type { Exchanger } from "../exchange/exchange.ts";
import type { Incident } from "../incident/incident.ts";
import type { Surroundings } from "../incident/inhibit.ts";
import type { Finding, Verdict } from "../judgement/judgement.ts";
import type { Observation } from "../observation/observation.ts";
import type { Slot } from "../probe/slot.ts";
import type { SecretRef } from "../probe/target.ts";
import type { CountTokens } from "../protocol/protocol.ts";
import type { Clock } from "../std/clock.ts";
import type { Log } from "../std/log.ts";
import type { Redactor } from "../std/redact.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { PlannedChange } from "./planned.ts";
import type { ClaimRequest, ClaimResult, LedgerEntry, MissReason, Spent } from "./run.ts";

/** Everything outside that a run may use. */
export interface World {
  readonly clock: Clock;
  readonly random: () => number;
  /** Waits before a call that asks for a delay; undefined: no delay. */
  readonly sleep?: ((durationMs: number) => Promise<void>) | undefined;
  readonly exchanger: Exchanger;
  readonly runs: RunStore;
  /** The value behind a reference; throws when it cannot be read, which start-up has already ruled out. */
  readonly secret: (ref: SecretRef) => string;
  /** Knows every secret of the configuration: a provider may echo one, and it must not be stored. */
  readonly redact: Redactor;
  readonly log: Log;
  readonly tracer: Tracer;
  /** Counts the tokens of prompts; undefined: no estimates. */
  readonly countTokens?: CountTokens | undefined;
  /** undefined: nothing is measured. */
  readonly metrics?: Metrics | undefined;
}

/** What `runProbe` asks of the store. */
export interface RunStore {
  /** Claims the slot and reserves its spend, atomically across workers. */
  claim(request: ClaimRequest): Promise<ClaimResult>;
  /**
   * One transaction: reads the memory of the probe, calls `decide`, writes the result. Returns undefined and writes
   * nothing when the run was committed before. A run that was recorded as interrupted meanwhile still gets its result.
   * Waits about an hour for a store that is away, and calls `onAway` once when that begins.
   */
  commit(
    run: FinishedRun,
    decide: (memory: ProbeMemory) => Decision,
    onAway?: () => void,
  ): Promise<Decision | undefined>;
  /** What is stored of one series now; left out where nothing is. */
  readonly recall?: ((series: Series) => Promise<SeriesMemory | undefined>) | undefined;
  /** Records a slot that will not run. Does nothing when the slot has a row already. */
  miss(slot: Slot, reason: MissReason): Promise<void>;
}

export interface FinishedRun extends Slot {
  readonly runId: string;
  readonly endedAtMs: number;
  readonly observations: readonly Observation[];
  readonly spent: Spent;
  /** One entry for every request that was sent, in order. */
  readonly ledger: readonly LedgerEntry[];
  /** Stored with baselines that this run completes. */
  readonly span?: RunSpan | undefined;
}

export interface ProbeMemory {
  readonly series: readonly SeriesMemory[];
  /** Every incident of the probe that is not resolved, and the last resolved one of each fingerprint. */
  readonly incidents: readonly Incident[];
  /** Slot of the newest run of the last week that was judged good; undefined when there is none. */
  readonly lastGoodSlotMs: number | undefined;
  /** What mutes alerts about the target of this probe now. */
  readonly surroundings: Surroundings;
  readonly fleet?: Fleet | undefined;
  /** Planned changes of this probe or its target that have started by this slot. */
  readonly planned?: readonly PlannedChange[] | undefined;
}

/** The result of judging a run, to be written by the store. */
export interface Decision extends Effects {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  readonly unjudged: readonly string[];
  readonly series: readonly SeriesUpdate[];
  /** Something new was seen that may be chance: another run would show it, at once or a minute later. */
  readonly ask?: "soon" | "in-a-minute" | undefined;
}
