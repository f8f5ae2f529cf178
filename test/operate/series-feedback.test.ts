import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { SeriesMemory } from "../../src/baseline/baseline.ts";
import { incidentId } from "../../src/incident/incident.ts";
import { readWatchState } from "../../src/judgement/drift/level/watch-state.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { createOperations, type Operations } from "../../src/operate/operations.ts";
import type { ExclusionView } from "../../src/operate/incidents.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import type { World } from "../../src/run/world.ts";
import { openStorePool } from "../setup/databases.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { probe as sample } from "../probe/samples.ts";
import { completion, fakeExchanger, ok } from "../run/fake-exchanger.ts";
import { quietWorld } from "../run/quiet-world.ts";

const dayStart = Date.UTC(2026, 10, 23, 8);
const minuteMs = 60_000;
const counter = { probes: 0, ids: 0 };

let pool: StorePool;
let store: Store;
let nowMs: number;
let probe: Probe;
let operations: Operations;
let world: World;
let promptTokens: number;
/** Times of about 800 ms, spread by a few per cent, times this. */
let slower: number;

beforeAll(async () => {
  pool = await openStorePool();
  store = await openStore(pool, dayStart, 30);
});
afterAll(() => pool.close());

beforeEach(() => {
  counter.probes += 1;
  const drift = { falsePageEveryMs: 300 * minuteMs, samples: 20, pageAfterMs: 1, fullAfterMs: 1 };
  probe = {
    ...sample,
    id: `s${counter.probes}@eu`,
    name: `s${counter.probes}`,
    target: { ...sample.target, name: `t${counter.probes}` },
    judge: { ...sample.judge, drift },
  };
  [nowMs, promptTokens, slower] = [dayStart, 11, 1];
  let step = 0;
  const usage = () => ({ prompt_tokens: promptTokens, completion_tokens: 3, total_tokens: promptTokens + 3 });
  const exchanger = fakeExchanger(
    () => ok(completion({ usage: usage() })),
    () => 800 * slower * (1 + 0.05 * Math.sin((step += 1) * 12.9898)),
  );
  world = quietWorld(() => nowMs, {
    exchanger,
    runs: store,
  });
  operations = controlOf([probe]);
});

function controlOf(probes: readonly Probe[]): Operations {
  return createOperations({
    store,
    clock: world.clock,
    freshId: (kind) => `${kind}_${(counter.ids += 1)}`,
    probes,
    enqueue: () => Promise.resolve(),
    receiversOf: () => ["pager"],
    nudge: () => {},
  });
}

async function run(times: number, of = probe): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    nowMs += minuteMs;
    await runProbe(world, of, nowMs);
  }
}

async function series(label: string): Promise<SeriesMemory> {
  const found = (await store.series(probe.id)).find((memory) => memory.series.label === label);
  if (found === undefined) throw new Error(`no series of ${label}`);
  return found;
}

async function openOf(kind: string): Promise<string | undefined> {
  const found = (await operations.incidents.list(false)).find((it) => it.probeId === probe.id && it.kind === kind);
  return found && incidentId(found);
}

async function untilOpen(kind: string): Promise<string> {
  for (let tries = 0; tries < 120; tries += 1) {
    await run(1);
    const id = await openOf(kind);
    if (id !== undefined) return id;
  }
  throw new Error(`no ${kind} incident`);
}

const acts = async (): Promise<string[]> =>
  (await operations.auditLog())
    .filter(({ atMs }) => atMs === nowMs)
    .map(({ by, what, why }) => `${by} ${what}: ${why}`);

test("excluded: the time of an incident is taken out of what every series of its probe learns from", async () => {
  await run(60);
  slower = 2;
  const id = await untilOpen("latency");
  await run(30);
  const before = readWatchState((await series("completion tokens")).state)?.learning;
  const done = await operations.feedback.exclude(id, "ada", "the provider's outage");
  expect(done).toMatchObject({ kind: "done", isOpen: true, toMs: nowMs });
  expect((done as ExclusionView).stillCounted.toSorted()).toEqual(["error rate", "prompt tokens"]);
  const after = readWatchState((await series("completion tokens")).state)?.learning;
  expect(before!.n - after!.n).toBeGreaterThan(30);
  expect(after!.lastMs).toBeLessThan(nowMs - 30 * minuteMs);
  expect(await acts()).toContain("ada exclude-incident: the provider's outage");
  expect(await operations.feedback.exclude("nothing-1", "ada", "why")).toBeUndefined();
  expect(await operations.feedback.exclude(id, "bob", "again")).toEqual({
    kind: "refused",
    reason: "nothing is learned from its time: it was taken out already, or never in",
  });
  expect(await acts()).not.toContain("bob exclude-incident: again");
});

