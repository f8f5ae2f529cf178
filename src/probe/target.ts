import type { MicroUsd } from "../std/money.ts";
import type { ContractPolicy } from "./contract-policy.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Where a secret is to be found. The secret itself is never part of a configuration, row or message. */
export type SecretRef = { readonly env: string } | { readonly file: string };

/** How the client behaves towards one target. All deadlines count from the start of an attempt. */
export interface ClientPolicy {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly firstContentMs: number;
  /** Longest silence between two pieces of a body. */
  readonly idleMs: number;
  readonly totalMs: number;
  /** Decoded bytes of one body. */
  readonly maxBodyBytes: number;
  /** Bytes of one request body: a larger one is refused before anything is sent. */
  readonly maxRequestBytes?: number | undefined;
  /** Server-sent events of one stream. */
  readonly maxEvents: number;
  /** Further attempts after a transient fault. */
  readonly retries: 0 | 1;
  /** A `Retry-After` longer than this is not waited for. */
  readonly maxRetryAfterMs: number;
  /** `fresh`: every run opens its own connection, so that every run measures the same thing. */
  readonly connection: "fresh" | "reused";
  /** After `failures` transient failures in a row no request is sent for `openMs`. */
  readonly circuit: { readonly failures: number; readonly openMs: number };
}

/** Micro-dollars per million tokens. */
export interface TokenPrice {
  readonly inputPerMillion: MicroUsd;
  readonly outputPerMillion: MicroUsd;
  readonly cachedInputPerMillion?: MicroUsd | undefined;
}

/** The most that may be used within one calendar hour, day or month (UTC). What is not given is not capped. */
export interface SpendCap {
  /** `target/<name>`, `key/<reference>` for all targets of one key, or `all` for everything that this installation asks. */
  readonly scope: string;
  /** Of a key: the targets that use it. */
  readonly targets?: readonly string[] | undefined;
  readonly span: "hour" | "day" | "month";
  readonly microUsd?: MicroUsd | undefined;
  readonly tokens?: number | undefined;
  readonly requests?: number | undefined;
}

/** How many of a target's runs have to be good within a window, whatever its probes. */
export type Objective = { readonly share: number; readonly windowMs: number } & (
  | { readonly kind: "availability" }
  | { readonly kind: "latency"; readonly underMs: number }
);

export interface Target {
  readonly name: string;
  /** Up to and including the version segment, no trailing slash: `https://api.example.com/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  /** Who serves it: price lookup and `gen_ai.provider.name`. */
  readonly provider: string;
  readonly key?: SecretRef | undefined;
  /** Which header carries the key and what stands before it: `authorization` + `Bearer `. */
  readonly keyHeader: { readonly name: string; readonly prefix: string };
  readonly headers: Readonly<Record<string, string>>;
  /** OpenAI's reasoning models reject `max_tokens`, Ollama ignores `max_completion_tokens`. */
  readonly maxTokensField: "max_tokens" | "max_completion_tokens";
  readonly policy: ClientPolicy;
  /** The price in force, multiplier applied; undefined = unknown, which is said and never taken for 0. */
  readonly price?: TokenPrice | undefined;
  /** Every cap that a request to it comes under. */
  readonly spendCaps: readonly SpendCap[];
  readonly objectives?: readonly Objective[] | undefined;
  readonly audit?: AuditTerms | undefined;
  /** Whether it is told the trace and span a request belongs to. */
  readonly traceparent?: boolean | undefined;
  /** In which vocabulary its model counts tokens; undefined: nobody has said. */
  readonly tokenizer?: Tokenizer | undefined;
  /** What people say of its replies beside what is learned. */
  readonly contract?: ContractPolicy | undefined;
}

/** What an operator says of a target for its audit, beside how it is asked. */
export interface AuditTerms {
  /** Where the application will run: `production`. */
  readonly environment: string;
  /** Which application is about to use the target. */
  readonly application?: string | undefined;
  /** A key that was withdrawn: it must be refused as an invalid one is. */
  readonly revokedKey?: SecretRef | undefined;
  readonly documentation?: { readonly url: string; readonly checked: string } | undefined;
  /** Slower than this is worth a warning. */
  readonly warnAfterMs: number;
  readonly fallback?: Fallback | undefined;
  readonly billing?: BillingSource | undefined;
  readonly accept: readonly AcceptedRisk[];
}

/** What a user gets when the target fails. One step: what a fallback leads to has none of its own. */
export type Fallback =
  | { readonly kind: "secondary"; readonly target: Omit<Target, "audit"> }
  | { readonly kind: "cached-answer" | "static-answer"; readonly text: string }
  | { readonly kind: "retry-later" }
  | { readonly kind: "human"; readonly contact: string };

/** Where the provider's own figures are to be had. */
export interface BillingSource {
  readonly kind: "openrouter" | "litellm" | "openai" | "new-api" | "cometapi";
  /** Where it answers, when not where the target does. */
  readonly url?: string | undefined;
  /** The key it asks for, when not the target's. */
  readonly key?: SecretRef | undefined;
  /** How long its figures may take to follow. */
  readonly lagMs: number;
}

/** A risk that somebody answers for, until a day. */
export interface AcceptedRisk {
  /** Name of the rule that would otherwise not be met. */
  readonly item: string;
  readonly reason: string;
  readonly by: string;
  /** ISO date; the risk is accepted to the end of that day, UTC. */
  readonly until: string;
}

/** How a reply is expected to be: what is not said may be anything. */
export interface PinnedReply {
  readonly status?: number | undefined;
  /** Of the error, as the provider writes it. */
  readonly errorType?: string | undefined;
  readonly errorCode?: string | number | undefined;
  readonly finishReason?: string | undefined;
  /** The model that the reply says has answered. */
  readonly servedModel?: string | undefined;
}

/** By `scenario`, for its last reply, or `scenario/call`. */
export type PinnedReplies = Readonly<Record<string, PinnedReply>>;
