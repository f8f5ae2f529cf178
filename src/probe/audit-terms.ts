/** A risk that someone accepts until a date. */
export interface AcceptedRisk {
  /** Name of the rule that is not met. */
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
