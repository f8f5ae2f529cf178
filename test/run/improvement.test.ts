import { expect, test } from "vitest";
import type { Probe } from "../../src/probe/probe.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import { openStore } from "../../src/store/store.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";
import { probe as sample } from "../probe/samples.ts";
import { openStorePool } from "../setup/databases.ts";
import { alerting, night } from "../store/night.ts";
import { noonMs } from "../store/samples.ts";
import { completion, fakeExchanger, ok } from "./fake-exchanger.ts";
import { quietWorld } from "./quiet-world.ts";

const everyMs = 15 * 60_000;
const dayMs = 86_400_000;
const runsADay = dayMs / everyMs;

test("replies that take half the time for a day and a half, and then as long as before, alert: twice as slow as lately", async () => {
  const pool = await openStorePool();
  const store = await openStore(pool, noonMs, 90);
  let nowMs = noonMs;
  let factor = 1;
  const random = seededRandom(5);
  const exchanger = fakeExchanger(
    () => ok(completion({}, 9)),
    () => 400 * factor * Math.exp(0.2 * (random() + random() + random() - 1.5)),
  );
  const world = quietWorld(() => nowMs, { random, exchanger, runs: store });
  const drift = { falsePageEveryMs: 180 * dayMs, samples: 60, pageAfterMs: dayMs, fullAfterMs: dayMs };
  const probe: Probe = {
    ...sample,
    alerting,
    receivers: ["pager"],
    cadence: { kind: "every", everyMs },
    target: { ...sample.target, spendCaps: [] },
    judge: { ...sample.judge, latencyFloorRatio: 1.05, drift },
  };
  const story = night(store, [probe]);
  const runs = async (count: number): Promise<void> => {
    for (let run = 0; run < count; run += 1) {
      await runProbe(world, probe, nowMs);
      nowMs += everyMs;
    }
    await story.tick(nowMs);
  };
  await runs(1.5 * runsADay);
  factor = 0.5;
  await runs(1.5 * runsADay);
  expect(story.told.filter((line) => line.includes("opened"))).toEqual([]);
  factor = 1;
  await runs(8);
  expect(story.told).toEqual([
    expect.stringMatching(/ pager opened: mini valid-request: total time 2\d\d ms → [34]\d\d ms \(×[12]\.\d/),
  ]);
  await pool.close();
});
