import type { Log } from "../std/log.ts";
import type { Poster } from "../notify/deliver/poster.ts";
import type { Every } from "../notify/deliver/outbox-poller.ts";

/** A dead man's switch elsewhere, such as Healthchecks: it raises the alarm when these stop. */
export interface HeartbeatWorld {
  readonly poster: Poster;
  readonly url: () => string;
  readonly everyMs: number;
  readonly allowPrivate: boolean;
  /** Why this instance is not well; a heart that is not well does not beat. */
  readonly troubles: () => Promise<readonly string[]>;
  readonly log: Log;
}

export type Beat = "sent" | "withheld" | "failed";

const timeoutMs = 10_000;

/** One beat, if all is well. Failing to send it is nothing but logged: its absence is the alarm. */
export async function beat({ poster, url, allowPrivate, troubles, log }: HeartbeatWorld): Promise<Beat> {
  const wrong = await troubles().catch(() => ["the store does not answer"]);
  if (wrong.length > 0) {
    log.warn("heartbeat withheld", { reasons: wrong });
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

/** Beats at once and then at its interval; one that takes longer skips the next. */
export function startHeartbeat(world: HeartbeatWorld, every: Every): { stop(): Promise<void> } {
  let beating: Promise<void> | undefined;
  const work = (): void => {
    beating ??= beat(world)
      .then(() => {})
      .catch(() => world.log.error("heartbeat could not be sent"))
      .finally(() => {
        beating = undefined;
      });
  };
  const repetition = every(world.everyMs, work);
  work();
  return {
    async stop() {
      repetition.stop();
      await beating;
    },
  };
}
