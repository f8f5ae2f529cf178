import type { Malformations } from "../protocol/protocol.ts";
import type { Injection } from "../exchange/injection.ts";
import type { Expectation } from "../probe/probe.ts";
import type { ClientPolicy, SecretRef, Target } from "../probe/target.ts";
import type { Observation } from "../observation/observation.ts";
import type { Json } from "../std/json.ts";
import type { ObservedCall } from "../observation/observe.ts";

/** One logical call that a scenario wants made. */
export interface Call extends Malformations, ObservedCall {
  /** Which credential to present. */
  readonly credential: "configured" | "invalid" | "none" | SecretRef;
  /** Asked instead of the probe's target: what a fallback leads to, or a billing service. */
  readonly target?: Target | undefined;
  /** How the client behaves in this call. */
  readonly policy?: ((configured: ClientPolicy) => ClientPolicy) | undefined;
  /** Played in the target's place: nothing is sent. */
  readonly inject?: Injection | undefined;
  /** A circuit breaker that only the injected calls of this name share; without it each injected call has its own. */
  readonly breaker?: string | undefined;
  /** Waited before it is made. */
  readonly afterMs?: number | undefined;
}

/** What differs from run to run, and from target to target. */
export interface PlayContext {
  /** Goes into the prompt to defeat prompt caches; undefined when the probe wants none. */
  readonly nonce?: string | undefined;
  readonly target: Target;
  /** When the run began: for questions about a day. */
  readonly nowMs: number;
  /** For questions that are drawn. */
  readonly random?: (() => number) | undefined;
}

/** One fixed rule over all calls of a run. What cannot be known is `unknown`, never taken for held. */
export interface Check {
  /** Stable, so that two runs can be compared. */
  readonly subject: string;
  readonly rule: "policy" | "expectation";
  readonly outcome: "held" | "broken" | "unknown";
  readonly expected: string;
  readonly observed: string;
}

export interface Enrolment {
  readonly maxRequests: number;
  readonly maxPromptTokens: number;
  readonly maxOutputTokens: number;
  /** What one of its requests uses as a rule, of endpoints that honour short limits. */
  readonly usual: { readonly promptTokens: number; readonly outputTokens: number };
}

/** What is stored of a series: its baseline, and the state of its judge. */
export interface Stored {
  readonly learned: Json | undefined;
  readonly state: Json | undefined;
}

/** What is asked and what must hold. Pure: it plans calls and never makes one. */
export interface Scenario {
  readonly name: string;
  readonly summary: string;
  /** `negative`: a refusal is the expected outcome. */
  readonly polarity: "positive" | "negative";
  /** Upper bound of logical calls in one run: what is planned, priced and reserved. */
  readonly maxCalls: number;
  /** Upper bound of prompt tokens over all calls, an estimate on the safe side. */
  readonly maxPromptTokens: number;
  /** Upper bound of output tokens over all calls. */
  readonly maxOutputTokens: number;
  /** Of `maxCalls`, how many reach a target; all when left out. */
  readonly maxSent?: number | undefined;
  readonly expectations: readonly Expectation[];
  /** Every call must meet the expectations, not just the last. */
  readonly isEachJudged?: true | undefined;
  /** Rules that look at more than the last reply. */
  readonly checks?: ((done: readonly Observation[], target: Target) => readonly Check[]) | undefined;
  /** What the first runs use in total, before this scenario judges. */
  readonly enrolment?: Enrolment | undefined;
  /** The scenario as it goes on from what is stored of its series of the aspect `output`. */
  readonly resume?: ((stored: Stored, answerTokens?: number) => Scenario) | undefined;
  /** The next call, given what came of the earlier ones; undefined when done. */
  nextCall(done: readonly Observation[], context: PlayContext): Call | undefined;
}
