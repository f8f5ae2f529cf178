import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { silentLog } from "../../src/std/log.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openPglitePool } from "../../src/store/pools/pglite.ts";
import { openPostgresPool } from "../../src/store/pools/postgres.ts";
import { routines } from "../../src/store/routines.ts";
import { openStore, readSchemaState } from "../../src/store/store.ts";
import { freshDatabase } from "../setup/databases.ts";
import { landed } from "./landed.ts";
import { claimOf, finishOf, nothingNew } from "./samples.ts";

const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closers.toReversed()) await close();
});

function sha256(files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest("hex");
}

test("a migration that has landed is never edited, and routines change with their version only", () => {
  const migrations = globSync("src/store/migrations/*.sql").toSorted();
  const found = Object.fromEntries(migrations.map((file) => [basename(file, ".sql"), sha256([file])]));
  const programs = sha256(routines.files.map((name) => `src/store/sql/${name}.sql`));
  expect({ ...found, [`routines ${routines.version}`]: programs }).toEqual(landed);
  expect(
    globSync("src/store/sql/*.sql")
      .map((file) => basename(file, ".sql"))
      .toSorted(),
  ).toEqual(routines.files.toSorted());
});

const noonMs = Date.parse("2026-11-24T12:00:00Z");

/** Each was dumped from a store that an earlier version had made and used; the name says when, and its newest migration. */
describe.each(["2026-11-23-planned", "2026-11-28-ledger-entries"])("a store of %s", (name) => {
  const dump = readFileSync(`test/store/stores/${name}.sql`, "utf8");

  test.each([
    ["PostgreSQL", postgres],
    ["PGlite", pglite],
  ])("opens on %s with its data, and goes on", async (_engine, open) => {
    const pool = await open();
    await pool.pool.query("DROP SCHEMA bullmq CASCADE");
    await pool.pool.query(dump);
    const store = await openStore(pool, noonMs, 30);
    expect((await readSchemaState(pool)).pending).toEqual([]);
    const probeId = "mini/valid-request/here";
    expect((await store.incidents(false, 10)).map(({ probeId: id, state }) => [id, state])).toEqual([
      [probeId, "open"],
    ]);
    expect(await store.series(probeId)).toMatchObject([
      { state: { v: 4 }, baseline: { version: 1, n: 30, learned: { median: 800 }, by: "plumbline" } },
    ]);
    expect((await store.runs(probeId, 10)).map(({ state }) => state)).toEqual(["claimed", "done", "done", "done"]);
    expect(await store.countedIn([{ target: "mini" }], [3_600_000], noonMs + 600_000)).toEqual([
      new Map([[3_600_000, { runs: 3, bad: 0 }]]),
    ]);
    const claim = claimOf(probeId, noonMs + 600_000, { target: "mini" });
    expect(await store.claim(claim)).toEqual({ kind: "claimed" });
    expect(await store.commit(finishOf(claim), () => nothingNew)).toEqual(nothingNew);
  });
});

async function postgres(): Promise<StorePool> {
  const { url, drop } = await freshDatabase();
  const pool = await openPostgresPool(url, silentLog);
  closers.push(drop, () => pool.close());
  return pool;
}

async function pglite(): Promise<StorePool> {
  const pool = await openPglitePool(undefined);
  closers.push(() => pool.close());
  return pool;
}
