import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { silentLog } from "../../src/std/log.ts";
import { openPglitePool } from "../../src/store/pools/pglite.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openPostgresPool } from "../../src/store/pools/postgres.ts";
import { migrateStore, readSchemaState } from "../../src/store/store.ts";
import { freshDatabase } from "../setup/databases.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** Migrates in a process that is killed so long after it began; resolves to what it had said. */
async function migrateUntilKilled(where: string, afterMs: number): Promise<string> {
  const script = join(import.meta.dirname, "migrate-child.ts");
  const child = spawn(process.execPath, [script, where], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  const begun = Promise.withResolvers<void>();
  child.stdout.on("data", (piece: Buffer) => {
    said += piece.toString();
    begun.resolve();
  });
  const ended = once(child, "exit");
  await Promise.race([begun.promise, ended]);
  await sleep(afterMs);
  child.kill("SIGKILL");
  await ended;
  return said;
}

/** The moments differ from machine to machine; at each, the schema is whole or not begun, and can be brought up to date. */
async function expectWhole(pool: StorePool): Promise<void> {
  const { pending } = await readSchemaState(pool);
  const { applied } = await migrateStore(pool);
  expect(applied).toEqual(pending);
  expect((await readSchemaState(pool)).pending).toEqual([]);
  const { rows } = await pool.pool.query("SELECT count(*)::int AS n FROM plumbline.runs");
  expect(rows).toEqual([{ n: 0 }]);
}

test("kill -9 while PostgreSQL is migrated: wholly or not at all, and the next process goes on", async () => {
  const outcomes: number[] = [];
  for (const afterMs of [0, 10, 30, 90, 200]) {
    const database = await freshDatabase();
    closing.push(database.drop);
    await migrateUntilKilled(database.url, afterMs);
    const pool = await openPostgresPool(database.url, silentLog);
    closing.push(pool.close);
    const { pending } = await readSchemaState(pool);
    outcomes.push(pending.length);
    await expectWhole(pool);
  }
  const all = globSync("src/store/migrations/*.sql").length;
  expect(outcomes.filter((pending) => pending !== all && pending !== 0)).toEqual([]);
});

test("kill -9 while the embedded store is made: the next process opens it", async () => {
  for (const afterMs of [100]) {
    const folder = mkdtempSync(join(tmpdir(), "plumbline-migrating-"));
    closing.push(() => rmSync(folder, { recursive: true, force: true }));
    await migrateUntilKilled(folder, afterMs);
    const pool = await openPglitePool(folder);
    await expectWhole(pool);
    await pool.close();
  }
});
