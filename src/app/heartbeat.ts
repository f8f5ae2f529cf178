import type { Config } from "../config/config.ts";
import { createPoster } from "../notify/deliver/post-undici.ts";
import type { Log } from "../std/log.ts";
import { startHeartbeat } from "../upkeep/heartbeat.ts";
import type { Checked } from "../web/health.ts";
import { repeat } from "./repeat.ts";
import type { Secrets } from "./secrets.ts";

export interface HeartbeatOptions {
  readonly heartbeat: NonNullable<Config["heartbeat"]>;
  readonly secrets: Secrets;
  readonly health: () => Checked;
  readonly log: Log;
}

/** Sends heartbeats as long as the monitor as a whole is ready and has no incident of its own. */
export function openHeartbeat({ heartbeat, secrets, health, log }: HeartbeatOptions): { stop(): Promise<void> } {
  const { url, everyMs, allowPrivate } = heartbeat;
  const troubles = (): readonly string[] => {
    const { reasons, warnings } = health();
    return [...reasons, ...warnings];
  };
  const address = (): string => (typeof url === "string" ? url : secrets.read(url));
  return startHeartbeat({ poster: createPoster(), url: address, everyMs, allowPrivate, troubles, log }, repeat);
}
