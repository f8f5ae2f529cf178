import { exceptionFields, type Log } from "../std/log.ts";
import type { Clock } from "../std/clock.ts";
import type { SlotHandler, SlotJob, TakenSlot } from "./queue.ts";

/** Slots that are due within so long of each other are one job of the queue, */
export const batchMs = 250;
/** but no more than so many. */
export const mostInBatch = 25;
/** Longer than a batch is handed out before its last slot is due. */
const mostAheadMs = 1_000;

/** By whole windows of time, so that two schedulers make the same batches of the same slots. */
export function batchesOf(slots: readonly SlotJob[]): SlotJob[][] {
  const windows = Map.groupBy(slots, ({ slotMs }) => Math.floor(slotMs / batchMs));
  return [...windows.values()].flatMap((window) => {
    const sorted = window.toSorted((one, other) => one.slotMs - other.slotMs || (one.probeId < other.probeId ? -1 : 1));
    const count = Math.ceil(sorted.length / mostInBatch);
    return Array.from({ length: count }, (_, index) => sorted.slice(index * mostInBatch, (index + 1) * mostInBatch));
  });
}

export interface Batches {
  /**
   * Starts each slot at its time. Resolves when all are claimed or over, to those that were not started because work
   * stops; rejects when one has failed before it was claimed.
   */
  take(slots: readonly TakenSlot[]): Promise<readonly TakenSlot[]>;
  /** Starts no more slots, and waits for those that run. */
  stop(): Promise<void>;
}

/** At most `concurrency` slots run at once, of however many batches. */
export function createBatches(
  concurrency: number,
  handler: SlotHandler,
  { clock, sleep, log }: { readonly clock: Clock; readonly sleep: (ms: number) => Promise<unknown>; readonly log: Log },
): Batches {
  const running = new Set<Promise<void>>();
  const waiting: (() => void)[] = [];
  let free = concurrency;
  let isStopping = false;

  async function acquire(): Promise<void> {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function release(): void {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }

  /** Timers may be early. Nothing is waited for that is further away: a clock was set back, and its slot is not due. */
  async function until(atMs: number): Promise<void> {
    for (let leftMs = atMs - clock.nowMs(); leftMs > 0 && leftMs < mostAheadMs; leftMs = atMs - clock.nowMs()) {
      await sleep(leftMs);
    }
  }

  /** Resolves when the slot is claimed, or over. */
  function start(slot: TakenSlot): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let isClaimed = false;
    const onClaimed = (): void => {
      isClaimed = true;
      resolve();
    };
    const run = handler(slot, onClaimed)
      .then(onClaimed, (error: unknown) => {
        // Nobody waits for what becomes of a slot that was claimed.
        if (isClaimed) log.error("run failed", { probe: slot.probeId, slotMs: slot.slotMs, ...exceptionFields(error) });
        else reject(error);
      })
      .finally(() => {
        running.delete(run);
        release();
      });
    running.add(run);
    return promise;
  }

  return {
    async take(slots) {
      const claims: Promise<void>[] = [];
      for (const slot of slots) {
        if (!isStopping) await until(slot.slotMs);
        if (!isStopping) await acquire();
        if (isStopping) break;
        const claim = start(slot);
        // It is waited for when all have begun.
        claim.catch(() => {});
        claims.push(claim);
      }
      await allOf(claims);
      return slots.slice(claims.length);
    },
    async stop() {
      isStopping = true;
      for (const wake of waiting.splice(0)) wake();
      await Promise.all(running);
    },
  };
}

/** Waits for all, and rejects when one of them did. */
async function allOf(claims: readonly Promise<void>[]): Promise<void> {
  for (const ended of await Promise.allSettled(claims)) if (ended.status === "rejected") throw ended.reason;
}
