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
