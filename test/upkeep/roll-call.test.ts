import { expect, test } from "vitest";
import { callRoll, type RollCallStore, type Vitals } from "../../src/upkeep/roll-call.ts";
import { incident } from "../notify/samples.ts";

const nowMs = 1_000_000;

function roll(vitals: Partial<Vitals>) {
  const held: string[] = [];
  const store: RollCallStore = {
    async holdLease(name) {
      held.push(name);
      return true;
    },
    vitals: async () => ({ roles: [], oldestDueMs: undefined, incidents: [], ...vitals }),
  };
  const world = { store, holder: "me", roles: ["web", "worker/eu"], locations: new Set(["eu"]), leaseMs: 30_000 };
  return { held, found: callRoll(world, nowMs) };
}

test("it renews its own leases, and names the roles that nobody holds; nobody has to work at a former location", async () => {
  const roles = ["notifier", "scheduler", "worker/eu", "worker/gone"].map((role) => ({
    role,
    untilMs: nowMs - 45_000,
  }));
  const { held, found } = roll({ roles });
  expect((await found).reasons).toEqual([
    "no process has been notifier for 45 s: alerts are not delivered",
    "no process has been scheduler for 45 s: schedules are not repaired, and missed runs are not recorded",
    "no process has been worker at eu for 45 s: its probes do not run",
  ]);
  expect(held).toEqual(["role/web/me", "role/worker/eu/me"]);
});

test("an alert is late after a minute", async () => {
  expect((await roll({ oldestDueMs: nowMs - 60_000 }).found).reasons).toEqual([]);
  expect((await roll({ oldestDueMs: nowMs - 75_000 }).found).reasons).toEqual([
    "an alert is due for 75 s and not delivered",
  ]);
});

test("trouble of our own is a warning, except too many alerts for a receiver", async () => {
  const lost = incident({ kind: "monitor", label: "delivery to pager", findings: [] });
  expect((await roll({ incidents: [lost] }).found).warnings).toEqual(["delivery to pager: in trouble"]);
});
