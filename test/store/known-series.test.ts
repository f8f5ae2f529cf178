import { afterAll, beforeAll, expect, test } from "vitest";
import type { SeriesMemory } from "../../src/baseline/baseline.ts";
import type { SeriesUpdate } from "../../src/baseline/series-update.ts";
import { openPglitePool } from "../../src/store/pools/pglite.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { claimOf, finishOf, freshName, noonMs, nothingNew, seriesOf } from "./samples.ts";

let pool: StorePool;
beforeAll(async () => {
  pool = await openPglitePool(undefined);
});
afterAll(() => pool.close());

const fresh = (): Promise<Store> => openStore(pool, noonMs, 30);

/** What a run of that slot sees of its series, and writes to them. */
async function run(store: Store, probeId: string, slot: number, series: readonly SeriesUpdate[] = []) {
  let seen: readonly SeriesMemory[] = [];
  const claim = claimOf(probeId, noonMs + slot * 60_000);
  await store.claim(claim);
  await store.commit(finishOf(claim), (memory) => {
    seen = memory.series;
    return { ...nothingNew, series };
  });
  return seen.toSorted((one, other) => (one.series.id < other.series.id ? -1 : 1));
}

test("what a process has written is what another one reads", async () => {
  const [one, other] = [await fresh(), await fresh()];
  const probeId = freshName("probe");
  const [first, second] = ["first", "second"].map((id) => ({ ...seriesOf(probeId), id: `${id} of ${probeId}` }));
  if (first === undefined || second === undefined) throw new Error("no series");
  await run(one, probeId, 1, [{ series: first, state: { v: 1, left: undefined } as never }]);
  await run(one, probeId, 2, [{ series: second, state: [0.1, -0, null] }]);
  const known = await run(one, probeId, 3);
  expect(known.map(({ state, lastSlotMs }) => [state, lastSlotMs])).toEqual([
    [{ v: 1 }, noonMs + 60_000],
    [[0.1, 0, null], noonMs + 120_000],
  ]);
  expect(await run(other, probeId, 4)).toEqual(known);
  // Somebody else writes: what was known is old.
  await run(other, probeId, 5, [{ series: first, state: { v: 2 } }]);
  expect((await run(one, probeId, 6))[0]?.state).toEqual({ v: 2 });
  await one.addBaseline(first.id, { learned: { x: 1 }, n: 9 }, {
    by: "ann",
    why: "new",
    what: "accept",
    subject: first.id,
    atMs: noonMs,
  } as never);
  expect((await run(one, probeId, 7))[0]).toMatchObject({ state: null, baseline: { version: 1, n: 9 } });
  await run(one, probeId, 8, [{ series: second, state: 1, accept: { learned: 5, n: 3, why: "learned" } as never }]);
  expect((await run(one, probeId, 9))[1]).toMatchObject({ state: 1, baseline: { version: 1, learned: 5 } });
  // A late slot changes nothing.
  await run(one, probeId, 0, [{ series: second, state: 99 }]);
  expect((await run(one, probeId, 10))[1]?.state).toBe(1);
});
