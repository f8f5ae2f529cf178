import { expect, test } from "vitest";
import { createSelfWatch } from "../../src/app/self-watch.ts";
import type { Config } from "../../src/config/config.ts";
import { plainAlerting } from "../../src/probe/alerting.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { silentLog } from "../../src/std/log.ts";
import { openPglitePool } from "../../src/store/pools/pglite.ts";
import { openStore } from "../../src/store/store.ts";
import { probe as sample } from "../probe/samples.ts";
import { claimOf, finishOf, nothingNew } from "../store/samples.ts";

const minuteMs = 60_000;
const day = { fromMs: 0, samples: 1, sums: [], total: 0 };
const away = { group: "g", intervalMs: minuteMs, pages: "up", up: 0, down: 0, held: "up", day } as const;

test("who is elected looks every few seconds for moves that several probes show, and nobody else does", async () => {
  const pool = await openPglitePool(undefined);
  const nowMs = Date.now();
  const store = await openStore(pool, nowMs, 30);
  const probes = ["eu", "us"].map((location): Probe => ({ ...sample, id: `valid@${location}`, location }));
  for (const { id, location } of probes) {
    const claim = claimOf(id, nowMs - minuteMs, { target: "mini", location });
    await store.claim(claim);
    const series = { id: `series of ${id}`, probeId: id, aspect: "latency", label: "total time" } as const;
    const seen = { ...nothingNew, series: [{ series, state: { v: 1 }, reading: away }] };
    await store.commit(finishOf(claim), () => seen);
  }
  const config: Config = {
    targets: [sample.target],
    probes,
    receivers: [],
    alerting: plainAlerting,
    retentionDays: 30,
    listen: { host: "127.0.0.1", port: 0 },
    apiTokens: [],
  };
  const ticks: (() => void)[] = [];
  const every = (_ms: number, work: () => void) => {
    ticks.push(work);
    return { stop: () => {} };
  };
  const watch = createSelfWatch(config, store, silentLog, () => {}, every);
  const look = async (): Promise<string[]> => {
    for (const tick of ticks) tick();
    await watch.stop();
    return (await store.incidents(false, 9)).flatMap(({ covers }) => covers?.headline ?? []);
  };

  expect(await look()).toEqual([]);
  const report = { atMs: nowMs, skewMs: 0, actions: 0, repaired: 0, missed: 0, interrupted: 0 };
  watch.after({ kind: "done", ...report, isClockSteady: true });
  await watch.stop();
  expect(await look()).toEqual(["mini: total time up in 2 of 2 probes"]);
  await pool.close();
});
