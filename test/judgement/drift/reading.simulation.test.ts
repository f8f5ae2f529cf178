import { readyPipeline, type Pipeline } from "../../../src/judgement/drift/level/pipeline.ts";
import { describe, expect, test } from "vitest";
import { scenarios, seriesOf } from "../../../bench/detection/series.ts";
import { type Reading, readReading } from "../../../src/baseline/reading.ts";
import type { SeriesMemory } from "../../../src/baseline/baseline.ts";
import { costJudge } from "../../../src/judgement/spend/cost.ts";
import { bitOf, stepBit, upperBound } from "../../../src/judgement/drift/rate/bits.ts";
import { freshCategories, stepCategories } from "../../../src/judgement/drift/counts/categories.ts";
import { freshDetector } from "../../../src/judgement/drift/level/e-detector.ts";
import { stepEngine } from "../../../src/judgement/drift/level/engine.ts";
import type { EngineState } from "../../../src/judgement/drift/level/engine-state.ts";
import { isCounted } from "../../../src/judgement/drift/rate/error-bits.ts";
import { type ReadingInput, readingOf } from "../../../src/judgement/drift/group/reading.ts";
import { readReference } from "../../../src/judgement/drift/learn/reference.ts";
import { errorRateJudge } from "../../../src/judgement/drift/rate/error-rate.ts";
import type { Judge } from "../../../src/judgement/judgement.ts";
import { latencyJudge } from "../../../src/judgement/drift/level/latency.ts";
import { usageJudge } from "../../../src/judgement/drift/counts/usage.ts";
import { seededRandom } from "../../../src/std/seeded-random.ts";
import type { Json } from "../../../src/std/json.ts";
import { dayMs, everyMs, firstOf, followSeries, policy, type Shown } from "./followed-series.ts";

const perDay = dayMs / everyMs;
const promised = policy.drift.falsePageEveryMs / everyMs;
const all = scenarios.find(({ name }) => name === "all") ?? scenarios[0]!;
const engineOf = (memory: SeriesMemory | undefined): EngineState =>
  (memory!.state as unknown as { readonly engine: EngineState }).engine;
const asStored = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null)) as Json;
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const ofLevel = ({ components }: Pipeline, sums: readonly number[], direction: "up" | "down"): number[] =>
  components.map(({ kind, weight }, index) => (kind === direction ? weight * (sums[index] ?? 0) : 0));
const near = (got: number | undefined, wanted: number): void =>
  expect(Math.abs((got ?? Number.NaN) / wanted - 1)).toBeLessThan(1e-9);

/** Eight days of latency have been learned; each call gives what comes next. */
function latency(seed: number, judge: Judge = latencyJudge, label = "total time", by = policy) {
  const followed = followSeries(judge, label, undefined, by);
  const endless = seriesOf(all, everyMs, seed);
  const next = (factor = 1): Shown => ({ totalMs: endless().value * factor });
  for (let run = 0; run < 8 * perDay; run += 1) followed.run(next());
  return { followed, next };
}

