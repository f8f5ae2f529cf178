import fc from "fast-check";
import { expect, test } from "vitest";
import { inForce } from "../../src/judgement/drift/group/promise.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import { checkFleet } from "../../src/upkeep/check-fleet.ts";
import { openStorePool } from "../setup/databases.ts";
import { openStore } from "../../src/store/store.ts";
import { probe as sample } from "../probe/samples.ts";
import { completion, fakeExchanger, ok } from "../run/fake-exchanger.ts";
import { quietWorld } from "../run/quiet-world.ts";

const dayMs = 86_400_000;

test("a promise that all series share is divided by those that may page, and follows their number", async () => {
  const pool = await openStorePool();
  const startMs = Date.UTC(2026, 10, 23, 8);
  const store = await openStore(pool, startMs, 90);
  let nowMs = startMs;
  let noise = 0;
  const world = quietWorld(() => nowMs, {
    exchanger: fakeExchanger(
      () => ok(completion()),
      () => 100 + ((noise += 7) % 11),
    ),
    runs: store,
  });
  const drift = {
    falsePageEveryMs: 7 * dayMs,
    falsePagesOf: "fleet",
    samples: 20,
    pageAfterMs: 1,
    fullAfterMs: 1,
  } as const;
  const probes: Probe[] = ["one@eu", "two@eu"].map((id) => ({ ...sample, id, judge: { ...sample.judge, drift } }));
  const count = () => checkFleet({ store, probes }, nowMs);
  const shared = async () => inForce(probes[0]!.judge, await store.fleet()).drift;
  const learn = async (probe: Probe) => {
    for (let slot = 0; slot < 30; slot += 1) await runProbe(world, probe, (nowMs += 60_000));
  };

  expect(await count()).toBe(0);
  expect((await shared()).falsePageEveryMs).toBe(7 * dayMs);
  await learn(probes[0]!);
  const ofOne = await count();
  expect(ofOne).toBeGreaterThan(0);
  await learn(probes[1]!);
  expect(await count()).toBe(2 * ofOne);
  expect(await shared()).toMatchObject({
    falsePageEveryMs: 7 * dayMs * 2 * ofOne,
    shared: { everyMs: 7 * dayMs, pagingSeries: 2 * ofOne },
  });
  expect(await checkFleet({ store, probes: probes.slice(0, 1) }, nowMs)).toBe(ofOne);
  nowMs += 8 * dayMs;
  expect(await count()).toBe(0);
  await pool.close();
});

test("counted are the series of these probes that may page and were judged in the last week, whatever else there is", async () => {
  const pool = await openStorePool();
  const nowMs = Date.UTC(2026, 10, 23, 8);
  const store = await openStore(pool, nowMs, 90);
  const names = ["one@eu", "two@eu", "three@eu"];
  const row = fc.record({
    probeId: fc.constantFrom(...names),
    pages: fc.constantFrom("none", "up", "both", undefined),
    ageMs: fc.oneof(fc.integer({ min: 0, max: 20 * dayMs }), fc.constantFrom(0, 7 * dayMs, 7 * dayMs + 1)),
  });
  const some = fc.uniqueArray(fc.constantFrom(...names));
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 12 }), some, async (rows, ids) => {
      await pool.pool.query("DELETE FROM plumbline.series");
      for (const [index, { probeId, pages, ageMs }] of rows.entries()) {
        const lastSlot = new Date(nowMs - ageMs).toISOString();
        await pool.pool.query(
          `INSERT INTO plumbline.series (series_id, probe_id, aspect, label, last_slot, pages)
           VALUES ($1, $2, 'latency', 'total time', $3, $4)`,
          [String(index), probeId, lastSlot, pages ?? "none"],
        );
      }
      const counted = rows.filter(
        ({ probeId, pages = "none", ageMs }) => ids.includes(probeId) && pages !== "none" && ageMs <= 7 * dayMs,
      ).length;
      expect(await checkFleet({ store, probes: ids.map((id) => ({ id })) }, nowMs)).toBe(counted);
      expect((await store.fleet()).pagingSeries).toBe(counted);
    }),
    { numRuns: 60 },
  );
  await pool.close();
});
