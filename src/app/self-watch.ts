import { startHeartbeat } from "../alert/heartbeat.ts";
import type { Poster } from "../alert/poster.ts";
import type { Every } from "../alert/relay.ts";
import type { Config } from "../config/config.ts";
import { closeOrphans, watchPunctuality } from "../run/watch.ts";
import type { Stoppable } from "../schedule/queue.ts";
import type { ReconcileReport } from "../schedule/reconciler.ts";
import { systemClock } from "../std/clock.ts";
import type { Log } from "../std/log.ts";
import type { Store } from "../store/store.ts";
import type { Health } from "../web/health.ts";
import { type Env, secretReader } from "./world.ts";

/**
 * Watches over the monitor itself after each look of the elected scheduler: incidents that can't resolve any more are
 * closed, once, and probes that do not run become one of ours.
 */
export function createSelfWatch(config: Config, store: Store, log: Log, nudge: () => void) {
  const receivers = config.receivers.map(({ name }) => name);
  const world = { book: store, probes: config.probes, receivers, startedAtMs: systemClock.nowMs() };
  let hasClosed = false;
  let watching: Promise<void> | undefined;

  async function watch(): Promise<void> {
    if (!hasClosed) {
      const closed = await closeOrphans(world, systemClock.nowMs());
      if (closed > 0) log.info("incidents closed: their probe or receiver is no longer configured", { closed });
      hasClosed = true;
    }
    await watchPunctuality(world, systemClock.nowMs());
    nudge();
  }

  return {
    after(report: ReconcileReport): void {
      if (report.kind !== "done" || !report.isClockSteady) return;
      watching ??= watch()
        .catch((error: unknown) =>
          log.error("the monitor could not be watched", { error: error instanceof Error ? error.name : "unknown" }),
        )
        .finally(() => {
          watching = undefined;
        });
    },
    stop: async (): Promise<void> => watching,
  };
}

/** Undefined when the configuration names no dead man's switch. */
export function openHeartbeat(
  { heartbeat }: Config,
  env: Env,
  poster: Poster,
  health: () => Health,
  store: Store,
  log: Log,
  every: Every,
): Stoppable | undefined {
  if (heartbeat === undefined) return undefined;
  const { url, everyMs, allowPrivate } = heartbeat;
  const read = secretReader(env);
  const troubles = async (): Promise<readonly string[]> => {
    const { incidents } = await store.overview(systemClock.nowMs());
    const ours = incidents.filter(({ kind }) => kind === "monitor").map(({ label }) => label);
    return [...health().reasons, ...ours];
  };
  const address = (): string => (typeof url === "string" ? url : read(url));
  return startHeartbeat({ poster, url: address, everyMs, allowPrivate, troubles, log }, every);
}
