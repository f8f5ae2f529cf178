import { describe, expect, test } from "vitest";
import { learned, promiseOf } from "../../../bench/detection/play.ts";
import { type Sample, normalFrom, scenarios, seriesOf } from "../../../bench/detection/series.ts";
import { cardOf } from "../../../src/judgement/drift/level/card.ts";
import { freshEngine, stepEngine } from "../../../src/judgement/drift/level/engine.ts";
import { seasonAt, seasonOf, weekMs, weekendOf, withWeekend } from "../../../src/judgement/drift/learn/season.ts";
import { seededRandom } from "../../../src/std/seeded-random.ts";

const setting = { intervalMs: 300_000, baselineDays: 28, floor: 0.05 };
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Lower by `depth` for two days of each week from `fromMs` on, beginning on a Monday at 03:20 UTC. */
function weekly(seed: number, depth: number, fromMs: number) {
  const normal = normalFrom(seededRandom(seed));
  let [atMs, factor, lastMs] = [4 * dayMs + 3.33 * hourMs, 1, Number.POSITIVE_INFINITY];
  const next = (): Sample => {
    atMs += setting.intervalMs;
    const isWeekend = atMs < lastMs && (atMs - fromMs + weekMs) % weekMs < 2 * dayMs;
    const daily = 0.1 * Math.sin((2 * Math.PI * atMs) / dayMs);
    return { atMs, value: factor * 300 * Math.exp((isWeekend ? depth : 0) + daily + 0.3 * normal()) };
  };
  return { next, rise: (by: number) => (factor = by), untilMs: (ms: number) => (lastMs = atMs + ms) };
}

/** Saturday 08:00 UTC: midnight in California. */
const saturdayMs = 2 * dayMs + 8 * hourMs;

describe("a weekend, once four weeks are known", () => {
  test("is found with its hours, wherever in the world it is", () => {
    for (const seed of [1, 2, 3, 4]) {
      const { pipeline } = learned(weekly(seed, -0.2, saturdayMs).next, setting);
      const weekend = weekendOf(pipeline.reference.season);
      expect(weekend?.depth).toBeCloseTo(-0.2, 1);
      expect(Math.abs((weekend?.fromMs ?? 0) - saturdayMs)).toBeLessThanOrEqual(2 * hourMs);
      expect(Math.abs((weekend?.lengthMs ?? 0) - 2 * dayMs)).toBeLessThanOrEqual(3 * hourMs);
    }
  });

  test("no longer hides a change of level, and does not page itself", () => {
    const { next, rise } = weekly(5, -0.35, saturdayMs);
    const { pipeline, atMs } = learned(next, setting);
    const state = freshEngine(pipeline, atMs);
    let pages = 0;
    for (let sample = 0; sample < 90 * 288; sample += 1) {
      if (stepEngine(state, pipeline, next(), promiseOf(setting)).kind === "page") pages += 1;
    }
    expect(pages).toBe(0);
    rise(1.5);
    let until = 1;
    while (until < 4000 && stepEngine(state, pipeline, next(), promiseOf(setting)).kind !== "page") until += 1;
    expect(until).toBeLessThan(40);

    const early = learned(weekly(5, -0.35, saturdayMs).next, { ...setting, baselineDays: 14 });
    expect(weekendOf(early.pipeline.reference.season)).toBeUndefined();
    expect(early.pipeline.reference.margin.wander).toBeGreaterThan(4 * pipeline.reference.margin.wander);
  });

  test("does not move the level that a baseline before it has told", () => {
    const of = (baselineDays: number) =>
      learned(weekly(6, -0.35, saturdayMs).next, { ...setting, baselineDays }).pipeline.reference;
    const [before, after] = [of(14), of(28)];
    expect(Math.abs(before.origin + before.level - after.origin - after.level)).toBeLessThan(Math.log(1.05));
  });

  test("is none in series that have none: not by chance, not by spikes, not by wander", () => {
    for (const scenario of scenarios) {
      for (const seed of [1, 2, 3]) {
        const { pipeline } = learned(seriesOf(scenario, setting.intervalMs, seed), setting);
        expect(weekendOf(pipeline.reference.season), scenario.name).toBeUndefined();
      }
    }
  });

  test("is none when only some of the weeks say so", () => {
    const { next, untilMs } = weekly(7, -0.35, saturdayMs);
    untilMs(16 * dayMs);
    expect(weekendOf(learned(next, setting).pipeline.reference.season)).toBeUndefined();
  });

  test("is on the card", () => {
    const { pipeline } = learned(weekly(1, -0.2, saturdayMs).next, setting);
    const drift = { falsePageEveryMs: 180 * dayMs, samples: 60, pageAfterMs: dayMs, fullAfterMs: 7 * dayMs };
    const card = cardOf(pipeline.reference, { learnRuns: 30, latencyFloorRatio: 1.05, maxLoopDelayMs: 100, drift });
    expect(card.weekend?.depth).toBeCloseTo(-0.2, 1);
  });
});

test("within two hours of an edge a sample is compared with the closer of its two levels", () => {
  const season = withWeekend([0, 0, 0, 0], { fromMs: saturdayMs, lengthMs: 2 * dayMs, depth: -0.4 }, 0.1);
  const at = (hours: number): number => saturdayMs + hours * hourMs;
  expect([at(-3), at(-1), at(1), at(47), at(49)].map((atMs) => seasonAt(season, atMs))).toEqual([
    0.1, 0.1, -0.3, -0.3, 0.1,
  ]);
  for (const edge of [at(-1), at(1), at(47), at(49)]) {
    expect(seasonOf(season, edge, -0.25)).toBe(-0.3);
    expect(seasonOf(season, edge, 0.05)).toBe(0.1);
  }
  expect(seasonOf(season, at(-3), -0.3)).toBe(0.1);
  expect(seasonOf(season, at(3), 0.1)).toBe(-0.3);
  expect(seasonOf(season, at(24), 5)).toBe(-0.3);
});
