import { expect, test } from "vitest";
import { type Activity, healthOf } from "../../src/web/health.ts";

const fact = { everyMs: 10_000, reasons: [], warnings: [] };
const activity = (over: Partial<Activity> = {}): Activity => ({
  startedAtMs: 0,
  roles: ["scheduler"],
  idleUntilMs: (lastMs) => lastMs + 180_000,
  reconcileMs: 30_000,
  reconciled: { kind: "not-elected", atMs: 0 },
  facts: new Map([["store", { ...fact, atMs: 0 }]]),
  ...over,
});

test("what was found three intervals ago is still known; after that it is unknown, whatever it was", () => {
  expect(healthOf(activity(), 30_000)).toEqual({ live: true, ready: true, reasons: [], warnings: [] });
  expect(healthOf(activity(), 31_000).reasons).toEqual([
    "the state of the store is unknown: it has not answered for 31 s",
  ]);
  const facts: Activity["facts"] = new Map();
  expect(healthOf(activity({ facts }), 91_000).reasons).toEqual(["schedules were last reconciled 91 s ago"]);
});

test("before the first check nothing is known", () => {
  const facts = new Map([["queue", fact]]);
  expect(healthOf(activity({ facts }), 1_000).reasons).toEqual(["the queue has not been checked yet"]);
  expect(healthOf(activity({ facts }), 40_000).reasons).toEqual([
    "the state of the queue is unknown: it has not answered for 40 s",
  ]);
});

test("a worker is stuck once it consumed nothing of what its schedule named", () => {
  const weekMs = 7 * 86_400_000;
  const weekly = activity({ roles: ["worker"], facts: new Map(), idleUntilMs: (lastMs) => lastMs + 3 * weekMs });
  expect(healthOf(weekly, 2 * weekMs)).toMatchObject({ live: true, ready: true });
  expect(healthOf(weekly, 3 * weekMs + 1)).toMatchObject({ live: false, ready: false });
});
