import { Redis } from "ioredis";
import { inject } from "vitest";
import { silentLog } from "../../src/std/log.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openPostgresPool } from "../../src/store/pools/postgres.ts";
import { createDatabase } from "./create-database.ts";

/** An empty database of its own on the real PostgreSQL. */
export async function freshDatabase(): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const { url, drop } = await createDatabase(inject("databaseUrl"));
  return { url, drop };
}

/** A new store on the real PostgreSQL, in a database of its own that goes when the pool is closed. */
export async function openStorePool(): Promise<StorePool> {
  const { url, drop } = await createDatabase(inject("databaseUrl"), inject("storeTemplate"));
  const { pool, close } = await openPostgresPool(url, silentLog);
  return { pool, close: () => close().then(drop) };
}

/**
 * A numbered database of its own on the real Redis, so that a test may flush it. Sixteen are usual; number 0 keeps
 * the list of those taken. `drop` empties it and gives it back.
 */
export async function freshRedis(): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const admin = new Redis(inject("redisUrl"), { maxRetriesPerRequest: 3 });
  const taken = (database: number): string => `plumbline-test:taken:${database}`;
  for (let tries = 0; tries < 3600; tries += 1) {
    const database = 1 + (tries % 15);
    if ((await admin.set(taken(database), "1", "EX", 1200, "NX")) !== "OK") {
      if (database === 15) await new Promise((resolve) => setTimeout(resolve, 500));
      continue;
    }
    const url = new URL(inject("redisUrl"));
    url.pathname = `/${database}`;
    await onDatabase(url.href, (redis) => redis.flushdb());
    return {
      url: url.href,
      async drop() {
        await onDatabase(url.href, (redis) => redis.flushdb());
        await admin.del(taken(database));
        admin.disconnect();
      },
    };
  }
  admin.disconnect();
  throw new Error("no free database on the tests' Redis");
}

async function onDatabase(url: string, work: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(url);
  try {
    await work(redis);
  } finally {
    redis.disconnect();
  }
}
