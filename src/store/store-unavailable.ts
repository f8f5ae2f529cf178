/** The store could not be reached, or did not answer in time. Whoever gets it goes on, and tries again later. */
export class StoreUnavailable extends Error {
  /** The statement may have been done all the same. */
  readonly isSent: boolean;
  /** Waiting has taken its time already. */
  readonly isTimeout: boolean;

  constructor(during: "connect" | "query", cause: unknown) {
    const reason = cause instanceof Error ? cause.message : "unknown error";
    super(`the store is not available: ${reason}`, { cause });
    this.name = "StoreUnavailable";
    this.isSent = during === "query";
    this.isTimeout = /time-?out/i.test(reason);
  }
}
