import type { Clock } from "../../std/clock.ts";
import type { Log } from "../../std/log.ts";
import { type Every, repeatTask } from "../../std/repeat.ts";
import type { ConcurrencyLimit } from "./concurrency-limit.ts";
import type { Outbox } from "./outbox.ts";

/** Moves due outbox entries to the delivery queue. */
export interface OutboxPollerWorld {
  readonly outbox: Outbox;
  /** Enqueues one attempt; enqueueing the same attempt twice has no effect. */
  readonly enqueue: (outboxId: string, attempt: number) => Promise<void>;
  readonly clock: Clock;
  readonly concurrency: ConcurrencyLimit;
  readonly log: Log;
}

export interface OutboxPoller {
  /** Polls at once, for example right after a commit. Calls during a poll cause one more poll. */
  nudge(): void;
  /** Stops polling and waits for a poll in progress. */
  stop(): Promise<void>;
}

const everyMs = 1000;
const deadlineMs = 30_000;
const batchSize = 1000;

/** Enqueues what is due, for each receiver up to its concurrency limit; returns how many. */
export async function pollOnce({ outbox, enqueue, clock, concurrency }: OutboxPollerWorld): Promise<number> {
  await outbox.catchUp(clock.nowMs());
  const due = await outbox.due(clock.nowMs(), batchSize);
  concurrency.expect(due);
  const places = new Map<string, number>();
  let enqueued = 0;
  for (const { entry, attempts } of due) {
    const free = places.get(entry.receiver) ?? concurrency.free(entry.receiver);
    if (free === 0) continue;
    places.set(entry.receiver, free - 1);
    await enqueue(entry.id, attempts + 1);
    enqueued += 1;
  }
  return enqueued;
}

/**
 * Polls every second and when nudged. The store is authoritative: whatever a lost queue forgot is due at the next poll,
 * and an entry leased by a process that died is due again when its lease expires.
 */
export function startOutboxPoller(world: OutboxPollerWorld, every: Every): OutboxPoller {
  const run = (): Promise<number> => pollOnce(world);
  const repetition = repeatTask({ name: "outbox poll", everyMs, deadlineMs, run, log: world.log }, every);
  world.concurrency.onFree(repetition.trigger);
  repetition.trigger();
  return { nudge: repetition.trigger, stop: repetition.stop };
}
