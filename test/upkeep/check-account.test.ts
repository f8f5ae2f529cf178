import { afterAll, beforeAll, expect, test } from "vitest";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { checkAccount } from "../../src/upkeep/check-account.ts";
import { openStorePool } from "../setup/databases.ts";
import { noonMs } from "../store/samples.ts";

const minuteMs = 60_000;
let pool: StorePool;
let store: Store;
beforeAll(async () => {
  pool = await openStorePool();
  store = await openStore(pool, noonMs, 30);
});
afterAll(() => pool.close());

test("slots that vanished without a row are one incident of ours, and no schedule of before the start counts", async () => {
  const asked: (readonly [number, number])[] = [];
  let withoutRow = 3;
  const world = {
    store,
    receivers: ["pager"],
    startedAtMs: noonMs,
    account: (fromMs: number, toMs: number) => {
      asked.push([fromMs, toMs]);
      return Promise.resolve({ due: 600, withoutRow });
    },
  };
  await checkAccount(world, noonMs + 5 * minuteMs);
  expect(asked).toEqual([]);
  await checkAccount(world, noonMs + 30 * minuteMs);
  expect(asked).toEqual([[noonMs, noonMs + 20 * minuteMs]]);
  const [incident] = await store.incidents(false, 10);
  expect(incident?.label).toBe("records of due slots");
  expect(incident?.findings[0]?.observed).toMatch(/^3 of 600 due slots have none: run plumbline account --between 20/);
  withoutRow = 0;
  await checkAccount(world, noonMs + 300 * minuteMs);
  expect(asked.at(-1)).toEqual([noonMs + 229 * minuteMs, noonMs + 290 * minuteMs]);
  expect(await store.incidents(false, 10)).toEqual([]);
});
