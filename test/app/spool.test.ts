import { chmodSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSpool } from "../../src/app/spool.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import { recoverRuns, type Spool, spooled } from "../../src/run/spool.ts";
import type { RunStore } from "../../src/run/world.ts";
import { silentLog } from "../../src/std/log.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { probe as sample } from "../probe/samples.ts";
import { fakeExchanger, ok } from "../run/fake-exchanger.ts";
import { quietWorld } from "../run/quiet-world.ts";
import { eventually } from "../setup/eventually.ts";
import { openStorePool } from "../setup/databases.ts";
import { claimOf, finishOf, freshName, noonMs } from "../store/samples.ts";

const base = mkdtempSync(join(tmpdir(), "plumbline-spool-"));
const folder = join(base, "one");
const spoolNow = (): Spool => openSpool({ PLUMBLINE_SPOOL: base }, "one", silentLog);
let pool: StorePool;
let store: Store;
let probe: Probe;
beforeAll(async () => {
  pool = await openStorePool();
  store = await openStore(pool, noonMs, 30);
  probe = { ...sample, id: freshName("spooled") };
});
afterAll(async () => {
  await pool.close();
  rmSync(base, { recursive: true, force: true });
});

/** Runs a slot in a process that is killed while it waits for the store. */
async function diesWaiting(slotMs: number): Promise<void> {
  const away: RunStore = { ...store, commit: (_run, _decide, onAway) => (onAway?.(), new Promise(() => {})) };
  const full = (): void => expect.unreachable("the spool is not full");
  const world = quietWorld(() => slotMs + 100, {
    exchanger: fakeExchanger(() => ok()),
    runs: spooled(away, spoolNow(), full),
  });
  void runProbe(world, probe, slotMs);
  await eventually(() =>
    expect(
      spoolNow()
        .kept()
        .map((run) => run.slotMs),
    ).toContain(slotMs),
  );
}

const recover = (probes = new Map([[probe.id, probe]])): Promise<void> =>
  recoverRuns({ runs: store, log: silentLog }, spoolNow(), probes).then(() => {
    for (const { runId } of spoolNow().kept()) spoolNow().drop(runId);
  });
const statesOf = async (): Promise<(string | undefined)[]> =>
  (await store.runs(probe.id, 10)).map(({ state, verdict }) => `${state} ${verdict}`);

test("a paid answer outlives its process: the next one commits it, once, also after the sweep", async () => {
  await diesWaiting(noonMs);
  await diesWaiting(noonMs + 3_600_000);
  expect(await store.sweepInterrupted(noonMs + 1_800_000)).toHaveLength(1);
  await recover();
  expect(await statesOf()).toEqual(["done ok", "done ok"]);
  expect(readdirSync(folder)).toEqual([]);
  const before = await store.overview(noonMs);
  await recover();
  expect((await store.overview(noonMs)).spendToday).toEqual(before.spendToday);
});

test("a result that is committed after all leaves no file, and a probe that is gone has none", async () => {
  const claim = claimOf(freshName("late"), noonMs);
  await store.claim(claim);
  const slow: RunStore = { ...store, commit: (run, decide, onAway) => (onAway?.(), store.commit(run, decide)) };
  const away = spooled(slow, spoolNow(), () => expect.unreachable("the spool is not full"));
  await away.commit(finishOf(claim), () => ({
    verdict: "ok",
    findings: [],
    unjudged: [],
    series: [],
    incidents: [],
    transitions: [],
    outbox: [],
  }));
  expect(readdirSync(folder)).toEqual([]);
  await diesWaiting(noonMs + 7_200_000);
  await recoverRuns({ runs: store, log: silentLog }, spoolNow(), new Map());
  expect(spoolNow().kept()).toEqual([]);
});

test("what is damaged is deleted, and nothing is read from a folder that others can write", () => {
  expect(spoolNow().keep(finishOf(claimOf("kept", noonMs)))).toBe(true);
  for (const [name, text] of [
    ["a", "{"],
    ["b", "null"],
    ["c", '{"runId":7}'],
  ] as const)
    writeFileSync(join(folder, `${name}.json`), text);
  expect(spoolNow().kept()).toHaveLength(1);
  expect(readdirSync(folder)).toHaveLength(1);
  chmodSync(folder, 0o777);
  expect(spoolNow().kept()).toEqual([]);
  expect(spoolNow().keep(finishOf(claimOf("other", noonMs)))).toBe(false);
  chmodSync(folder, 0o700);
  expect(spoolNow().kept()).toHaveLength(1);
});

test("a file that can't be read just now stays, and does not keep others from being read", () => {
  const own = mkdtempSync(join(base, "unreadable-"));
  const spool = openSpool({ PLUMBLINE_SPOOL: own }, "one", silentLog);
  expect(spool.keep({ runId: "read", slotMs: 1, observations: [] } as never)).toBe(true);
  symlinkSync("unreadable.json", join(own, "one", "unreadable.json"));
  expect(spool.kept().map(({ runId }) => runId)).toEqual(["read"]);
  expect(readdirSync(join(own, "one"))).toContain("unreadable.json");
});
