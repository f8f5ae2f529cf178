import type { Clock } from "../std/clock.ts";
import type { Log } from "../std/log.ts";
import { type Every, repeatTask } from "../std/repeat.ts";
import { mostSkewMs, skewOf } from "./clock-check.ts";
import type { SlotQueue, Stoppable } from "./queue.ts";
import { tickEveryMs } from "./tick.ts";

export interface TickWatchWorld {
  readonly queue: Pick<SlotQueue, "clockMs" | "keepTicking">;
  readonly clock: Clock;
  readonly log: Log;
  readonly onRepair: () => void;
}

/** What a process remembers from look to look: ticks came at the last one. */
export interface TickWatchMemory {
  areTicksKnown: boolean;
}

const everyMs = 5_000;
const deadlineMs = 15_000;

/**
 * Starts the ticks when there are none. Every scheduler looks, elected or not: the elected one may be the one that is
 * gone. A process whose clock is not the queue's does not: its ticks would come at the wrong time.
 */
export async function checkTicks(
  { queue, clock, log, onRepair }: TickWatchWorld,
  memory: TickWatchMemory,
): Promise<void> {
  if (Math.abs(await skewOf(() => queue.clockMs(), clock)) > mostSkewMs) return;
  const hadStopped = await queue.keepTicking(tickEveryMs);
  // At the first look, they may have ended with the last process of an earlier day.
  if (hadStopped && memory.areTicksKnown) {
    log.warn("ticks had stopped: restarted them");
    onRepair();
  }
  memory.areTicksKnown = true;
}

/** Looks at once, and then every few seconds until stopped: without ticks nothing runs. */
export function startTickWatch(world: TickWatchWorld, every: Every): Stoppable {
  const memory: TickWatchMemory = { areTicksKnown: false };
  const run = (): Promise<void> => checkTicks(world, memory);
  const repetition = repeatTask({ name: "watch ticks", everyMs, deadlineMs, run, log: world.log }, every);
  repetition.trigger();
  return { stop: () => repetition.stop() };
}
