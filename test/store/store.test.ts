import { afterAll, expect, test } from "vitest";
import { silentLog } from "../../src/std/log.ts";
import { openMemoryPool } from "../setup/pglite-stores.ts";
import { openPostgresPool } from "../../src/store/pools/postgres.ts";
import { openStore } from "../../src/store/store.ts";
import { freshDatabase } from "../setup/databases.ts";
import { storeConforms } from "./conformance.ts";
import { noonMs } from "./samples.ts";

const drops: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const drop of drops) await drop();
});

async function ownDatabase(): Promise<string> {
  const { url, drop } = await freshDatabase();
  drops.push(drop);
  return url;
}

storeConforms("PGlite", openMemoryPool);
storeConforms("PostgreSQL", async () => openPostgresPool(await ownDatabase(), silentLog));

test("six processes bring up one empty PostgreSQL at the same time", async () => {
  const url = await ownDatabase();
  const start = async (): Promise<void> => {
    const pool = await openPostgresPool(url, silentLog);
    try {
      await openStore(pool, noonMs, 30);
    } finally {
      await pool.close();
    }
  };
  const starts = await Promise.allSettled(Array.from({ length: 6 }, start));
  expect(starts.flatMap((start) => (start.status === "rejected" ? [String(start.reason)] : []))).toEqual([]);
});

test("of a ledger with nothing in it no pace is known", async () => {
  const pool = await openMemoryPool();
  try {
    const store = await openStore(pool, noonMs, 30);
    const lately = await store.usedLately(noonMs - 72 * 3_600_000, noonMs);
    expect(lately).toEqual({ sinceMs: noonMs, byTarget: new Map() });
  } finally {
    await pool.close();
  }
});
