import type { Clock } from "../../std/clock.ts";
import type { Log } from "../../std/log.ts";
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

/** Repeats `work` until stopped. */
export type Every = (intervalMs: number, work: () => void) => { stop(): void };

export interface OutboxPoller {
  /** Looks at once, such as right after a commit. Calls during a look become one more look. */
  nudge(): void;
  /** Ends the repetition and waits for a look that is going on. */
  stop(): Promise<void>;
}

const everyMs = 1000;
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
  let looking: Promise<void> | undefined;
  let again = false;
  let stopped = false;

  const nudge = (): void => {
    if (stopped) return;
    if (looking !== undefined) {
      again = true;
      return;
    }
    looking = look().finally(() => {
      looking = undefined;
      if (!again) return;
      again = false;
      nudge();
    });
  };

  const repetition = every(everyMs, nudge);
  world.concurrency.onFree(nudge);
  nudge();

  return {
    nudge,
    async stop() {
      stopped = true;
      repetition.stop();
      await looking;
    },
  };

  async function look(): Promise<void> {
    try {
      await pollOnce(world);
    } catch (error) {
      const name = error instanceof Error ? error.name : "unknown";
      world.log.warn("the outbox could not be relayed, trying again", { error: name });
    }
  }
}
