/** The rules of an audit, in the order of its report. */
export const auditItems = [
  "endpoint",
  "authentication",
  "authentication-not-retried",
  "invalid-requests",
  "validation-not-retried",
  "valid-requests",
  "fields",
  "tool-calls",
  "structured-output",
  "usage",
  "no-masking",
  "model-identity",
  "token-limits",
  "timeouts",
  "retries",
  "fallback",
  "redaction",
  "billing",
  "documentation",
  "expectations",
] as const;
export type AuditItem = (typeof auditItems)[number];

/** A risk that someone accepts until a date. */
export interface AcceptedRisk {
  /** The rule that is not met. */
  readonly item: string;
  readonly reason: string;
  readonly by: string;
  /** ISO date; the risk is accepted to the end of that day, UTC. */
  readonly until: string;
}

/** What is expected of a reply; omitted fields can have any value. */
export interface PinnedReply {
  readonly status?: number | undefined;
  /** Error type as the provider spells it. */
  readonly errorType?: string | undefined;
  readonly errorCode?: string | number | undefined;
  readonly finishReason?: string | undefined;
  /** The model named in the reply. */
  readonly servedModel?: string | undefined;
}

/** By `scenario`, for its last reply, or `scenario/call`. */
export type PinnedReplies = Readonly<Record<string, PinnedReply>>;
