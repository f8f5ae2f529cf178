import { heartbeatEntry } from "../notify/deliver/heartbeat.ts";
import type { OutboxEntry } from "../notify/compose/alert.ts";
import type { Probe } from "../probe/probe.ts";
import type { Clock } from "../std/clock.ts";
import type { Log } from "../std/log.ts";
import { type Every, repeatTask } from "../std/repeat.ts";
import { lateProbes, type MonitorStore } from "./check-monitor.ts";

export interface HeartbeatStore extends MonitorStore {
  /** Writes a heartbeat to the outbox, unless the one before still waits there. */
  beat(entry: OutboxEntry): Promise<void>;
}

/** A dead man's switch elsewhere, such as Healthchecks: it raises the alarm when heartbeats stop. */
export interface HeartbeatWorld {
  readonly store: HeartbeatStore;
  readonly clock: Clock;
  readonly probes: readonly Probe[];
  readonly startedAtMs: number;
  readonly everyMs: number;
  /** Why the monitor is unhealthy; no heartbeat is sent while there is a reason. */
  readonly troubles: () => readonly string[];
  readonly log: Log;
}

/**
 * Writes one heartbeat if the monitor is healthy and its probes have verdicts of late. The notifier delivers it like an
 * alert: scheduler, queue, workers, store, outbox and notifier all have to work, or the heartbeats stop.
 */
export async function beat(world: HeartbeatWorld): Promise<"written" | "withheld"> {
  const { store, clock, log, probes, startedAtMs } = world;
  const nowMs = clock.nowMs();
  const done = await store.lastDone();
  const late = lateProbes(probes, done, startedAtMs, nowMs).map(({ id }) => `no verdict of ${id}`);
  const reasons = [...world.troubles(), ...late.slice(0, 3)];
  if (reasons.length > 0) {
    log.warn("heartbeat withheld", { reasons });
    return "withheld";
  }
  const [newest] = [...done].toSorted(([, one], [, other]) => other - one);
  await store.beat(heartbeatEntry(newest?.[0], nowMs));
  return "written";
}

const deadlineMs = 20_000;

/** Beats at once and then at its interval. */
export function startHeartbeat(world: HeartbeatWorld, every: Every, onWritten: () => void): { stop(): Promise<void> } {
  const { everyMs, log } = world;
  const run = async (): Promise<void> => {
    if ((await beat(world)) === "written") onWritten();
  };
  const repetition = repeatTask({ name: "heartbeat", everyMs, deadlineMs, run, log }, every);
  repetition.trigger();
  return repetition;
}
