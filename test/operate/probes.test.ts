import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Probe } from "../../src/probe/probe.ts";
import { createOperations, type Operations } from "../../src/operate/operations.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import { checkMonitor } from "../../src/upkeep/check-monitor.ts";
import type { World } from "../../src/run/world.ts";
import { openStorePool } from "../setup/databases.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { plan } from "../../src/schedule/plan.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { probe as sample } from "../probe/samples.ts";
import { fakeExchanger, ok } from "../run/fake-exchanger.ts";
import { quietWorld } from "../run/quiet-world.ts";

const dayStart = Date.UTC(2026, 10, 23, 8);

describe("probes", () => {
  let pool: StorePool;
  let store: Store;
  let world: World;
  let operations: Operations;
  let nowMs = dayStart;
  const probe: Probe = { ...sample, id: "valid@eu", name: "valid" };
  const exchanger = fakeExchanger(() => ok());
  const enqueued: string[] = [];

  beforeAll(async () => {
    pool = await openStorePool();
    store = await openStore(pool, dayStart, 30);
    await store.changeSchedules(plan([probe]), []);
    const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
    world = quietWorld(() => nowMs, {
      exchanger,
      runs: store,
    });
    operations = createOperations({
      store,
      clock,
      freshId: () => "id",
      probes: [probe],
      enqueue: async ({ id }, slotMs) => void enqueued.push(`${id} ${slotMs - dayStart}`),
      receiversOf: () => ["pager"],
      nudge: () => {},
    });
  });
  afterAll(() => pool.close());
  const run = (): Promise<{ state: string; reason?: string | undefined }> => {
    nowMs += 60_000;
    return runProbe(world, probe, nowMs);
  };

  test("are listed before and after their first run", async () => {
    expect(await operations.probes.list()).toMatchObject([
      { id: "valid@eu", target: probe.target.name, last: undefined, nextSlotMs: nowMs + 60_000 },
    ]);
    await run();
    expect(await operations.probes.list()).toMatchObject([
      { id: "valid@eu", paused: undefined, last: { state: "done", verdict: "ok" }, learning: { done: 1 } },
    ]);
    const [newest] = (await operations.probes.runs("valid@eu")) ?? [];
    expect(await operations.probes.run(newest?.runId ?? "")).toMatchObject({
      runId: newest?.runId,
      scenario: "valid-request",
      observations: [{ outcome: { status: 200 } }],
    });
    expect(await operations.probes.runs("nothing@eu")).toBeUndefined();
    expect(await operations.probes.run("nothing@eu/2026-11-23T08:00:00.000Z")).toBeUndefined();
    expect(await operations.probes.run("nonsense")).toBeUndefined();
  });

  test("paused: slots are on record as skipped, nothing is sent, nobody is told that it does not run", async () => {
    expect(await operations.probes.pause("valid@eu", "ann", "the provider moves")).toEqual({ done: true });
    expect(await operations.probes.pause("valid", "bob", "me too")).toMatchObject({ kind: "refused" });
    const sent = exchanger.sent.length;
    expect(await run()).toMatchObject({ state: "skipped", reason: "paused" });
    expect(await runProbe(world, probe, nowMs)).toMatchObject({ state: "skipped", reason: "taken" });
    expect(exchanger.sent.length).toBe(sent);
    expect(await operations.probes.runNow("valid@eu", "ann")).toEqual({
      kind: "refused",
      reason: "the probe is paused: resume it first",
    });
    for (let slots = 0; slots < 30; slots += 1) await run();
    await checkMonitor({ store, probes: [probe], receivers: ["pager"], startedAtMs: dayStart } as never, nowMs + 1000);
    const { incidents, pauses } = await store.overview(nowMs);
    expect(incidents).toEqual([]);
    expect(pauses).toMatchObject([{ probeId: "valid@eu", by: "ann", why: "the provider moves" }]);
    expect(await operations.probes.list()).toMatchObject([{ paused: { by: "ann", why: "the provider moves" } }]);
  });

  test("resumed: it goes on, and who did what is on record", async () => {
    expect(await operations.probes.resume("valid@eu", "bob")).toEqual({ done: true });
    expect(await operations.probes.resume("valid@eu", "bob")).toMatchObject({ kind: "refused" });
    expect((await store.overview(nowMs)).pauses).toEqual([]);
    expect(await run()).toMatchObject({ state: "done" });
    expect(await operations.probes.runNow("valid@eu", "bob")).toEqual({
      runId: `valid@eu/${new Date(nowMs).toISOString()}`,
    });
    expect(enqueued).toEqual([`valid@eu ${nowMs - dayStart}`]);
    expect((await operations.auditLog()).map(({ by, what }) => `${by} ${what}`).toSorted()).toEqual([
      "ann pause",
      "bob resume",
      "bob run-now",
    ]);
    for (const answer of [operations.probes.pause("no@eu", "x", "y"), operations.probes.resume("no@eu", "x")]) {
      expect(await answer).toBeUndefined();
    }
  });
});
