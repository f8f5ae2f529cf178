import type { Clock } from "../../std/clock.ts";
import type { Log } from "../../std/log.ts";
import { type Every, repeatTask } from "../../std/repeat.ts";
import type { ConcurrencyLimit } from "./concurrency-limit.ts";
import type { Outbox } from "./outbox.ts";

/** Brings what is due in the outbox to the delivery queue. */
export interface OutboxPollerWorld {
  readonly outbox: Outbox;
  /** Asks for one attempt; asking twice for the same one is one. */
  readonly enqueue: (outboxId: string, attempt: number) => Promise<void>;
  readonly clock: Clock;
  readonly concurrency: ConcurrencyLimit;
  readonly log: Log;
}

export interface OutboxPoller {
  /** Looks at once, such as right after a commit. Calls during a look become one more look. */
  nudge(): void;
  /** Ends the repetition and waits for a look that is going on. */
  stop(): Promise<void>;
}

const everyMs = 1000;
const deadlineMs = 30_000;
const lookAhead = 1000;

/** Enqueues what is due, for each receiver as much as its lane can take; returns how many. */
export async function pollOnce({ outbox, enqueue, clock, concurrency }: OutboxPollerWorld): Promise<number> {
  await outbox.catchUp(clock.nowMs());
  const due = await outbox.due(clock.nowMs(), lookAhead);
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
 * Looks every second and when nudged. The store is the truth: what a lost queue has forgotten is due at the next look,
 * and what was leased by a process that died is due again when the lease has run out.
 */
export function startOutboxPoller(world: OutboxPollerWorld, every: Every): OutboxPoller {
  const run = (): Promise<number> => pollOnce(world);
  const repetition = repeatTask({ name: "outbox poll", everyMs, deadlineMs, run, log: world.log }, every);
  world.concurrency.onFree(repetition.trigger);
  repetition.trigger();
  return { nudge: repetition.trigger, stop: repetition.stop };
}
