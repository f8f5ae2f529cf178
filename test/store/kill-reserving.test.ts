import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { silentLog } from "../../src/std/log.ts";
import { openPostgresPool } from "../../src/store/pools/postgres.ts";
import { openStore } from "../../src/store/store.ts";
import { freshDatabase } from "../setup/databases.ts";
import { claimUnder } from "./kill-reserving-claim.ts";
import { noonMs } from "./samples.ts";

const capTokens = 20_000;

test("I9: kill -9 in the middle of reserving on PostgreSQL, four times: counters and ledger are what was granted, and the cap holds", async () => {
  const { url, drop } = await freshDatabase();
  const pool = await openPostgresPool(url, silentLog);
  try {
    const store = await openStore(pool, noonMs, 30);
    const granted = new Set<string>();
    const settled = new Set<string>();
    for (let generation = 0; generation < 4; generation += 1) {
      const ours = await sessions();
      await reserveUntilKilled(url, generation, 23 + generation * 6, granted, settled);
      // A killed client's statement may be carried out yet: only then is it settled what there is.
      await expect.poll(async () => (await sessions()).filter((pid) => !ours.includes(pid))).toEqual([]);
      const [sum] = await rows(`SELECT count(*)::int AS runs, count(*) FILTER (WHERE state = 'done')::int AS done
        FROM plumbline.runs WHERE state IN ('claimed', 'done')`);
      const { runs, done } = sum as { runs: number; done: number };
      // What was acknowledged is there; what was under way is there as a whole, or not at all.
      expect(runs).toBeGreaterThanOrEqual(granted.size);
      expect(done).toBeGreaterThanOrEqual(settled.size);
      const used = { tokens: 100 * runs - 50 * done, requests: runs };
      expect(used.tokens).toBeLessThanOrEqual(capTokens);
      expect(await rows("SELECT tokens::int, requests::int FROM plumbline.budgets")).toEqual([used, used]);
      expect(await rows("SELECT tokens::int, requests::int FROM plumbline.spend")).toEqual([used]);
    }
    expect(await store.sweepInterrupted(noonMs + 600_000)).not.toEqual([]);
    const [left] = await rows("SELECT count(*)::int AS claimed FROM plumbline.runs WHERE state = 'claimed'");
    expect(left).toEqual({ claimed: 0 });

    // Nobody dies now: what is left is used up to the last run that fits, and no further.
    for (let i = 0; (await store.claim(claimUnder(capTokens, `last-${i}`))).kind === "claimed"; i += 1);
    const [end] = await rows("SELECT tokens::int FROM plumbline.budgets WHERE scope = 'all'");
    expect(end?.["tokens"]).toBeLessThanOrEqual(capTokens);
    expect(end?.["tokens"]).toBeGreaterThan(capTokens - 100);
  } finally {
    await pool.close();
    await drop();
  }

  async function rows(text: string): Promise<Record<string, unknown>[]> {
    return (await pool.pool.query(text)).rows;
  }

  async function sessions(): Promise<unknown[]> {
    const found = await rows("SELECT pid FROM pg_stat_activity WHERE datname = current_database()");
    return found.map((row) => row["pid"]);
  }
});

/** Starts ten workers on the database and kills their process after so many of their runs were granted. */
async function reserveUntilKilled(
  url: string,
  generation: number,
  grants: number,
  granted: Set<string>,
  settled: Set<string>,
): Promise<void> {
  const script = join(import.meta.dirname, "kill-reserving-child.ts");
  const worker = spawn(process.execPath, [script, url, `${generation}`, `${capTokens}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(worker, "exit");
  let left = grants;
  for await (const line of createInterface({ input: worker.stdout })) {
    const [what, probeId = ""] = line.split(" ");
    if (what === "settled") settled.add(probeId);
    if (what !== "claimed") continue;
    granted.add(probeId);
    left -= 1;
    if (left === 0) worker.kill("SIGKILL");
  }
  expect(await ended).toEqual([null, "SIGKILL"]);
}
