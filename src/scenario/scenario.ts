import type { Wrongs } from "../exchange/chat-codec.ts";
import type { Ask, Expectation } from "../probe/probe.ts";
import type { Observation } from "../observation/observation.ts";

/** One logical call that a scenario wants made. */
export interface Call extends Wrongs {
  readonly name: string;
  readonly ask: Ask;
  /** Which credential to present. */
  readonly credential: "configured" | "invalid" | "none";
}

/** What differs from run to run. */
export interface PlayContext {
  /** Goes into the prompt to defeat prompt caches; undefined when the probe wants none. */
  readonly nonce?: string | undefined;
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
  readonly expectations: readonly Expectation[];
  /** The next call, given what came of the earlier ones; undefined when done. */
  nextCall(done: readonly Observation[], context: PlayContext): Call | undefined;
}
