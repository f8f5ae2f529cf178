import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import pg from "pg";
import { expect, test } from "vitest";
import { silentLog } from "../../src/std/log.ts";
import { openPostgresPool } from "../../src/store/pools/postgres.ts";
import { openStore, readSchemaState } from "../../src/store/store.ts";
import { freshDatabase } from "../setup/databases.ts";
import { eventually } from "../setup/eventually.ts";
import { bareEnv } from "../setup/plumbline.ts";

test("kill -9 in the middle of a migration: nothing of it is there, and the next start brings the schema up to date", async () => {
  await using opened = new AsyncDisposableStack();
  const database = opened.adopt(await freshDatabase(), (it) => it.drop());
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  opened.defer(() => client.end());
  await client.query("DROP SCHEMA IF EXISTS bullmq CASCADE");
  await client.query(readFileSync("test/store/stores/2026-11-28-ledger-entries.sql", "utf8"));
  await client.query("RESET ALL");
  const applied = async (): Promise<unknown[]> =>
    (await client.query("SELECT name FROM plumbline.kysely_migration ORDER BY name")).rows;
  const before = await applied();

  // The newest migrations wait for this lock: the process is killed with some of them behind it.
  await client.query("BEGIN");
  await client.query("LOCK TABLE plumbline.installation IN ACCESS EXCLUSIVE MODE");
  const child = spawn(process.execPath, ["src/main.ts", "migrate"], {
    env: { ...bareEnv, DATABASE_URL: database.url },
    stdio: "ignore",
  });
  await eventually(async () => {
    const { rows } = await client.query(
      "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'plumbline.installation'::regclass",
    );
    expect(rows).toHaveLength(1);
  });
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
  await client.query("COMMIT");
  expect(await applied()).toEqual(before);

  const pool = await openPostgresPool(database.url, silentLog);
  opened.defer(() => pool.close());
  const store = await openStore(pool, Date.parse("2026-11-24T12:00:00Z"), 30);
  expect((await readSchemaState(pool)).pending).toEqual([]);
  expect(await store.incidents(false, 10)).toHaveLength(1);
});