test("noise: a page counts once; two of a series widen its margin, and its card says so", async () => {
  await run(60);
  const mark = async () => {
    slower *= 2;
    const id = await untilOpen("latency");
    const first = await operations.feedback.noise(id, "ada", "a batch job of ours");
    expect(await operations.feedback.noise(id, "bob", "the same")).toEqual({
      kind: "refused",
      reason: "the incident is already marked as a false positive",
    });
    await operations.baselines.accept(id, "ada", "go on");
    await run(40);
    return first;
  };
  expect(await mark()).toMatchObject({ kind: "done", pages: 1, marginFactor: 1 });
  const second = await mark();
  expect(second).toMatchObject({ kind: "done", pages: 2, marginFactor: 1.5 });
  const { id } = (await series("total time")).series;
  expect((await operations.baselines.history(id))?.normal.at(-1)).toMatch(
    /^2 pages marked as false positives within 90 days: margin ×1\.5 until 2027-02-/,
  );
});

test("expected: outages that recur have one ticket each time, until a person expects them; a larger one pages all the same", async () => {
  // Remembered for a third of the promise.
  const drift = { ...probe.judge.drift, falsePageEveryMs: 450 * minuteMs };
  probe = { ...probe, judge: { ...probe.judge, drift } };
  operations = controlOf([probe]);
  await run(60);
  const outage = async (factor: number) => {
    slower = factor;
    await run(12);
    const incidents = await operations.incidents.list(false);
    const open = incidents.filter(
      (it) => it.probeId === probe.id && it.kind === "latency" && it.state === "open" && it.severity !== "informative",
    );
    slower = 1;
    await run(40);
    return open;
  };
  const labels: string[][] = [];
  for (let times = 0; times < 2; times += 1) labels.push((await outage(5)).map(({ label }) => label));
  expect(labels).toEqual([["total time"], ["total time"]]);
  const [ticket, ...others] = await outage(5);
  expect([ticket?.label, others]).toEqual(["total time, recurring", []]);
  expect(ticket?.findings[0]?.why).toMatch(/^recurs: ×[45]\.\d for at most .+, 2 times$/);
  const id = incidentId(ticket!);
  expect(await operations.feedback.expect(id, 86_400_000, "ada", "nightly batch")).toMatchObject({ kind: "done" });
  expect(await acts()).toContain("ada expect-recurrences: until 2026-11-24: nightly batch");
  expect(await outage(5)).toEqual([]);
  const card = (await operations.baselines.history((await series("total time")).series.id))?.normal.join(" ");
  expect(card).toMatch(/up: ×[45]\.\d for at most .+ times, expected until 2026-11-24/);
  expect((await outage(25)).map(({ label }) => label)).toEqual(["total time"]);
});

test("there is nothing to expect of what came once", async () => {
  await run(60);
  slower = 3;
  const id = await untilOpen("latency");
  expect(await operations.feedback.expect(id, 86_400_000, "ada", "why")).toMatchObject({ kind: "refused" });
});

test("noise is no word for what has no margin", async () => {
  await run(60);
  promptTokens = 19;
  const id = await untilOpen("usage");
  expect(await operations.feedback.noise(id, "ada", "why")).toMatchObject({ kind: "refused" });
  expect(await acts()).toEqual([]);
});

test("a planned change that has just happened ends what it has opened, and nobody is paged for what is new", async () => {
  await run(60);
  [slower, promptTokens] = [3, 19];
  const id = await untilOpen("latency");
  const done = await operations.plans.create({ target: probe.target.name, why: "moved to gpt-5" }, "ada");
  expect(done).toMatchObject({ kind: "done", incidents: expect.arrayContaining([id]) });
  expect(await openOf("latency")).toBeUndefined();
  await run(80);
  expect([await openOf("latency"), await openOf("usage")]).toEqual([undefined, undefined]);
  const { baseline } = await series("total time");
  expect(baseline).toMatchObject({ by: "plumbline", why: expect.stringContaining("learned") });
  // And what differs from that is a drift again.
  slower = 9;
  expect(await untilOpen("latency")).not.toBe(id);
});

