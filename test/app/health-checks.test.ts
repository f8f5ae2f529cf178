import { expect, test } from "vitest";
import { startHealthChecks } from "../../src/app/health-checks.ts";
import { silentLog } from "../../src/std/log.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { type Activity, healthOf } from "../../src/web/health.ts";
import { eventually } from "../setup/eventually.ts";

test("a clock that is 60 s behind the queue's: no slots are taken until they agree", async () => {
  let aheadMs = 60_000;
  let agrees: boolean | undefined;
  const activity: Activity = {
    startedAtMs: Date.now(),
    roles: [],
    idleUntilMs: (lastMs) => lastMs + 180_000,
    reconcileMs: 30_000,
    facts: new Map(),
  };
  const checks = startHealthChecks({
    store: {
      holdLease: async () => true,
      vitals: async () => ({ roles: [], oldestDueMs: undefined, incidents: [] }),
    },
    queue: { checkWritable: async () => {}, clockMs: async () => Date.now() + aheadMs },
    clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    metrics: createMetrics([]),
    log: silentLog,
    everyMs: 1_000,
    roles: [],
    locations: new Set(),
    activity,
    onClock: (it) => (agrees = it),
  });
  await eventually(() =>
    expect(healthOf(activity, Date.now()).reasons).toEqual([
      "the clock of this machine is 60 s behind the queue's: it takes no slots",
    ]),
  );
  expect(agrees).toBe(false);
  aheadMs = 4_000;
  await eventually(() => expect(healthOf(activity, Date.now()).ready).toBe(true));
  expect(agrees).toBe(true);
  await checks.stop();
});
