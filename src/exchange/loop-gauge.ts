import type { Clock } from "../std/clock.ts";

/** How long the event loop was blocked while something was going on. */
export interface LoopGauge {
  /** Begins to watch; the result ends it and returns the longest block in milliseconds. */
  watch(): () => number;
}

/** A block is seen as a tick that comes late; the clock ticks only while somebody watches. */
export function createLoopGauge(clock: Clock, tickMs = 20): LoopGauge {
  const watchers = new Set<{ longestMs: number }>();
  let lastTickMs = 0;
  let timer: NodeJS.Timeout | undefined;

  const tick = (): void => {
    const nowMs = clock.monotonicMs();
    const lateMs = nowMs - lastTickMs - tickMs;
    lastTickMs = nowMs;
    if (lateMs <= 0) return;
    for (const watcher of watchers) if (lateMs > watcher.longestMs) watcher.longestMs = lateMs;
  };

  return {
    watch() {
      const watcher = { longestMs: 0 };
      if (timer === undefined) {
        lastTickMs = clock.monotonicMs();
        timer = setInterval(tick, tickMs);
        timer.unref();
      }
      watchers.add(watcher);
      return () => {
        // A block that is going on when we end has not been ticked yet.
        if (clock.monotonicMs() - lastTickMs > tickMs) tick();
        watchers.delete(watcher);
        if (watchers.size === 0 && timer !== undefined) {
          clearInterval(timer);
          timer = undefined;
        }
        return watcher.longestMs;
      };
    },
  };
}
