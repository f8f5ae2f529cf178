import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import pg from "pg";
import { inject } from "vitest";

/** An empty database of its own on the real PostgreSQL. */
export async function freshDatabase(): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const admin = inject("databaseUrl");
  const name = `test_${randomBytes(6).toString("hex")}`;
  await onServer(admin, `CREATE DATABASE ${name}`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  // PostgreSQL listens a moment before it lets anybody in.
  for (let tries = 0; ; tries += 1) {
    try {
      await client.connect();
      break;
    } catch (error) {
      if (tries >= 2400 || !(error instanceof Error && "code" in error && error.code === "57P03")) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
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