describe("the bets of a day are those of a detector that was begun with it", () => {
  test("times, until an alarm; then at least what that has shown; and they rest while it is held", () => {
    const { followed, next } = latency(1);
    const pipeline = readyPipeline(readReference(followed.memory?.baseline?.learned)!, 0);
    const dailyMs = followed.slotMs;
    let own = freshDetector(pipeline.components, dailyMs);
    expect(Math.max(...engineOf(followed.memory).detector.sums)).toBeGreaterThan(10);
    let found: Reading | undefined;
    for (let samples = 1; found === undefined && samples < 1000; samples += 1) {
      const second = { ...structuredClone(engineOf(followed.memory)), detector: own };
      const shown = next(samples > 300 ? 1.15 : 1);
      const { day: before, up: upBefore = 0 } = followed.memory?.reading ?? {};
      const { reading } = followed.run(shown, dailyMs);
      const sample = { atMs: followed.slotMs, value: shown.totalMs! };
      stepEngine(second, pipeline, sample, { samples: Infinity, floor: 0, intervalMs: everyMs });
      own = second.detector;
      const total = sumOf(ofLevel(pipeline, own.sums, "up")) + sumOf(ofLevel(pipeline, own.sums, "down"));
      expect(reading?.day).toMatchObject({ fromMs: dailyMs + everyMs, samples });
      if (reading?.held === null) {
        near(reading.day.total, total);
        near(reading.up, sumOf(ofLevel(pipeline, engineOf(followed.memory).detector.sums, "up")));
        near(reading.down, sumOf(ofLevel(pipeline, engineOf(followed.memory).detector.sums, "down")));
        continue;
      }
      found = reading;
      expect(found).toMatchObject({ held: "up", up: 0, down: 0 });
      expect(upBefore).toBeGreaterThan(promised / 100);
      expect(found!.day.total).toBeGreaterThanOrEqual(before!.total);
      expect(found!.day.total).toBeLessThanOrEqual(total);
      expect(found!.day.total).toBeGreaterThan(promised / 2);
      near(
        sumOf(ofLevel(pipeline, found!.day.sums, "up")) + sumOf(ofLevel(pipeline, found!.day.sums, "down")),
        found!.day.total,
      );
    }
    if (found === undefined) expect.unreachable("no alarm");
    for (let held = 1; held <= 20; held += 1) {
      const { reading } = followed.run(next(1.15), dailyMs);
      expect(reading).toEqual({ ...found, day: { ...found.day, samples: found.day.samples + held } });
    }
    // It is over: the bets go on from where they were.
    let reading = firstOf(
      () => followed.run(next(0.5), dailyMs).reading!,
      ({ held }) => held === null,
    );
    expect(reading.day.total).toBe(found.day.total);
    ({ reading = found } = followed.run(next(), dailyMs));
    expect(reading.day.total).not.toBe(found.day.total);
    // The next day begins at nothing.
    ({ reading = found } = followed.run(next(), followed.slotMs));
    expect(reading.day).toMatchObject({ fromMs: followed.slotMs, samples: 1 });
    expect(reading.day.total).toBeLessThan(5);
  });

  test("failures, of which those right after one another count once", () => {
    const followed = followSeries(errorRateJudge, "error rate", { n: 3000, k: 60, fromMs: -9 * dayMs, toMs: 0 });
    const random = seededRandom(5);
    const run = () => ({ status: random() < 0.06 ? 500 : 200 });
    for (let before = 0; before < 50; before += 1) followed.run(run());
    const dailyMs = followed.slotMs;
    const own: number[] = [];
    let total = 0;
    for (let samples = 1; samples <= 60; samples += 1) {
      const { bits } = followed.memory!.state as unknown as { readonly bits: { readonly clusterFromMs?: number } };
      const shown = run();
      const { reading } = followed.run(shown, dailyMs);
      const failed = shown.status === 500;
      if (isCounted(bits, followed.slotMs, failed)) {
        total = stepBit(own, bitOf(upperBound(60, 3000)), failed);
      }
      expect(reading?.day.samples).toBe(samples);
      if (total > 0) near(reading?.day.total, total);
    }
    expect(total).toBeGreaterThan(0);
  });

  test("token counts", () => {
    const followed = followSeries(usageJudge, "prompt tokens");
    const random = seededRandom(6);
    const run = (share: number) => ({ promptTokens: random() < share ? 10 : 9 });
    for (let before = 0; before < 4000; before += 1) followed.run(run(0.3));
    const known = followed.memory!.baseline!.learned as unknown as Parameters<typeof stepCategories>[1];
    const dailyMs = followed.slotMs;
    const own = freshCategories();
    for (let samples = 1; samples <= 40; samples += 1) {
      const shown = run(0.45);
      const { reading } = followed.run(shown, dailyMs);
      stepCategories(own, known, String(shown.promptTokens), Infinity);
      near(reading?.day.total, weighed(own.sums));
      near(reading!.up, weighed(sumsIn(followed.memory!.state)));
      expect(own.sums).toHaveLength(3);
    }
  });
});

const sumsIn = (state: Json): readonly number[][] =>
  (state as unknown as { readonly categories: { readonly sums: number[][] } }).categories.sums;

/** Half of the weight is on values never seen; all of it where there is nothing else to bet on. */
function weighed(sums: readonly (readonly number[])[]): number {
  const [novelty = 0, ...values] = sums.map((of) => sumOf(of) / of.length);
  return values.length === 0 ? novelty : (novelty + sumOf(values) / values.length) / 2;
}

