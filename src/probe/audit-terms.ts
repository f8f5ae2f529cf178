import type { SecretRef, Target } from "./target.ts";

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
