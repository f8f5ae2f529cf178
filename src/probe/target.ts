import type { JsonObject } from "../std/json.ts";
import type { MicroUsd } from "../std/money.ts";
import type { AcceptedRisk } from "./audit-terms.ts";
import type { ContractPolicy } from "./contract-policy.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Where a secret is. The secret itself is never part of a configuration, row or message. */
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
  /** Instead of the proxy of the environment, if any: its URL, or `none`. */
  readonly proxy?: string | SecretRef | undefined;
  /** Certificates and key in PEM: who signs the target's certificate, and who we are. */
  readonly tls?: ClientTls | undefined;
  /** After `failures` transient failures in a row no request is sent for `openMs`. */
  readonly circuit: { readonly failures: number; readonly openMs: number };
}

export interface ClientTls {
  readonly ca?: SecretRef | undefined;
  readonly cert?: SecretRef | undefined;
  readonly key?: SecretRef | undefined;
  /** The name that is asked for and must be in the certificate, if not that of the URL. */
  readonly serverName?: string | undefined;
}

/** Micro-dollars per million tokens. */
export interface TokenPrice {
  readonly inputPerMillion: MicroUsd;
  readonly outputPerMillion: MicroUsd;
  readonly cachedInputPerMillion?: MicroUsd | undefined;
}

/** Limits within one calendar hour, day or month (UTC). Whatever is omitted has no limit. */
export interface SpendCap {
  /** `target/<name>`, `key/<reference>` for all targets of one key, or `all` for the whole installation. */
  readonly scope: string;
  /** Of a key: the targets that share it. */
  readonly targets?: readonly string[] | undefined;
  readonly span: "hour" | "day" | "month";
  readonly microUsd?: MicroUsd | undefined;
  readonly tokens?: number | undefined;
  readonly requests?: number | undefined;
}

/** The share of a target's runs that must be good within a window, over all its probes. */
export type Objective = { readonly share: number; readonly windowMs: number } & (
  | { readonly kind: "availability" }
  | { readonly kind: "latency"; readonly underMs: number }
);

export interface Target {
  readonly name: string;
  /** Up to and including the version segment, no trailing slash: `https://api.example.com/v1`. */
  readonly baseUrl: string;
  /** Where the base URL was read, if it is not written in the configuration: then it is hidden like a secret. */
  readonly baseUrlRef?: SecretRef | undefined;
  readonly model: string;
  /** For price lookup and `gen_ai.provider.name`. */
  readonly provider: string;
  readonly key?: SecretRef | undefined;
  /** The header that carries the key, and the text before it: `authorization` + `Bearer `. */
  readonly keyHeader: { readonly name: string; readonly prefix: string };
  readonly headers: Readonly<Record<string, string>>;
  /** Further headers, whose values are secrets. */
  readonly secretHeaders?: Readonly<Record<string, SecretRef>> | undefined;
  /** OpenAI's reasoning models reject `max_tokens`, Ollama ignores `max_completion_tokens`. */
  readonly maxTokensField: "max_tokens" | "max_completion_tokens";
  /** Whether it takes `stream_options`; without them many streams report no usage. */
  readonly streamOptions?: boolean | undefined;
  /** The cap of the built-in questions; a model that thinks needs more. */
  readonly answerTokens?: number | undefined;
  /** What ends its streams: `[DONE]`, or the finish reason alone. */
  readonly ends?: "done" | "finish" | undefined;
  /** Request fields that are sent beside those of the scenario, such as the back ends a router may use. */
  readonly extra?: JsonObject | undefined;
  /** Request fields that are not sent. */
  readonly omit?: readonly string[] | undefined;
  /** Subjects of built-in expectations that it need not meet, each with the reason. */
  readonly exceptions?: Readonly<Record<string, string>> | undefined;
  readonly policy: ClientPolicy;
  /** The current price, multiplier applied; undefined = unknown, which is reported and never treated as 0. */
  readonly price?: TokenPrice | undefined;
  /** Every cap that applies to its requests. */
  readonly spendCaps: readonly SpendCap[];
  readonly objectives?: readonly Objective[] | undefined;
  /** Another target that should answer like this one. */
  readonly sameAs?: Target | undefined;
  /** For how long of a day it may be without a verdict; undefined: nobody is notified. */
  readonly maxBlindMs?: number | undefined;
  readonly audit?: AuditTerms | undefined;
  /** Whether the W3C trace context is sent. */
  readonly traceparent?: boolean | undefined;
  /** The vocabulary its model counts tokens in; undefined: unknown. */
  readonly tokenizer?: Tokenizer | undefined;
  /** What people declare about replies, in addition to what is learned. */
  readonly contract?: ContractPolicy | undefined;
}

/** What an operator states about a target for its audit. */
export interface AuditTerms {
  /** Where the application will run: `production`. */
  readonly environment: string;
  /** The application that will use the target. */
  readonly application?: string | undefined;
  /** A revoked key, which the target must reject like an invalid one. */
  readonly revokedKey?: SecretRef | undefined;
  readonly documentation?: { readonly url: string; readonly checked: string } | undefined;
  /** Answers slower than this get a warning. */
  readonly warnAfterMs: number;
  readonly fallback?: Fallback | undefined;
  readonly billing?: BillingSource | undefined;
  readonly accept: readonly AcceptedRisk[];
}

/** What users get when the target fails. One step only: a fallback target has no fallback of its own. */
export type Fallback =
  | { readonly kind: "secondary"; readonly target: Omit<Target, "audit"> }
  | { readonly kind: "cached-answer" | "static-answer"; readonly text: string }
  | { readonly kind: "retry-later" }
  | { readonly kind: "human"; readonly contact: string };

/** Where the provider reports usage and cost. */
export interface BillingSource {
  readonly kind: "openrouter" | "litellm" | "openai" | "new-api" | "cometapi";
  /** Address of that API, if not the target's. */
  readonly url?: string | undefined;
  /** Key for that API, if not the target's. */
  readonly key?: SecretRef | undefined;
  /** How long the figures can lag behind. */
  readonly lagMs: number;
}

/** The base URL as people may see it: of one that is hidden, the origin only. */
export function visibleBaseUrl({ baseUrl, baseUrlRef }: Target): string {
  return baseUrlRef === undefined ? baseUrl : (URL.parse(baseUrl)?.origin ?? "");
}