describe("as long as nothing has changed, the bets of a day have won no more than its samples, on average", () => {
  const samplesOfDay = 60;

  /** Mean of total / samples at the end of many days, and twice its standard error. */
  function wonBy(followed: ReturnType<typeof followSeries>, run: () => Shown, days: number) {
    const won: number[] = [];
    for (let day = 0; day < days; day += 1) {
      const dailyMs = followed.slotMs;
      let reading: Reading | undefined;
      for (let sample = 0; sample < samplesOfDay; sample += 1) ({ reading } = followed.run(run(), dailyMs));
      expect(reading?.day.samples).toBe(samplesOfDay);
      won.push((reading?.day.total ?? Number.NaN) / samplesOfDay);
    }
    const mean = sumOf(won) / days;
    const error = Math.sqrt(sumOf(won.map((it) => (it - mean) ** 2)) / days / days);
    return { mean, error };
  }

  test("times", () => {
    const { followed, next } = latency(3);
    const { mean, error } = wonBy(followed, next, 1500);
    expect(error).toBeLessThan(0.2);
    expect(mean).toBeGreaterThan(0.2);
    expect(mean - 2 * error).toBeLessThan(1);
  });

  test("failures", () => {
    // So many runs that the bound is hardly above the rate itself.
    const usual = { n: 400_000, k: 8000, fromMs: -9 * dayMs, toMs: 0 };
    const random = seededRandom(7);
    const followed = followSeries(errorRateJudge, "error rate", usual);
    const { mean, error } = wonBy(followed, () => ({ status: random() < 0.02 ? 500 : 200 }), 2000);
    expect(error).toBeLessThan(0.2);
    expect(mean).toBeGreaterThan(0.2);
    expect(mean - 2 * error).toBeLessThan(1);
  });

  test("token counts", () => {
    const known = { n: 400_000, counts: { "9": 280_000, "10": 120_000 } };
    const random = seededRandom(8);
    const followed = followSeries(usageJudge, "prompt tokens", known);
    const { mean, error } = wonBy(followed, () => ({ promptTokens: random() < 0.3 ? 10 : 9 }), 2000);
    expect(error).toBeLessThan(0.2);
    expect(mean).toBeGreaterThan(0.2);
    expect(mean - 2 * error).toBeLessThan(1);
  });
});