test("a planned change ahead of its time begins with the first run due then; before that it can be taken back", async () => {
  await run(60);
  const planOf = async (minutes: number) => {
    const wanted = { probe: probe.name, startsAtMs: nowMs + minutes * minuteMs, why: "new prompt" };
    const done = await operations.plans.create(wanted, "ada");
    if (done.kind !== "done") throw new Error(done.reason);
    expect(done).toMatchObject({ series: [], incidents: [], change: { probeId: probe.id } });
    return done.change.id;
  };
  const never = await planOf(8);
  expect(await operations.plans.cancel(never, "bob")).toEqual({ cancelled: true });
  expect(await operations.plans.cancel(never, "bob")).toBeUndefined();
  const id = await planOf(10);
  expect((await operations.plans.list()).map((one) => one.id)).toEqual([id]);
  await run(9);
  expect((await series("total time")).baseline?.by).toBe("plumbline");
  const { version } = (await series("total time")).baseline!;
  [slower, promptTokens] = [3, 19];
  await run(80);
  expect([await openOf("latency"), await openOf("usage"), await openOf("budget")]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  const history = await operations.baselines.history((await series("total time")).series.id);
  expect(history?.versions.find((it) => it.version === version + 1)?.why).toBe("planned change, by ada: new prompt");
  expect(await operations.plans.cancel(id, "bob")).toBeUndefined();
});

const ask = { messages: [{ role: "user", content: "Say plumb." }], maxTokens: 5, stream: false, extra: {} };
const written = { kind: "custom", name: "valid-request", ask, expectations: [] } as const;

test.each([
  ["model", () => ({ ...probe, target: { ...probe.target, model: "gpt-5" } })],
  ["prompt", () => ({ ...probe, scenario: written })],
  ["location", () => ({ ...probe, id: `${probe.name}@us`, location: "us" })],
])("another %s in the configuration is another epoch by itself", async (_what, changed) => {
  await run(60);
  [slower, promptTokens] = [3, 19];
  const next = changed();
  await run(30, next);
  const incidents = (await operations.incidents.list(false)).filter(({ target }) => target === probe.target.name);
  expect(incidents).toEqual([]);
  expect((await operations.baselines.list(next.id)).filter((it) => it.series.label === "total time")).toHaveLength(
    next.id === probe.id ? 2 : 1,
  );
});

test("what can't be planned is refused, and says why", async () => {
  const operations = controlOf([probe, { ...probe, id: `${probe.name}@us`, location: "us" }]);
  const plan = (wanted: object) => operations.plans.create({ why: "x", ...wanted }, "ada");
  expect(await plan({ target: "nowhere" })).toEqual({
    kind: "refused",
    reason: `no probe of the configuration asks a target nowhere; there is ${probe.target.name}`,
  });
  expect(await plan({ probe: "nothing" })).toEqual({
    kind: "refused",
    reason: `no probe of the configuration is nothing; there is ${probe.id}, ${probe.name}@us`,
  });
  expect(await plan({ probe: probe.name })).toMatchObject({ reason: expect.stringContaining("several locations") });
  expect(await plan({ probe: probe.id, startsAtMs: nowMs - 30 * 86_400_000 })).toMatchObject({ kind: "refused" });
  expect(await plan({ probe: probe.id, startsAtMs: nowMs + 400 * 86_400_000 })).toMatchObject({
    reason: expect.stringContaining("more than a year in the future"),
  });
  const soon = { probe: probe.id, startsAtMs: nowMs + minuteMs };
  const first = await plan(soon);
  if (first.kind === "refused") throw new Error(first.reason);
  expect(await plan(soon)).toEqual({
    kind: "refused",
    reason: `the same change is already planned: ${first.change.id}, by ada: x`,
  });
  expect(await plan({ target: probe.target.name, startsAtMs: soon.startsAtMs })).toMatchObject({ kind: "done" });
  expect(await plan({ probe: probe.id, startsAtMs: nowMs + 2 * minuteMs })).toMatchObject({ kind: "done" });
});
