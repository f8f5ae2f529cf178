import { expect, test } from "vitest";
import type { Probe } from "../../src/probe/probe.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import { openStore } from "../../src/store/store.ts";
import { checkSlo } from "../../src/upkeep/check-slo.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";
import { probe as sample } from "../probe/samples.ts";
import { openStorePool } from "../setup/databases.ts";
import { noonMs } from "../store/samples.ts";
import { completion, fakeExchanger, ok } from "../run/fake-exchanger.ts";
import { quietWorld } from "../run/quiet-world.ts";

const everyMs = 15 * 60_000;
const dayMs = 86_400_000;

test("one run in twenty at ten times the usual only informs as drift, and opens a ticket by the burn of slo.latency", async () => {
  const pool = await openStorePool();
  const store = await openStore(pool, noonMs, 90);
  let nowMs = noonMs;
  let share = 0;
  const random = seededRandom(8);
  const exchanger = fakeExchanger(
    () => ok(completion()),
    () => 400 * (0.9 + 0.2 * random()) * (random() < share ? 10 : 1),
  );
  const world = quietWorld(() => nowMs, { exchanger, runs: store });
  const objective = { kind: "latency", share: 0.99, windowMs: 30 * dayMs, underMs: 2000 } as const;
  const drift = { falsePageEveryMs: 180 * dayMs, samples: 60, pageAfterMs: dayMs, fullAfterMs: dayMs };
  const probe: Probe = {
    ...sample,
    cadence: { kind: "every", everyMs },
    target: { ...sample.target, spendCaps: [], objectives: [objective] },
    judge: { ...sample.judge, latencyFloorRatio: 1.05, drift },
  };
  const run = async (): Promise<void> => {
    nowMs += everyMs;
    await runProbe(world, probe, nowMs);
    await checkSlo({ store, receivers: ["pager"], probes: [probe] }, nowMs + 1000);
  };
  const alerts = async () =>
    (await store.overview(nowMs)).incidents.filter(({ severity }) => severity !== "informative");

  for (let count = 0; count < 100; count += 1) await run();
  expect(await alerts()).toEqual([]);
  share = 0.05;
  let count = 0;
  while ((await alerts()).length === 0 && count < 2 * 96) {
    for (let more = 0; more < 6; more += 1) await run();
    count += 6;
  }
  const [ticket, ...others] = await alerts();
  expect(others).toEqual([]);
  expect(ticket).toMatchObject({
    kind: "budget",
    severity: "risky",
    tier: "ticket",
    label: "error budget: replies within 2000 ms",
  });
  expect(ticket?.findings[0]?.observed).toMatch(/^\d+ of \d+ runs bad in 72 hours: [1-9]\.\d times what may be$/);
  await pool.close();
});