describe("what a reading says besides", () => {
  const constant = { n: 20_000, counts: { "13": 20_000 } };
  const input: ReadingInput = {
    group: "g",
    aspect: "contract",
    memory: undefined,
    state: null,
    isAnew: false,
    policy,
    cadence: { kind: "every", everyMs },
    slotMs: everyMs,
    dailyMs: 0,
  };
  const rate = (days: number): Json => ({ n: 3000, k: 60, fromMs: -days * dayMs, toMs: 0 });

  test("a series that is learning, or that compares no numbers, has none", () => {
    const followed = followSeries(latencyJudge, "total time");
    const endless = seriesOf(all, everyMs, 4);
    for (let run = 1; run <= policy.drift.samples; run += 1) {
      expect(followed.run({ totalMs: endless().value }).reading).toBeUndefined();
    }
    expect(followed.run({ totalMs: endless().value }).reading).toBeDefined();
    expect(readingOf({ ...input, state: { anything: 1 } })).toBeUndefined();
  });

  test("whom it may wake, by stage and kind of series", () => {
    const endless = seriesOf(all, everyMs, 4);
    const totals = followSeries(latencyJudge, "total time");
    const tokens = followSeries(usageJudge, "completion tokens");
    const cost = followSeries(costJudge, "cost per run");
    const pages = (): readonly (string | undefined)[] => {
      const { value } = endless();
      const shown = { totalMs: value, promptTokens: 13, completionTokens: Math.round(value) };
      return [totals, tokens, cost].map((it) => it.run(shown).reading?.pages);
    };
    for (let run = 0; run < 61; run += 1) pages();
    expect(pages()).toEqual(["none", "none", "none"]);
    for (let run = 0; run < 1.5 * perDay; run += 1) pages();
    expect(pages()).toEqual(["up", "both", "none"]);
    const fixed = followSeries(usageJudge, "prompt tokens", constant);
    expect(fixed.run({ promptTokens: 13 }).reading?.pages).toBe("up");
    const pagesOfRate = (days: number) => followSeries(errorRateJudge, "error rate", rate(days)).run({}).reading?.pages;
    expect([0.9, 1].map(pagesOfRate)).toEqual(["none", "up"]);
  });

  test("of moves both ways nobody is woken by the way in which a series moves by itself", () => {
    const tokens = followSeries(usageJudge, "completion tokens");
    const endless = seriesOf(all, everyMs, 4);
    const shown = () => ({ completionTokens: Math.round(endless().value) });
    for (let run = 0; run < 1.5 * perDay; run += 1) tokens.run(shown());
    const { memory, slotMs } = tokens;
    const often = { n: 3, lastMs: slotMs, longestMs: everyMs, largest: 1 };
    const pagesWith = (recurrences: Json): string | undefined => {
      const state = { ...(memory!.state as object), recurrences } as Json;
      return readingOf({ ...input, memory, state, aspect: "usage", slotMs })?.pages;
    };
    expect(pagesWith({ up: often })).toBe("down");
    expect(pagesWith({ down: often })).toBe("up");
    expect(pagesWith({ up: often, down: often })).toBe("none");
    expect(pagesWith({ down: { ...often, n: 2 } })).toBe("both");
  });

  test("a token count of another kind is a move up, until it is calm again", () => {
    const followed = followSeries(usageJudge, "prompt tokens", constant);
    const run = (promptTokens: number) => followed.run({ promptTokens }).reading!;
    expect(run(13)).toMatchObject({ held: null, down: 0 });
    expect(run(425).up).toBeGreaterThan(100);
    const notified = run(425);
    expect(notified).toMatchObject({ held: "up", up: 0 });
    expect(notified.day.total).toBeGreaterThan(promised / 4);
    const { day } = notified;
    const samples = (of: Reading): number => of.day.samples - day.samples;
    const over = firstOf(
      () => run(13),
      ({ held }) => held === null,
    );
    expect(samples(over)).toBeGreaterThan(1);
    expect(samples(over)).toBeLessThan(10);
    expect(run(13)).toMatchObject({ held: null, day: { fromMs: day.fromMs } });
  });

  test("failures that go on are a move up, and nothing is bet meanwhile", () => {
    const followed = followSeries(errorRateJudge, "error rate", rate(9));
    const run = (status: number) => followed.run({ status }).reading!;
    // Three minutes apart or more: those right after one another count once.
    const notified = firstOf(
      () => [run(200), run(200), run(200), run(500)].at(-1)!,
      ({ held }) => held !== null,
    );
    expect(notified).toMatchObject({ held: "up", down: 0 });
    expect(notified.up).toBeGreaterThanOrEqual(promised);
    near(notified.day.total, notified.up);
    const later = run(200);
    expect(later.day).toEqual({ ...notified.day, samples: notified.day.samples + 1 });
    firstOf(
      () => run(200),
      ({ held }) => held === null,
    );
    expect(run(200).up).toBeLessThan(2);
  });

  test("the interval is the cadence's; under a cron pattern its baseline's, and an alarm is worth as many of those", () => {
    const { followed, next } = latency(2);
    const { reading: usual } = followed.run(next(), followed.slotMs);
    expect(usual?.intervalMs).toBe(everyMs);
    const { series, state, slotMs, ...rest } = { ...followed, ...followed.memory! };
    // Of the same times, a day apart.
    const learned = { ...(rest.baseline!.learned as object), n: 7, intervalMs: dayMs };
    const memory = { ...followed.memory!, baseline: { ...rest.baseline!, learned } };
    const engine = {
      ...engineOf(memory),
      detector: { ...engineOf(memory).detector, sums: usual!.day.sums.map(() => 0) },
    };
    const cadence = { kind: "cron", pattern: "0 6 * * *", tz: "UTC" } as const;
    const notified = { group: "g", aspect: series.aspect, isAnew: false, policy, cadence, slotMs, dailyMs: 0 };
    const begun = { ...memory, reading: { ...usual!, day: { ...usual!.day, sums: engineOf(memory).detector.sums } } };
    const alarmed = readingOf({
      ...notified,
      memory: begun,
      state: { ...(state as object), engine } as unknown as Json,
    });
    expect(alarmed).toMatchObject({ intervalMs: dayMs });
    near(alarmed?.day.total, 180);
  });

  test("of its own past only what can be read is taken up", () => {
    const { followed, next } = latency(2);
    const { reading } = followed.run(next());
    expect(readReading(asStored(reading))).toEqual(reading);
    const { day, ...rest } = asStored(reading) as unknown as Reading;
    const { sums, ...ofDay } = day;
    const broken: unknown[] = [
      null,
      [],
      rest,
      { ...rest, day: ofDay },
      { ...rest, day: { ...day, sums: "1" } },
      { ...rest, day: { ...day, total: null } },
      { ...rest, day: { ...day, samples: "7" } },
      { ...rest, day: { ...day, fromMs: undefined } },
      { ...rest, day, group: 7 },
      { ...rest, day, up: null },
      { ...rest, day, down: "0" },
      { ...rest, day, intervalMs: undefined },
    ];
    expect(sums.length).toBeGreaterThan(0);
    expect(broken.map((it) => readReading(asStored(it)))).toEqual(broken.map(() => undefined));
  });
});
