import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { Outcome } from "../../src/exchange/exchange.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import { checkLimits } from "../../src/upkeep/check-limits.ts";
import type { World } from "../../src/run/world.ts";
import { openStorePool } from "../setup/databases.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { probe as sample } from "../probe/samples.ts";
import { completion, fakeExchanger, type FakeExchanger, ok } from "./fake-exchanger.ts";
import { quietWorld } from "./quiet-world.ts";

const dayStart = Date.UTC(2026, 10, 23, 8);
let probes = 0;

describe("the life of a slot", () => {
  let pool: StorePool;
  let store: Store;
  let nowMs: number;
  let answer: () => Outcome;
  let exchanger: FakeExchanger;
  let world: World;
  let probe: Probe;

  beforeAll(async () => {
    pool = await openStorePool();
    store = await openStore(pool, dayStart, 30);
  });
  afterAll(() => pool.close());
  beforeEach(() => {
    probes += 1;
    probe = { ...sample, id: `p${probes}@eu`, target: { ...sample.target, name: `t${probes}` } };
    nowMs = dayStart;
    answer = () => ok();
    exchanger = fakeExchanger(() => answer());
    world = quietWorld(() => nowMs, {
      exchanger,
      runs: store,
    });
  });

  const run = (times: number): Promise<string> => runMany(times, probe);
  async function runMany(times: number, which: Probe): Promise<string> {
    let verdicts = "";
    for (let count = 0; count < times; count += 1) {
      nowMs += 60_000;
      const report = await runProbe(world, which, nowMs);
      verdicts += `${report.verdict ?? report.state} `;
    }
    return verdicts.trim();
  }

  test("learns, is fine, and tells of a field that is gone: one incident, one alert, over when it is certain", async () => {
    expect(await run(8)).toBe("ok ok ok ok ok ok ok ok");
    answer = () => ok(completion({ choices: [{ index: 0, message: { content: "plumb" }, finish_reason: "stop" }] }));
    expect(await run(3)).toBe("drift drift drift");
    const { incidents } = await store.overview(nowMs);
    expect(incidents.filter(({ probeId }) => probeId === probe.id)).toMatchObject([
      { kind: "contract", state: "open", findings: [{ subject: "$.choices[].message.role", observed: "absent" }] },
    ]);
    answer = () => ok();
    const events = async () =>
      (await store.due(nowMs, 100))
        .filter(({ entry }) => entry.alert.target === probe.target.name)
        .map(({ entry }) => entry.alert.event);
    // After three in a row it could still be a break in a part of the replies.
    expect(await run(5)).toBe("ok ok ok ok ok");
    expect(await events()).toEqual(["opened"]);
    expect(await run(1)).toBe("ok");
    expect((await store.overview(nowMs)).incidents.filter(({ probeId }) => probeId === probe.id)).toEqual([]);
  });

  test("an alert says how far it reaches: which comparable probes found the same, and which are fine", async () => {
    const [one, two, three]: [Probe, Probe, Probe] = [
      { ...probe, id: `${probe.id}-one` },
      { ...probe, id: `${probe.id}-two`, location: "us" },
      { ...probe, id: `${probe.id}-three`, target: { ...probe.target, name: `${probe.target.name}-other` } },
    ];
    for (const which of [one, two, three]) await runMany(8, which);
    const broken = () =>
      ok(completion({ choices: [{ index: 0, message: { content: "plumb" }, finish_reason: "stop" }] }));
    answer = broken;
    await runMany(1, two);
    await runMany(1, one);
    // What was fine before it began says nothing.
    answer = () => ok();
    await runMany(1, three);
    answer = broken;
    await runMany(1, one);
    const alerts = (await store.due(nowMs, 1000)).map(({ entry }) => entry.alert);
    const [alert] = alerts.filter(({ target, location }) => target === one.target.name && location === one.location);
    expect(alert?.reach?.affected).toEqual([`${two.target.name} ${two.scenario.name} from us`]);
    expect(alert?.reach?.fine).toContain(`${three.target.name} ${three.scenario.name}`);
  });

  test("tells of prompt tokens that jump and of latency that doubles, and of nothing before", async () => {
    // A promise and a baseline as short as the demo's, at a slot a minute.
    const drift = { falsePageEveryMs: 300 * 60_000, samples: 20, pageAfterMs: 1, fullAfterMs: 1 };
    const quick: Probe = { ...probe, judge: { ...probe.judge, drift } };
    let noise = 0;
    let factor = 1;
    exchanger = fakeExchanger(
      () => answer(),
      () => factor * (100 + ((noise += 7) % 11)),
    );
    world = { ...world, exchanger };
    const kinds = async () =>
      (await store.overview(nowMs)).incidents.filter(({ probeId }) => probeId === quick.id).map(({ kind }) => kind);
    expect(new Set((await runMany(30, quick)).split(" "))).toEqual(new Set(["ok"]));
    answer = () => ok(completion({}, 421));
    await runMany(5, quick);
    expect(await kinds()).toEqual(["usage"]);
    answer = () => ok();
    await runMany(5, quick);
    expect(await kinds()).toEqual([]);
    factor = 2;
    await runMany(15, quick);
    expect(await kinds()).toEqual(["latency"]);
  });

  test("a slot is sent once, however often and by however many it is asked for (I1)", async () => {
    const reports = await Promise.all(Array.from({ length: 8 }, () => runProbe(world, probe, nowMs)));
    expect(exchanger.sent).toHaveLength(1);
    expect(reports.filter(({ state }) => state === "done")).toHaveLength(1);
  });

  describe("a completion for an invalid key is asked for once more at once (I5)", () => {
    const refusal: Outcome = {
      kind: "reply",
      status: 401,
      headers: { "content-type": "application/json" },
      body: { form: "json", value: { error: { message: "no", type: "auth", code: "invalid_api_key" } }, bytes: 9 },
    };
    const negative = (): Probe => ({ ...probe, scenario: { kind: "built-in", name: "invalid-key" } });
    const mine = async () =>
      (await store.overview(nowMs)).incidents.filter(({ probeId, state }) => probeId === probe.id && state === "open");

    test("seen again: the first slot opens the incident, with both requests on the bill", async () => {
      const report = await runProbe(world, negative(), nowMs);
      expect(report).toMatchObject({ verdict: "fail", spent: { requests: 2, tokens: 22 } });
      expect(await mine()).toMatchObject([{ kind: "policy", badRuns: 1 }]);
      const [entry] = (await store.due(nowMs, 100)).filter(({ entry: it }) => it.alert.target === probe.target.name);
      expect(entry?.entry.alert.reason).toBe("confirmed-at-once");
    });

    test("not seen again: no incident, and nothing is judged twice", async () => {
      const answers = [ok(), refusal];
      answer = () => answers.shift() ?? refusal;
      expect(await runMany(3, negative())).toBe("ok ok ok");
      expect(exchanger.sent).toHaveLength(4);
      expect(await mine()).toEqual([]);
      const [learning] = (await store.overview(nowMs)).probes.filter(({ probeId }) => probeId === probe.id);
      expect(learning?.learning?.done).toBe(3);
    });
  });

  test("a slot that comes after the next one was due is missed, and nothing is sent (I2)", async () => {
    const report = await runProbe(world, probe, nowMs - 61_000);
    expect(report).toMatchObject({ state: "missed", reason: "stale" });
    expect(exchanger.sent).toEqual([]);
  });

  test("while a run goes on the next slot is skipped; a run nobody finished is interrupted, and not sent again (I2)", async () => {
    const pending = Promise.withResolvers<never>();
    const hung: World = { ...world, exchanger: { exchange: () => pending.promise } };
    void runProbe(hung, probe, nowMs).catch(() => {});
    await expect.poll(async () => (await store.runs(probe.id, 1)).map(({ state }) => state)).toEqual(["claimed"]);
    nowMs += 1000;
    expect(await runProbe(world, probe, nowMs)).toMatchObject({ state: "skipped", reason: "overlap" });
    expect(await store.sweepInterrupted(nowMs + 3_600_000)).toHaveLength(1);
    expect(await runProbe(world, probe, nowMs - 1000)).toMatchObject({ state: "skipped", reason: "taken" });
    expect(exchanger.sent).toEqual([]);
  });

  test("no number of runs at once passes a cap by a micro-dollar (I9)", async () => {
    const priced = {
      ...probe.target,
      spendCaps: [{ scope: `target/${probe.target.name}`, span: "day" as const, microUsd: 100 }],
    };
    const many = Array.from({ length: 20 }, (_, index): Probe => ({
      ...probe,
      id: `${probe.id}-${index}`,
      target: priced,
    }));
    const reports = await Promise.all(many.map((one) => runProbe(world, one, nowMs)));
    expect(reports.some(({ reason }) => reason === "spend-cap")).toBe(true);
    expect(exchanger.sent.length).toBe(reports.filter(({ state }) => state === "done").length);
    const spend = (await store.overview(nowMs)).spendToday.find(({ target }) => target === priced.name);
    expect(spend?.microUsd).toBeLessThanOrEqual(100);
  });

  test("unknown usage keeps its reservation and is counted as unknown, never as 0", async () => {
    answer = () => ({ kind: "fault", class: "timeout", phase: "idle" });
    expect(await run(1)).toBe("fail");
    const spend = (await store.overview(nowMs)).spendToday.find(({ target }) => target === probe.target.name);
    expect(spend?.unknownRuns).toBe(1);
    expect(spend?.tokens).toBeGreaterThan(0);
  });

  test("what a stalled monitor measured says nothing about latency (I10)", async () => {
    await run(8);
    const stalled: World = {
      ...world,
      exchanger: {
        async exchange(...args) {
          const { attempts } = await fakeExchanger(
            () => ok(),
            () => 5000,
          ).exchange(...args);
          return { attempts: [{ ...attempts[0], maxLoopDelayMs: 4000 }] };
        },
      },
    };
    for (let count = 0; count < 6; count += 1) {
      nowMs += 60_000;
      const report = await runProbe(stalled, probe, nowMs);
      expect(report.findings).toEqual([]);
      expect(report.unjudged).toEqual(["run: Plumbline stalled for 4 s meanwhile"]);
    }
  });

  test("a run in which the clock was set is no evidence, whatever it saw (I10)", async () => {
    await run(8);
    let setMs = 0;
    const unsteady: World = {
      ...world,
      clock: { nowMs: () => nowMs + setMs, monotonicMs: () => nowMs },
      exchanger: {
        exchange(...args) {
          setMs += 3_000;
          return fakeExchanger(() => ok("no completion")).exchange(...args);
        },
      },
    };
    for (let count = 0; count < 6; count += 1) {
      nowMs += 60_000;
      const report = await runProbe(unsteady, probe, nowMs + setMs);
      expect(report.verdict).toBe("inconclusive");
      expect(report.unjudged).toEqual(["run: the clock was set by 3 s meanwhile"]);
    }
    expect((await store.overview(nowMs)).incidents.filter(({ probeId }) => probeId === probe.id)).toEqual([]);
  });

  test("a run that met a limit of this machine is no evidence: one incident of ours names the limit (I10)", async () => {
    await run(8);
    const unheard: World = {
      ...world,
      exchanger: fakeExchanger(() => ({ kind: "fault", class: "local", limit: "EMFILE" })),
    };
    for (let count = 0; count < 6; count += 1) {
      nowMs += 60_000;
      const report = await runProbe(unheard, probe, nowMs);
      expect(report).toMatchObject({ verdict: "inconclusive", findings: [] });
      expect(report.unjudged[0]).toMatch(/^run: this process has no file descriptors left \(EMFILE\)/);
    }
    const own = async () => {
      const { incidents } = await store.overview(nowMs);
      expect(incidents.filter(({ probeId }) => probeId === probe.id)).toEqual([]);
      return incidents.filter(({ label }) => label === "resources of the workers");
    };
    await checkLimits({ store, receivers: [] }, nowMs);
    const [incident] = await own();
    expect(incident?.findings[0]?.observed).toMatch(/EMFILE.*ulimit -n.*; 5 runs within 5 min were not judged/);
    nowMs += 600_000;
    await checkLimits({ store, receivers: [] }, nowMs);
    expect(await own()).toEqual([]);
  });

  test("a run's span leads to that of the run its baseline was learned with", async () => {
    const exporter = new InMemorySpanExporter();
    const tracing = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
    world = { ...world, tracer: tracing.getTracer("test") };
    await run(8);
    const runs = exporter.getFinishedSpans().filter(({ name }) => name === "probe");
    const linked = runs.filter(({ links }) => links.length > 0);
    const { context, attributes } = linked.at(-1)?.links[0] ?? {};
    const learnedWith = runs.findIndex((it) => it.spanContext().spanId === context?.spanId);
    expect(runs[learnedWith]?.spanContext().traceId).toBe(context?.traceId);
    expect(attributes).toEqual({ "plumbline.link": "baseline", "plumbline.baseline_version": 1 });
    expect(linked).toHaveLength(runs.length - learnedWith - 1);
  });

  test("the service tier is on the call's span, of openai and of known tiers only", async () => {
    const tierSeen = async (which: Probe, tier: string): Promise<unknown> => {
      const exporter = new InMemorySpanExporter();
      const tracing = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
      world = { ...world, tracer: tracing.getTracer("test") };
      answer = () => ok(completion({ service_tier: tier }));
      await runMany(1, which);
      const call = exporter.getFinishedSpans().find(({ name }) => name.startsWith("chat "));
      return call?.attributes["openai.response.service_tier"];
    };
    expect(await tierSeen(probe, "flex")).toBe("flex");
    expect(await tierSeen(probe, "sk-somebody-s-key")).toBeUndefined();
    const elsewhere = { ...probe, target: { ...probe.target, provider: "comet" } };
    expect(await tierSeen(elsewhere, "flex")).toBeUndefined();
  });

  test("nothing of a run is kept when its commit fails half way", async () => {
    const failing: World = {
      ...world,
      runs: {
        ...store,
        commit: (finished, decide) =>
          store.commit(finished, (memory) => {
            const decision = decide(memory);
            const broken = {
              incidentId: "x",
              sequence: 1,
              fingerprint: "x",
              kind: "opened",
              atMs: Number.NaN,
              reason: "",
              routes: [],
            } as const;
            return { ...decision, transitions: [broken] };
          }),
      },
    };
    await expect(runProbe(failing, probe, nowMs)).rejects.toThrow(/Invalid time value/);
    expect(await store.runs(probe.id, 10)).toMatchObject([{ state: "claimed" }]);
    expect(await store.series(probe.id)).toEqual([]);
  });
});
