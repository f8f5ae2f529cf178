import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { silentLog } from "../../src/std/log.ts";
import { openPostgresPool } from "../../src/store/pools/postgres.ts";
import { openStore, readSchemaState, type Store } from "../../src/store/store.ts";
import { findProgram } from "../setup/binaries.ts";
import { freshDatabase } from "../setup/databases.ts";
import { claimOf, finishOf, noonMs, nothingNew } from "../store/samples.ts";

const claim = claimOf("kept", noonMs);

test("what the page says to dump and to restore is the whole of the store, and it opens again", async () => {
  const [before, after] = await Promise.all([freshDatabase(), freshDatabase()]);
  const folder = mkdtempSync(join(tmpdir(), "plumbline-backup-"));
  const page = readFileSync("docs/operate.md", "utf8");
  const block = /```sh\n(pg_dump .*\npg_restore .*\n)```/.exec(page)?.[1];
  expect(block).toBeDefined();
  try {
    const installation = await within(before.url, async (store) => {
      await store.claim(claim);
      await store.commit(finishOf(claim), () => nothingNew);
      return store.installation;
    });
    const tools = ["pg_dump", "pg_restore"].map((name) => findProgram([name], "postgresql-client"));
    expect(tools).toHaveLength(2);
    const env = { ...process.env, DATABASE_URL: before.url, NEW_DATABASE_URL: after.url };
    const { status, stderr } = spawnSync("sh", ["-ec", block ?? ""], { cwd: folder, env, encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const pool = await openPostgresPool(after.url, silentLog);
    expect((await readSchemaState(pool)).pending).toEqual([]);
    await pool.close();
    await within(after.url, async (store) => {
      expect(store.installation).toBe(installation);
      expect(await store.claim(claim)).toEqual({ kind: "taken" });
    });
  } finally {
    rmSync(folder, { recursive: true });
    await Promise.all([before.drop(), after.drop()]);
  }
});

async function within<Result>(url: string, work: (store: Store) => Promise<Result>): Promise<Result> {
  const pool = await openPostgresPool(url, silentLog);
  try {
    return await work(await openStore(pool, noonMs, 30));
  } finally {
    await pool.close();
  }
}
