import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Outcome } from "../../src/exchange/exchange.ts";
import { incidentId } from "../../src/incident/incident.ts";
import type { Probe } from "../../src/probe/probe.ts";
import type { SeriesView } from "../../src/operate/baselines.ts";
import { createOperations, type Operations } from "../../src/operate/operations.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import type { World } from "../../src/run/world.ts";
import { openStorePool } from "../setup/databases.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { probe as sample } from "../probe/samples.ts";
import { completion, fakeExchanger, ok } from "../run/fake-exchanger.ts";
import { quietWorld } from "../run/quiet-world.ts";

const dayStart = Date.UTC(2026, 10, 23, 8);
const withoutRole = (): Outcome =>
  ok(completion({ choices: [{ index: 0, message: { content: "plumb" }, finish_reason: "stop" }] }));
const withoutRoleAndUsage = (): Outcome =>
  ok(completion({ choices: [{ index: 0, message: { content: "plumb" }, finish_reason: "stop" }], created: undefined }));
let probes = 0;

describe("baselines", () => {
  let pool: StorePool;
  let store: Store;
  let nowMs: number;
  let answer: () => Outcome;
  let world: World;
  let probe: Probe;
  let operations: Operations;
  let sent: () => number;

  beforeAll(async () => {
    pool = await openStorePool();
    store = await openStore(pool, dayStart, 30);
  });
  afterAll(() => pool.close());
  beforeEach(() => {
    probes += 1;
    const drift = { falsePageEveryMs: 300 * 60_000, samples: 20, pageAfterMs: 1, fullAfterMs: 1 };
    probe = {
      ...sample,
      id: `b${probes}@eu`,
      target: { ...sample.target, name: `b${probes}` },
      judge: { ...sample.judge, drift },
    };
    nowMs = dayStart;
    answer = () => ok();
    const exchanger = fakeExchanger(() => answer());
    sent = () => exchanger.sent.length;
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
      enqueue: () => Promise.resolve(),
      receiversOf: () => ["pager"],
      nudge: () => {},
    });
  });

  async function run(times: number): Promise<string> {
    let verdicts = "";
    for (let count = 0; count < times; count += 1) {
      nowMs += 60_000;
      verdicts += `${(await runProbe(world, probe, nowMs)).verdict} `;
    }
    return verdicts.trim();
  }
  const contract = async (): Promise<SeriesView> => {
    const found = (await operations.baselines.list(probe.id)).find(({ series }) => series.aspect === "contract");
    if (found === undefined) throw new Error("no contract series");
    return found;
  };
  const openIncident = async (kind: string): Promise<string> => {
    const { incidents } = await store.overview(nowMs);
    const found = incidents.find((it) => it.probeId === probe.id && it.kind === kind);
    if (found === undefined) throw new Error(`no ${kind} incident`);
    return incidentId(found);
  };

  test("learning says how far it is; then what is normal, and who said so", async () => {
    await run(3);
    expect((await contract()).learning).toEqual({ done: 3, of: probe.judge.learnRuns });
    await run(30);
    const view = await contract();
    expect(view.learning).toBeUndefined();
    expect(view.baseline).toMatchObject({ version: 1, by: "plumbline" });
    const history = await operations.baselines.history(view.series.id);
    expect(history?.normal.join("\n")).toContain("$.choices[].message.role  string");
    expect(history?.versions).toMatchObject([{ version: 1, by: "plumbline" }]);
    const all = await operations.baselines.list(probe.id);
    const total = all.find(({ series }) => series.label === "total time");
    expect(all.some(({ isIdle }) => isIdle === true)).toBe(false);
    const card = await operations.baselines.history(total?.series.id ?? "");
    expect(card?.normal.join("\n")).toMatch(/90 % of values between .*\n.*autocorrelation .*\n.*×2 in /);
  });

  test("accepting takes in what the incident found and nothing else, sends nothing, is on record, and ends it", async () => {
    await run(30);
    answer = withoutRole;
    await run(3);
    const id = await openIncident("contract");
    const before = sent();
    const result = await operations.baselines.accept(id, "ann", "announced in their changelog");
    expect(result).toMatchObject({ kind: "done", series: { baseline: { version: 2, by: "ann" } } });
    expect(sent()).toBe(before);
    expect((await operations.incidents.get(id))?.incident).toMatchObject({ state: "resolved" });
    expect(await run(3)).toBe("ok ok ok");
    // What was not accepted is told as before.
    answer = withoutRoleAndUsage;
    expect(await run(3)).toBe("drift drift drift");
    expect((await operations.auditLog()).map(({ what, why, by }) => [what, by, why])).toContainEqual([
      "accept-baseline",
      "ann",
      "announced in their changelog",
    ]);
    expect(await operations.baselines.accept(id, "bob", "me too")).toEqual({
      kind: "refused",
      reason: "the incident is resolved",
    });
    const diff = await operations.baselines.diff((await contract()).series.id);
    expect(diff).toMatchObject({
      from: 1,
      to: 2,
      text: expect.stringContaining("$.choices[].message.role: string → may be absent"),
    });
  });

  test("it can be undone: the version before is in force again, as a new one", async () => {
    await run(30);
    answer = withoutRole;
    await run(3);
    await operations.baselines.accept(await openIncident("contract"), "ann", "meant");
    const { series } = await contract();
    const result = await operations.baselines.reject(series.id, "bob", "it was not meant");
    expect(result).toMatchObject({
      kind: "done",
      series: { baseline: { version: 3, by: "bob", why: "back to version 1: it was not meant" } },
    });
    expect(await run(2)).toBe("drift drift");
    answer = () => ok();
    // A field that was missing in every reply and is back has come back.
    expect(await run(2)).toBe("ok ok");
    // Going back once more does not go forward; a version can be named.
    expect(await operations.baselines.reject(series.id, "bob", "more")).toMatchObject({
      kind: "refused",
      reason: "there is no version to go back to: there are versions 1 to 3",
    });
    expect(await operations.baselines.reject(series.id, "bob", "meant after all", 2)).toMatchObject({
      kind: "done",
      series: { baseline: { version: 4, why: "back to version 2: meant after all" } },
    });
    expect(await operations.baselines.reject(series.id, "bob", "no", 9)).toMatchObject({ kind: "refused" });
  });

  test("tokens that an incident found to be more are learned anew, and the rest of the probe goes on", async () => {
    await run(30);
    answer = () => ok(completion({}, 421));
    await run(4);
    const result = await operations.baselines.accept(await openIncident("usage"), "ann", "a longer system prompt");
    expect(result).toMatchObject({ kind: "done", series: { baseline: { version: 2, n: 4 } } });
    const verdicts = await run(20);
    expect(verdicts).not.toMatch(/drift|fail/);
    const usage = (await operations.baselines.list(probe.id)).find(({ series }) => series.label === "prompt tokens");
    expect((await operations.baselines.history(usage?.series.id ?? ""))?.normal).toEqual([
      "prompt tokens: 421 in 20 of 20 runs",
      "time to detect another count: +20 % in 5 min, +50 % in 5 min, ×2 in 5 min",
      "promise: at most one false page in 5 h",
    ]);
    expect((await contract()).baseline?.version).toBe(1);
    // Back to what was normal before, not to the version in between that knew nothing.
    expect(await operations.baselines.reject(usage?.series.id ?? "", "bob", "the prompt is short again")).toMatchObject(
      {
        series: { baseline: { version: 4, why: "back to version 1: the prompt is short again" } },
      },
    );
  });

  test("while an incident is open nothing is learned from its runs", async () => {
    await run(30);
    answer = () => ok(completion({}, 421));
    await run(100);
    answer = () => ok();
    await run(5);
    const all = await operations.baselines.list(probe.id);
    const usage = await operations.baselines.history(
      all.find(({ series }) => series.label === "prompt tokens")?.series.id ?? "",
    );
    expect(usage?.normal.join()).not.toContain("421");
  });

  test("a baseline can be taken to another installation, where it fits", async () => {
    await run(30);
    const { series } = await contract();
    const file = await operations.baselines.exported(series.id);
    if (file === undefined) throw new Error("nothing to export");
    expect(file).toMatchObject({ kind: "plumbline-baseline", v: 1, aspect: "contract", version: 1 });
    probe = { ...probe, id: `${probe.id}-new` };
    await run(1);
    const fresh = await contract();
    // The probe is not configured under its new name.
    expect(fresh.isIdle).toBe(true);
    expect(await operations.baselines.imported(fresh.series.id, file, "ann", "learned in staging")).toMatchObject({
      kind: "done",
      series: { baseline: { version: 1, by: "ann", why: "from a file of version 1: learned in staging" } },
    });
    answer = withoutRole;
    expect(await run(3)).toMatch(/drift$/);
    const wrong = { ...file, aspect: "latency", label: "total time" };
    expect(await operations.baselines.imported(fresh.series.id, wrong, "ann", "x")).toMatchObject({ kind: "refused" });
    const empty = await operations.baselines.imported(fresh.series.id, { ...file, learned: { n: 12 } }, "ann", "x");
    expect(empty).toMatchObject({
      kind: "refused",
      reason: expect.stringContaining("can't read the contract baseline"),
    });
    expect((await contract()).baseline?.version).toBe(1);
    expect(await operations.baselines.imported("nothing", file, "ann", "x")).toBeUndefined();
  });

  test("an incident about a fixed rule has no baseline to change", async () => {
    answer = () => ({ kind: "fault", class: "reset" }) as Outcome;
    await run(3);
    expect(await operations.baselines.accept(await openIncident("availability"), "ann", "fine")).toMatchObject({
      kind: "refused",
      reason: expect.stringContaining("fixed rule"),
    });
    expect(await operations.baselines.accept("nothing-1", "ann", "fine")).toBeUndefined();
  });
});
