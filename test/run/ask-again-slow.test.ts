import { expect, test } from "vitest";
import type { Probe } from "../../src/probe/probe.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import { openStore } from "../../src/store/store.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";
import { probe as sample } from "../probe/samples.ts";
import { openStorePool } from "../setup/databases.ts";
import { noonMs } from "../store/samples.ts";
import { completion, fakeExchanger, ok } from "./fake-exchanger.ts";
import { quietWorld } from "./quiet-world.ts";

const minuteMs = 60_000;
const everyMs = 15 * minuteMs;
const dayMs = 86_400_000;

test("a probe that takes twice as long is asked again within minutes, and that alone proves it: one alert", async () => {
  const pool = await openStorePool();
  const store = await openStore(pool, noonMs, 90);
  let nowMs = noonMs;
  let factor = 1;
  const random = seededRandom(5);
  const exchanger = fakeExchanger(
    () => ok(completion({}, 9)),
    () => 400 * factor * Math.exp(0.32 * (random() + random() + random() - 1.5)),
  );
  const world = quietWorld(() => nowMs, { random, exchanger, runs: store });
  const drift = { falsePageEveryMs: 180 * dayMs, samples: 60, pageAfterMs: dayMs, fullAfterMs: dayMs };
  const probe: Probe = {
    ...sample,
    cadence: { kind: "every", everyMs },
    target: { ...sample.target, spendCaps: [] },
    judge: { ...sample.judge, latencyFloorRatio: 1.05, drift },
  };
  let extra = 0;
  const slot = async (atMs: number): Promise<void> => {
    nowMs = atMs;
    for (let again = (await runProbe(world, probe, nowMs)).askAgainAtMs; again !== undefined; extra += 1) {
      expect(again).toBe(nowMs + minuteMs);
      nowMs = again;
      again = (await runProbe(world, probe, nowMs)).askAgainAtMs;
    }
  };
  const slots = 10 * 96;
  for (let index = 0; index < slots; index += 1) await slot(noonMs + index * everyMs);
  expect(extra).toBeLessThanOrEqual(3 + 0.02 * slots);
  // A young baseline may note that values vary otherwise: that is no alert.
  const risky = async () =>
    (await store.overview(nowMs)).incidents.filter(({ severity }) => severity !== "informative");
  expect(await risky()).toEqual([]);

  factor = 2;
  const before = extra;
  for (let index = slots; (await risky()).length === 0; index += 1) {
    await slot(noonMs + index * everyMs);
    // Three runs of the schedule prove a jump by themselves.
    expect(index).toBeLessThan(slots + 2);
  }
  const incidents = await risky();
  expect(incidents).toMatchObject([{ kind: "latency", label: "total time", state: "open", severity: "risky" }]);
  expect(incidents[0]?.findings[0]?.observed).toMatch(/ ms \(×[12]\.\d+, 95 % interval ×1\.\d+ to ×\d\.\d+\), since /);
  expect(extra - before).toBeGreaterThanOrEqual(2);
  await pool.close();
});
