import type { PendingDelivery } from "./outbox.ts";

/**
 * Limits how many attempts at one receiver run at once in this process: a receiver that hangs fills its own
 * places and leaves the other workers to the other receivers.
 */
export interface ConcurrencyLimit {
  /** Sets what is due now, so that the receiver of an attempt is known before anything is leased. */
  expect(due: readonly PendingDelivery[]): void;
  receiverOf(outboxId: string): string | undefined;
  free(receiver: string): number;
  /** Takes one place; the returned function frees it. */
  enter(receiver: string): () => void;
  /** Calls the listener whenever a receiver at its limit gets a free place. */
  onFree(listener: () => void): void;
}

export function createConcurrencyLimit(width = 4): ConcurrencyLimit {
  const occupied = new Map<string, number>();
  let receivers: ReadonlyMap<string, string> = new Map();
  const listeners: (() => void)[] = [];

  return {
    expect(due) {
      receivers = new Map(due.map(({ entry }) => [entry.id, entry.receiver]));
    },
    receiverOf: (outboxId) => receivers.get(outboxId),
    free: (receiver) => Math.max(0, width - (occupied.get(receiver) ?? 0)),
    enter(receiver) {
      occupied.set(receiver, (occupied.get(receiver) ?? 0) + 1);
      return () => leave(receiver);
    },
    onFree: (listener) => void listeners.push(listener),
  };

  function leave(receiver: string): void {
    const before = occupied.get(receiver) ?? 0;
    if (before <= 1) occupied.delete(receiver);
    else occupied.set(receiver, before - 1);
    if (before >= width) for (const listener of listeners) listener();
  }
}
