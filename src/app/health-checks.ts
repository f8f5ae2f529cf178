import { randomUUID } from "node:crypto";
import { skewOf } from "../schedule/clock-check.ts";
import { faultName } from "../schedule/connections.ts";
import type { SlotQueue } from "../schedule/queue.ts";
import type { Clock } from "../std/clock.ts";
import type { Log } from "../std/log.ts";
import { repeatTask } from "../std/repeat.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { attributes as a } from "../telemetry/names.ts";
import { callRoll, type RollCall, type RollCallStore } from "../upkeep/roll-call.ts";
import type { Activity, HealthFact } from "../web/health.ts";
import { repeat } from "./repeat.ts";

export interface HealthChecksOptions {
  readonly store: RollCallStore;
  readonly queue: Pick<SlotQueue, "checkWritable" | "clockMs">;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly everyMs: number;
  /** What this process does: `notifier`, `worker/eu`. */
  readonly roles: readonly string[];
  /** Locations of the configuration. */
  readonly locations: ReadonlySet<string>;
  /** Called after each comparison of this machine's clock with the queue's: without agreement no slots are taken. */
  readonly onClock: (agrees: boolean) => void;
  /** Gets what the checks find. */
  readonly activity: Activity;
}

type Finding = Pick<HealthFact, "reasons" | "warnings">;

const leaseIntervals = 3;
/** More, and a slot would be taken too early or count as missed. */
const mostSkewMs = 5_000;

/**
 * Checks store and queue at an interval, each on its own: readiness, heartbeat and metrics read what was found, so that
 * they ask nobody and wait for nobody. Renews the leases of this process's roles.
 */
export function startHealthChecks(options: HealthChecksOptions): { stop(): Promise<void> } {
  const { store, queue, clock, metrics, log, everyMs, roles, locations, activity, onClock } = options;
  const rollCall = { store, holder: randomUUID(), roles, locations, leaseMs: leaseIntervals * everyMs };
  const check = (name: string, find: () => Promise<Finding>) => {
    const fact: HealthFact = { everyMs, reasons: [], warnings: [] };
    activity.facts.set(name, fact);
    const run = async (signal: AbortSignal): Promise<void> => {
      const { reasons, warnings } = await find();
      if (signal.aborted) return;
      if (reasons.join() !== fact.reasons.join() && reasons.length > 0)
        log.warn("health check failed", { name, reasons });
      Object.assign(fact, { atMs: clock.nowMs(), reasons, warnings });
      metrics.record("healthChecked", clock.nowMs() / 1000, { [a.plumblineCheck]: name });
    };
    const task = repeatTask({ name: `check ${name}`, everyMs, deadlineMs: leaseIntervals * everyMs, run, log }, repeat);
    task.trigger();
    return task;
  };
  const tasks = [
    check("store", () =>
      callRoll(rollCall, clock.nowMs()).then(
        (found) => {
          measureRollCall(metrics, found);
          return found;
        },
        () => ({ reasons: ["the store does not answer"], warnings: [] }),
      ),
    ),
    check("queue", async () => {
      const failure = await queue.checkWritable().then(() => undefined, faultName);
      metrics.record("queueWritable", failure === undefined ? 1 : 0, {});
      const reasons = failure === undefined ? [] : [`the queue can't be written (${failure}): slots are lost`];
      return { reasons, warnings: [] };
    }),
    check("clock", async () => {
      const skewMs = await skewOf(() => queue.clockMs(), clock);
      const agrees = Math.abs(skewMs) <= mostSkewMs;
      onClock(agrees);
      const direction = skewMs > 0 ? "behind" : "ahead of";
      const text = `the clock of this machine is ${Math.round(Math.abs(skewMs) / 1000)} s ${direction} the queue's: it takes no slots`;
      return { reasons: agrees ? [] : [text], warnings: [] };
    }),
  ];
  return {
    async stop() {
      await Promise.all(tasks.map((task) => task.stop()));
    },
  };
}

function measureRollCall(metrics: Metrics, { roles, oldestDueAgeMs }: RollCall): void {
  for (const { role: lease, isHeld } of roles) {
    const [role, location] = lease.split("/");
    metrics.record("roleHeld", isHeld ? 1 : 0, { [a.plumblineRole]: role, [a.plumblineLocation]: location });
  }
  metrics.record("oldestDueAge", oldestDueAgeMs / 1000, {});
}
