import type { Alerting, Tier } from "./alerting.ts";
import type { Json, JsonKind, JsonObject } from "../std/json.ts";
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
  /** `endsAt: finish`: a finish reason is enough, `[DONE]` need not come. */
  | { readonly kind: "stream-complete"; readonly endsAt?: "done" | "finish" | undefined }
  /** The text is an answer to a short question: not empty, no refusal, in its language, as long as its tokens allow. */
  | { readonly kind: "answer" }
  /** Policy: the request must be refused; a completion is a violation whatever the status code. */
  | { readonly kind: "no-completion" }
  /** Each of these tools is called and no other, with arguments that are JSON by the schema. */
  | { readonly kind: "tool-calls"; readonly calls: readonly ExpectedCall[] }
  /** The text is JSON by this schema (2020-12). */
  | { readonly kind: "json-schema"; readonly schema: JsonObject }
  /** The text without space around it, or the JSON value that it is. */
  | { readonly kind: "equals"; readonly value: Json }
  /** No more output than allowed, and finish reason `length` if the limit ended it. */
  | { readonly kind: "within-cap"; readonly maxTokens: number };

export interface ExpectedCall {
  readonly name: string;
  readonly arguments?: JsonObject | undefined;
}

export type TextClass = "empty" | "json" | "number" | "word" | "line" | "text";

/** A chat request as a person writes it; model, token field name and credential come from the target. */
export interface Ask {
  readonly messages: readonly JsonObject[];
  readonly maxTokens: number;
  readonly stream: boolean;
  /** Further body fields, sent as they are (`temperature`, `response_format` …). */
  readonly extra: JsonObject;
}

/** A scenario as configured; `scenario/` makes it executable. */
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
  /** The latency of a run is not judged if the event loop stalled for longer than this. */
  readonly maxLoopDelayMs: number;
  readonly drift: DriftPolicy;
}

/** The promised rate of false pages, and how long baselines must be to page. */
export interface DriftPolicy {
  /** At most one false page in this time on average: per series, or for all series together. */
  readonly falsePageEveryMs: number;
  /** Per series if omitted. */
  readonly falsePagesOf?: "series" | "fleet" | undefined;
  /** If the limit is divided among series: the limit for all of them, and their number. */
  readonly shared?: { readonly everyMs: number; readonly pagingSeries: number } | undefined;
  /** Samples of the first baseline; before that, only fixed rules apply. */
  readonly samples: number;
  /** Baselines that cover less time never page; below `fullAfterMs` they page only for larger changes. */
  readonly pageAfterMs: number;
  readonly fullAfterMs: number;
}

/**
 * Open an incident when `fire.bad` of the last `fire.of` slots are bad; resolve it after `resolveAfter` good ones. Until
 * someone acknowledges it, repeat the notification every `remindMs`. A problem that returns within `reopenWithinMs` reopens
 * the incident, which must then stay good for that long before it resolves again.
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
  /** Vary the prompt in each run, so that no prompt cache answers. */
  readonly nonce: boolean;
  readonly judge: JudgePolicy;
  readonly incident: IncidentPolicy;
  readonly tier: Tier;
  readonly alerting: Alerting;
  /** Names of the receivers that are notified. */
  readonly receivers: readonly string[];
}
