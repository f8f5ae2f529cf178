import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, expect, test } from "vitest";
import { openPglitePool } from "../../src/store/pools/pglite.ts";
import { openStore } from "../../src/store/store.ts";
import { claimOf, noonMs } from "./samples.ts";

const folder = mkdtempSync(join(tmpdir(), "plumbline-kill-"));
let child: ChildProcess | undefined;
afterAll(() => {
  child?.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

test("kill -9 in the middle of work, five times: every acknowledged row is there, whole, and no slot is claimed twice", async () => {
  const claimed = new Set<string>();
  const committed = new Set<string>();
  for (let generation = 0; generation < 5; generation += 1)
    await workUntilKilled(generation, 20 + generation * 7, claimed, committed);
  expect(committed.size).toBeGreaterThan(5 * 20);

  const pool = await openPglitePool(folder);
  const store = await openStore(pool, noonMs, 30);
  const rows = async (text: string): Promise<Record<string, unknown>[]> => (await pool.pool.query(text)).rows;
  const runs = new Map(
    (await rows("SELECT probe_id, state FROM plumbline.runs")).map((row) => [row["probe_id"], row["state"]]),
  );
  expect([...claimed].filter((probeId) => !runs.has(probeId))).toEqual([]);
  expect([...committed].filter((probeId) => runs.get(probeId) !== "done")).toEqual([]);

  const done = [...runs].filter(([, state]) => state === "done").length;
  const [whole] = await rows(`SELECT (SELECT count(*)::int FROM plumbline.incidents) AS incidents,
    (SELECT count(*)::int FROM plumbline.transitions) AS transitions, (SELECT count(*)::int FROM plumbline.outbox) AS outbox`);
  expect(whole).toEqual({ incidents: done, transitions: done, outbox: done });
  expect((await store.overview(noonMs)).spendToday[0]?.tokens).toBe(done * 33 + (runs.size - done) * 100);

  const again = await store.claim(claimOf("probe-0-0", noonMs, { target: "one target" }));
  expect(again).toEqual({ kind: "taken" });
  await pool.close();
});

/** Starts the worker on the folder, which takes over what the one before left, and kills it after so many commits. */
async function workUntilKilled(
  generation: number,
  commits: number,
  claimed: Set<string>,
  committed: Set<string>,
): Promise<void> {
  const script = join(import.meta.dirname, "kill-child.ts");
  const worker = spawn(process.execPath, [script, folder, `${generation}`], { stdio: ["ignore", "pipe", "inherit"] });
  child = worker;
  const ended = once(worker, "exit");
  let left = commits;
  for await (const line of createInterface({ input: worker.stdout })) {
    const [what, probeId = "", result] = line.split(" ");
    if (what === "claim") {
      expect(result).toBe("claimed");
      claimed.add(probeId);
    }
    if (what === "commit") {
      committed.add(probeId);
      left -= 1;
      if (left === 0) worker.kill("SIGKILL");
    }
  }
  expect(await ended).toEqual([null, "SIGKILL"]);
}
