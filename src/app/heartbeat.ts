import type { Config } from "../config/config.ts";
import { createPoster } from "../notify/deliver/post-undici.ts";
import { systemClock } from "../std/clock.ts";
import type { Log } from "../std/log.ts";
import type { Store } from "../store/store.ts";
import { startHeartbeat } from "../upkeep/heartbeat.ts";
import type { Health } from "../operate/status.ts";
import { repeat } from "./repeat.ts";
import type { Secrets } from "./secrets.ts";

export interface HeartbeatOptions {
  readonly heartbeat: NonNullable<Config["heartbeat"]>;
  readonly secrets: Secrets;
  readonly health: () => Health;
  readonly store: Store;
  readonly log: Log;
}

/** Sends heartbeats as long as this process is ready and the monitor has no incident of its own. */
export function openHeartbeat({ heartbeat, secrets, health, store, log }: HeartbeatOptions): { stop(): Promise<void> } {
  const { url, everyMs, allowPrivate } = heartbeat;
  const troubles = async (): Promise<readonly string[]> => {
    const { incidents } = await store.overview(systemClock.nowMs());
    // Too many alerts for one receiver is trouble of others.
    const ours = incidents
      .filter(({ kind, group }) => kind === "monitor" && group?.reason !== "rate-limited")
      .map(({ label }) => label);
    return [...health().reasons, ...ours];
  };
  const address = (): string => (typeof url === "string" ? url : secrets.read(url));
  return startHeartbeat({ poster: createPoster(), url: address, everyMs, allowPrivate, troubles, log }, repeat);
}
