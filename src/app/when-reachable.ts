import { setTimeout as sleep } from "node:timers/promises";
import { exitCodes } from "../cli/io.ts";
import { type Clock, systemClock } from "../std/clock.ts";
import type { Log } from "../std/log.ts";
import { StoreUnavailable } from "../store/store-unavailable.ts";
import { Unreachable } from "./storage.ts";

interface Patience {
  readonly clock: Clock;
  readonly sleep: (durationMs: number) => Promise<unknown>;
}

const retryMs = 1_000;

/**
 * Opens what needs the store and the queue. When they restart, or start later than this process, it tries again for up to
 * `longestMs`. It doesn't wait after a wrong password. Rejects with a Refusal.
 */
export async function whenReachable<T>(
  open: () => Promise<T>,
  longestMs: number,
  log: Log,
  { clock, sleep: wait }: Patience = { clock: systemClock, sleep },
): Promise<T> {
  const untilMs = clock.nowMs() + longestMs;
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await open();
    } catch (thrown) {
      const error = thrown instanceof StoreUnavailable ? new Unreachable(thrown.message, exitCodes.unhealthy) : thrown;
      if (!(error instanceof Unreachable) || clock.nowMs() >= untilMs) throw error;
      if (isFirst) log.warn("waiting for the store and the queue", { reason: error.message, longestMs });
    }
    await wait(retryMs);
  }
}
