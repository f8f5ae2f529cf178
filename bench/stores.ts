import { chownSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import pg from "pg";
import { findBinaries } from "../test/setup/binaries.ts";
import { freePort, openPlace, reachable, unprivileged } from "../test/setup/servers.ts";

/** PostgreSQL and Redis as an installation runs them: each commit is on the disk before it is acknowledged. */
export interface Stores {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly postgresPid: number;
  readonly redisPid: number;
  readonly database: pg.Client;
  /** Forgets everything. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

export async function openStores(): Promise<Stores> {
  const binaries = findBinaries({ redis: true, postgres: true });
  const place = openPlace();
  const { folder } = place;
  const [postgresPort, redisPort] = await Promise.all([freePort(), freePort()]);
  const identity = process.getuid?.() === 0 ? unprivileged() : {};
  if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid ?? identity.uid);
  const data = join(folder, "pg");
  const initdb = ["-D", data, "-U", "plumbline", "-A", "trust", "-E", "UTF8", "-N"];
  execFileSync(join(binaries.postgresDir, "initdb"), initdb, { stdio: "ignore", cwd: folder, ...identity });
  const postgresFlags = ["-D", data, "-p", `${postgresPort}`, "-k", folder, "-h", "127.0.0.1"];
  const postgres = place.start(join(binaries.postgresDir, "postgres"), postgresFlags, identity);
  const redisFlags = ["--port", `${redisPort}`, "--hz", "100", "--save", "", "--appendonly", "no"];
  const redis = place.start(binaries.redis, redisFlags, {});
  await Promise.all([reachable("postgres", postgres, postgresPort), reachable("redis", redis, redisPort)]);
  const databaseUrl = `postgres://plumbline@127.0.0.1:${postgresPort}/postgres`;
  const redisUrl = `redis://127.0.0.1:${redisPort}`;
  const database = await connected(databaseUrl);
  return {
    databaseUrl,
    redisUrl,
    postgresPid: postgres.pid ?? 0,
    redisPid: redis.pid ?? 0,
    database,
    async clear() {
      await database.query("DROP SCHEMA IF EXISTS plumbline CASCADE; DROP SCHEMA IF EXISTS bullmq CASCADE");
      const client = new Redis(redisUrl);
      await client.flushall();
      client.disconnect();
    },
    async stop() {
      await database.end();
      await place.close();
    },
  };
}

/** Its port is open before it answers. */
async function connected(connectionString: string): Promise<pg.Client> {
  for (let tries = 1; ; tries += 1) {
    const client = new pg.Client({ connectionString });
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (tries >= 100) throw error;
      await sleep(100);
    }
  }
}
