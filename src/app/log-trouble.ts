import { systemClock } from "../std/clock.ts";
import type { Log } from "../std/log.ts";
import { throttleLog } from "../std/log-throttle.ts";
import { version } from "../std/version.ts";
import type { About } from "../telemetry/telemetry.ts";

const tellEveryMs = 60_000;

/** Counts each failure to reach the collector, and logs one per minute. */
export function aboutThis(log: Log): About {
  const say = throttleLog(systemClock, tellEveryMs, (fields) => log.warn("could not export telemetry", fields));
  return {
    version,
    onTrouble: (trouble) =>
      trouble.kind === "dropped"
        ? say("dropped", { reason: "the queue is full", spans: trouble.spans })
        : say(trouble.reason, { reason: trouble.reason }),
  };
}
