import { expect, test } from "vitest";
import { learned, promiseOf } from "../../../bench/detection/play.ts";
import type { Sample } from "../../../bench/detection/series.ts";
import { blocksOfLevel } from "../../../src/judgement/drift/learn/clean.ts";
import { freshEngine, stepEngine } from "../../../src/judgement/drift/level/engine.ts";
import { seededRandom } from "../../../src/std/seeded-random.ts";

/** What days are like that are not made of two waves and normal noise. */
const setting = { intervalMs: 60_000, baselineDays: 14, floor: 0.05 };
const dayMs = 86_400_000;

interface Dice {
  readonly uniform: () => number;
  readonly normal: () => number;
}
type Series = (atMs: number, dice: Dice) => number;

/** Pages and informs of sixty days in which nothing happens, then minutes until +50 % is told. */
function play(seed: number, series: Series) {
  const uniform = seededRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  let [atMs, factor] = [0, 1];
  const next = (): Sample => {
    atMs += setting.intervalMs;
    return { atMs, value: factor * series(atMs, { uniform, normal }) };
  };
  const { pipeline, atMs: fromMs } = learned(next, setting);
  let state = freshEngine(pipeline, fromMs);
  const notified = { page: 0, inform: 0, until: 1 };
  for (let sample = 0; sample < 60 * 1440; sample += 1) {
    const { kind } = stepEngine(state, pipeline, next(), promiseOf(setting));
    if (kind === "page" || kind === "inform") notified[kind] += 1;
    if (kind === "page") state = freshEngine(pipeline, atMs);
  }
  factor = 1.5;
  while (notified.until < 4000 && stepEngine(state, pipeline, next(), promiseOf(setting)).kind !== "page")
    notified.until += 1;
  return notified;
}

const seeds = [21, 34, 55, 89, 144];
const cases: readonly (readonly [string, Series, number])[] = [
  [
    "weekends that are 15 % faster",
    (atMs, { normal }) => 300 * (Math.floor(atMs / dayMs) % 7 >= 5 ? 0.85 : 1) * Math.exp(0.35 * normal()),
    4000,
  ],
  [
    "unsteady by day, calm by night",
    (atMs, { normal }) => 300 * Math.exp((0.25 + 0.2 * Math.sin((2 * Math.PI * atMs) / dayMs)) * normal()),
    200,
  ],
  ["a fastest time that nothing is below", (_atMs, { uniform }) => 200 - 80 * Math.log(1 - uniform()), 60],
  [
    "a cold start now and then",
    (_atMs, { uniform, normal }) => (uniform() < 0.03 ? 2400 : 300) * Math.exp(0.2 * normal()),
    60,
  ],
  ["times in steps of 10 ms", (_atMs, { normal }) => Math.round(8 * Math.exp(0.1 * normal())) * 10, 20],
  ["hardly any noise", (_atMs, { normal }) => 200 * Math.exp(0.005 * normal()), 10],
];

test.each(cases)("%s: nobody is told anything, and a factor of 1.5 is found", (_name, series, within) => {
  const notified = seeds.map((seed) => play(seed, series));
  expect(notified.map(({ page }) => page)).toEqual(seeds.map(() => 0));
  expect(notified.reduce((sum, { inform }) => sum + inform, 0)).toBeLessThanOrEqual(5);
  expect(notified.map(({ until }) => until).toSorted((a, b) => a - b)[2]).toBeLessThan(within);
});

test("weekends are the series' own; a step for good is not", () => {
  const noise = (index: number): number => 0.01 * Math.sin(12.9898 * index);
  const weekends = Array.from({ length: 84 }, (_, block) => noise(block) - (Math.floor(block / 6) % 7 >= 5 ? 0.2 : 0));
  expect(blocksOfLevel(weekends).every(Boolean)).toBe(true);
  const stepped = Array.from({ length: 84 }, (_, block) => noise(block) + (block >= 66 ? 0.3 : 0));
  expect(blocksOfLevel(stepped).indexOf(true)).toBe(67);
});
