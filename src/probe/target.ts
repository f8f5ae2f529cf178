import type { MicroUsd } from "../std/money.ts";
import type { AuditTerms } from "./audit-terms.ts";
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
  /** Where the base URL was read, if it is not written in the configuration: then it is hidden like a secret. */
  readonly baseUrlRef?: SecretRef | undefined;
  readonly model: string;
  /** Who serves it: price lookup and `gen_ai.provider.name`. */
  readonly provider: string;
  readonly key?: SecretRef | undefined;
  /** Which header carries the key and what stands before it: `authorization` + `Bearer `. */
  readonly keyHeader: { readonly name: string; readonly prefix: string };
  readonly headers: Readonly<Record<string, string>>;
  /** Further headers, whose values are secrets. */
  readonly secretHeaders?: Readonly<Record<string, SecretRef>> | undefined;
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

/** The base URL as people may see it: of one that is hidden, the origin only. */
export function visibleBaseUrl({ baseUrl, baseUrlRef }: Target): string {
  return baseUrlRef === undefined ? baseUrl : (URL.parse(baseUrl)?.origin ?? "");
}
