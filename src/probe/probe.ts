import type { Alerting, Tier } from "./alerting.ts";
import type { JsonKind, JsonObject } from "../std/json.ts";
import type { Target } from "./target.ts";

export type Cadence =
  | { readonly kind: "every"; readonly everyMs: number }
  | { readonly kind: "cron"; readonly pattern: string; readonly tz: string };

/** A rule that needs no baseline. `path` is a JSON path such as `$.choices[0].finish_reason`. */
export type Expectation =
  | { readonly kind: "status"; readonly oneOf: readonly number[] }
  | { readonly kind: "json"; readonly path: string; readonly is: JsonKind }
  | { readonly kind: "text-class"; readonly is: TextClass }
  /** A JavaScript regular expression the text of the first choice must match. */
  | { readonly kind: "text-matches"; readonly pattern: string }
  | { readonly kind: "finish-reason"; readonly oneOf: readonly string[] }
  | { readonly kind: "usage-present" }
  | { readonly kind: "stream-complete" }
  /** Policy: the request must be refused; a completion is a breach whatever the status code. */
  | { readonly kind: "no-completion" }
  /** No more output than was allowed, and `length` said when that is why it ended. */
  | { readonly kind: "within-cap"; readonly maxTokens: number };

export type TextClass = "empty" | "json" | "number" | "word" | "line" | "text";

/** A chat request as a person writes it; model, token field name and credential come from the target. */
export interface Ask {
  readonly messages: readonly JsonObject[];
  readonly maxTokens: number;
  readonly stream: boolean;
  /** Further body fields, sent as they are (`temperature`, `response_format` …). */
  readonly extra: JsonObject;
}

/** What a configuration says about a scenario; `scenario/` turns it into one that can be played. */
export type ScenarioSpec =
  | { readonly kind: "built-in"; readonly name: string }
  | {
      readonly kind: "custom";
      readonly name: string;
      readonly ask: Ask;
      readonly expectations: readonly Expectation[];
    };

/** Numbers of the judges, per probe; every one has a default in `config/`. */
export interface JudgePolicy {
  /** Runs from which the first baseline of each series is learned. */
  readonly learnRuns: number;
  /** Latency moves by less than this factor are never reported: 1.3 = thirty percent. */
  readonly latencyFloorRatio: number;
  /** A run whose event loop stalled for longer than this is no evidence about latency. */
  readonly maxLoopDelayMs: number;
  readonly drift: DriftPolicy;
}

/** What is promised of the drift judges, and how long their baselines must be for it. */
export interface DriftPolicy {
  /** At most one false page in this time, on average: of a series, or of all together. */
  readonly falsePageEveryMs: number;
  /** Of each series when left out. */
  readonly falsePagesOf?: "series" | "fleet" | undefined;
  /** Of a promise that was divided among series: what it is for all, and how many those are. */
  readonly shared?: { readonly everyMs: number; readonly pagingSeries: number } | undefined;
  /** Samples of the first baseline: with fewer, only fixed rules judge. */
  readonly samples: number;
  /** Baselines of less time inform only; those of less than `fullAfterMs` page with a wider floor. */
  readonly pageAfterMs: number;
  readonly fullAfterMs: number;
}

/**
 * Fire when `fire.bad` of the last `fire.of` slots agree; resolve after `resolveAfter` good ones. While it lasts and
 * nobody has acknowledged it, people are reminded every `remindMs`. What comes back within `reopenWithinMs` of its end is
 * the same incident, which then has to stay good for as long before it is over again.
 */
export interface IncidentPolicy {
  readonly fire: { readonly bad: number; readonly of: number };
  readonly resolveAfter: number;
  readonly remindMs: number;
  readonly reopenWithinMs: number;
}

export interface Probe {
  /** Unique in the installation, stable across edits of anything but the name: `<name>@<location>`. */
  readonly id: string;
  readonly name: string;
  readonly target: Target;
  readonly scenario: ScenarioSpec;
  readonly location: string;
  readonly cadence: Cadence;
  /** Sent in the prompt of each run to defeat prompt caches. */
  readonly nonce: boolean;
  readonly judge: JudgePolicy;
  readonly incident: IncidentPolicy;
  readonly tier: Tier;
  readonly alerting: Alerting;
  /** Names of the receivers that hear of it. */
  readonly receivers: readonly string[];
}
