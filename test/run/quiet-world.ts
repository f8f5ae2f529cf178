import { TracerProvider } from "@opentelemetry/sdk-trace";
import type { World } from "../../src/run/world.ts";
import { silentLog } from "../../src/std/log.ts";

/** A world without secrets, log or traces, by a clock that is set. */
export function quietWorld(nowMs: () => number, world: Pick<World, "exchanger" | "runs"> & Partial<World>): World {
  return {
    clock: { nowMs, monotonicMs: nowMs },
    random: () => 0.5,
    secret: () => "none",
    redact: (text) => text,
    log: silentLog,
    tracer: new TracerProvider().getTracer("test"),
    ...world,
  };
}
