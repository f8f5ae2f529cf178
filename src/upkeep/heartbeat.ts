import type { Log } from "../std/log.ts";
import type { Poster } from "../notify/deliver/poster.ts";
import { type Every, repeatTask } from "../std/repeat.ts";

/** A dead man's switch elsewhere, such as Healthchecks: it raises the alarm when heartbeats stop. */
export interface HeartbeatWorld {
  readonly poster: Poster;
  readonly url: () => string;
  readonly everyMs: number;
  readonly allowPrivate: boolean;
  /** Why this instance is unhealthy; no heartbeat is sent while there is a reason. */
  readonly troubles: () => readonly string[];
  readonly log: Log;
}

export type Beat = "sent" | "withheld" | "failed";

const timeoutMs = 10_000;

/** Sends one heartbeat if this instance is healthy. A failure is only logged: the missing heartbeat is the alarm. */
export async function beat({ poster, url, allowPrivate, troubles, log }: HeartbeatWorld): Promise<Beat> {
  const reasons = troubles();
  if (reasons.length > 0) {
    log.warn("heartbeat withheld", { reasons });
    return "withheld";
  }
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ type: "plumbline.heartbeat" });
  const result = await poster.post({ url: url(), headers, body, timeoutMs, allowPrivate });
  if (result.kind === "reply" && result.status >= 200 && result.status < 300) return "sent";
  const reason = result.kind === "reply" ? `status ${result.status}` : result.class;
  log.warn("heartbeat not delivered", { reason });
  return "failed";
}

/** Beats at once and then at its interval. */
export function startHeartbeat(world: HeartbeatWorld, every: Every): { stop(): Promise<void> } {
  const { everyMs, log } = world;
  const run = (): Promise<Beat> => beat(world);
  const repetition = repeatTask({ name: "heartbeat", everyMs, deadlineMs: 2 * timeoutMs, run, log }, every);
  repetition.trigger();
  return repetition;
}
