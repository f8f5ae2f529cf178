import { pipelineOf } from "../../../src/judgement/drift/level/pipeline.ts";
import { describe, expect, test } from "vitest";
import { blocksOfLevel } from "../../../src/judgement/drift/learn/clean.ts";
import { beginLearning, learn, samplesOf } from "../../../src/judgement/drift/learn/learning.ts";
import { rankScore, rankTable } from "../../../src/judgement/drift/learn/rank-table.ts";
import { logE } from "../../../src/judgement/drift/level/components.ts";
import { fitReference } from "../../../src/judgement/drift/learn/reference.ts";
import { seededRandom } from "../../../src/std/seeded-random.ts";
import { scenarios, seriesOf } from "../../../bench/detection/series.ts";

const minute = 60_000;
const all = scenarios.find(({ name }) => name === "all") ?? scenarios[0]!;

function learnedFrom(count: number, intervalMs: number, change: (value: number, index: number) => number = (it) => it) {
  const next = seriesOf(all, intervalMs, 7);
  const values = Array.from({ length: count }, (_, index) => {
    const { atMs, value } = next();
    return { atMs, log: Math.log(change(value, index)) };
  });
  const learning = beginLearning(values[0]?.atMs ?? 0, values[0]?.log ?? 0);
  for (const { atMs, log } of values) learn(learning, atMs, log, intervalMs);
  return { learning, values };
}

describe("samples on the way to a baseline", () => {
  test("few of them are kept exactly, with their times", () => {
    const { learning, values } = learnedFrom(1000, minute);
    const kept = samplesOf(learning, minute);
    expect(kept).toHaveLength(1000);
    for (const [index, { atMs, log }] of kept.entries()) {
      expect(Math.abs(atMs - (values[index]?.atMs ?? 0))).toBeLessThanOrEqual(minute);
      expect(Math.abs(log - (values[index]?.log ?? 0))).toBeLessThan(0.0003);
    }
  });

  test.each([
    [28 * 1440, minute],
    [28 * 24 * 60 * 6, 10_000],
    [500, 15 * minute],
  ])("%d samples, one every %d ms: what is stored stays small", (count, intervalMs) => {
    const { learning } = learnedFrom(count, intervalMs);
    expect(JSON.stringify(learning).length).toBeLessThan(40_000);
    expect(samplesOf(learning, intervalMs).length).toBeGreaterThan(Math.min(count, 2000) - 10);
    expect(learning.n).toBe(count);
  });

  test("gaps part peers", () => {
    const learning = beginLearning(0, 1);
    for (const at of [0, 1, 2, 30, 31, 32]) learn(learning, at * minute, 1, minute);
    expect(samplesOf(learning, minute).map(({ follows }) => follows)).toEqual([false, true, true, false, true, true]);
  });
});

describe("baselines", () => {
  test("thinned ones know season, spread and correlation of the series", () => {
    const { learning } = learnedFrom(14 * 1440, minute);
    const reference = fitReference(learning, minute);
    const [sine = 0, cosine = 0] = reference.season;
    expect(Math.hypot(sine, cosine)).toBeCloseTo(Math.log(1.2), 1);
    expect(reference.spread).toBeCloseTo(0.35, 1);
    expect(reference.correlation).toBeCloseTo(0.3, 1);
    expect(reference.margin.estimation).toBeLessThan(0.013);
  });

  test("an incident inside is cleaned away", () => {
    const day = 1440;
    const clean = fitReference(learnedFrom(14 * day, minute).learning, minute);
    const dirty = fitReference(
      learnedFrom(14 * day, minute, (value, index) => (index > 5 * day && index < 5.25 * day ? 2 * value : value))
        .learning,
      minute,
    );
    expect(dirty.level).toBeCloseTo(clean.level, 1);
    expect(dirty.margin.wander).toBeLessThan(0.15);
  });

  test("cleaning keeps the newest level of a day or more, and everything of a quiet series", () => {
    const random = seededRandom(6);
    const quiet = Array.from({ length: 60 }, () => 0.02 * random());
    const kept = blocksOfLevel(quiet.map((noise, index) => (index >= 20 && index < 24 ? 1 : 0) + noise));
    expect(kept.flatMap((isKept, index) => (isKept ? [] : [index]))).toEqual([19, 20, 21, 22, 23, 24]);
    expect(blocksOfLevel(quiet).every(Boolean)).toBe(true);
  });

  test("a value that never varies teaches a usable baseline", () => {
    const learning = beginLearning(0, Math.log(13));
    for (let index = 0; index < 3000; index += 1) learn(learning, index * minute, Math.log(13), minute);
    const reference = fitReference(learning, minute);
    expect(JSON.parse(JSON.stringify(reference))).toEqual(reference);
    expect(reference.correlation).toBe(0);
  });
});

test("ranks: ties share the middle, far values are clipped, order is kept", () => {
  const table = rankTable([1, 2, 2, 2, 3], 100);
  expect(rankScore(table, 2)).toBeCloseTo(0, 10);
  expect(rankScore(table, 99)).toBeCloseTo(table.clip, 10);
  expect(rankScore(table, -99)).toBeCloseTo(-table.clip, 10);
  expect(rankScore(table, 2.5)).toBeGreaterThan(rankScore(table, 2));
});

test("a baseline of samples of which none follows another, as an overloaded monitor takes them, can be learned", () => {
  const next = seriesOf(all, minute, 7);
  const gapMs = 10 * minute;
  const learning = beginLearning(0, Math.log(next().value));
  for (let index = 0; index < 60; index += 1) learn(learning, index * gapMs, Math.log(next().value), minute);
  const reference = fitReference(learning, minute);
  expect(reference.clip.scores).toBeGreaterThan(1);
  const { components, scores } = pipelineOf(reference);
  expect(scores.knots).toHaveLength(60);
  expect(components.every((component) => Number.isFinite(logE(component, 0.5)))).toBe(true);
});

test("an hourly series that never changes is not taken for one with unsteady hours, nor for one that wanders", () => {
  const hour = 60 * minute;
  const widest = [2008, 2012, 2016, 3, 5].map((seed) => {
    const next = seriesOf(scenarios[0]!, hour, seed);
    let { atMs, value } = next();
    // The first four hours happen to be alike.
    const learning = beginLearning(atMs, Math.log(value));
    for (let run = 0; run < 28 * 24; run += 1) {
      learn(learning, atMs, run < 4 ? Math.log(800) + 0.05 * run : Math.log(value), hour);
      ({ atMs, value } = next());
    }
    const { wander, unsteadiness } = fitReference(learning, hour).margin;
    return Math.max(wander, unsteadiness - 1);
  });
  expect(Math.max(...widest)).toBe(0);
});
