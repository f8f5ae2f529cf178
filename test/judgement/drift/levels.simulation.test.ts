import { describe, expect, test } from "vitest";
import { learned, promiseOf } from "../../../bench/detection/play.ts";
import type { Sample } from "../../../bench/detection/series.ts";
import { limitOf, robustMean } from "../../../src/judgement/drift/learn/blocks.ts";
import { freshEngine, stepEngine } from "../../../src/judgement/drift/level/engine.ts";
import { fitSeason, harmonicsAt } from "../../../src/judgement/drift/learn/season.ts";
import { seededRandom } from "../../../src/std/seeded-random.ts";

/** Series that lie on a few levels: token counts, and times behind a gateway that has two providers. */
const setting = { intervalMs: 60_000, baselineDays: 7, floor: 0.05 };
const promise = promiseOf(setting);

type Draw = (random: () => number) => number;
const oneOf =
  (...shares: readonly (readonly [number, number])[]): Draw =>
  (random) => {
    let left = random();
    for (const [value, share] of shares) if ((left -= share) < 0) return value;
    return shares.at(-1)?.[0] ?? 0;
  };
const providers =
  (share: number, factor = 1): Draw =>
  (random) => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return factor * 100 * (random() < share ? 3 : 1) * Math.exp(0.1 * normal);
  };

/** Pages of 30 quiet days, then samples until the change is told, and the state at the end. */
function play(seed: number, usual: Draw, changed: Draw, most = 2000) {
  const random = seededRandom(seed);
  let [draw, atMs] = [usual, 0];
  const next = (): Sample => ({ atMs: (atMs += setting.intervalMs), value: draw(random) });
  const { pipeline, atMs: fromMs } = learned(next, setting);
  const state = freshEngine(pipeline, fromMs);
  let pages = 0;
  for (let sample = 0; sample < 30 * 1440; sample += 1) {
    if (stepEngine(state, pipeline, next(), promise).kind === "page") pages += 1;
  }
  draw = changed;
  let until = 1;
  while (until < most && stepEngine(state, pipeline, next(), promise).kind !== "page") until += 1;
  return { pages, until, state };
}

const seeds = [3, 14, 15, 92, 65];

describe("few levels", () => {
  const cases: readonly (readonly [string, Draw, Draw, number])[] = [
    ["two token counts, the larger one more often", oneOf([100, 0.5], [130, 0.5]), oneOf([100, 0.1], [130, 0.9]), 500],
    ["two token counts, another one", oneOf([100, 0.5], [130, 0.5]), oneOf([160, 1]), 20],
    ["three token counts", oneOf([16, 0.7], [17, 0.25], [18, 0.05]), oneOf([20, 1]), 20],
    ["one token count", oneOf([16, 1]), oneOf([19, 1]), 10],
    ["a rare token count becomes the only one", oneOf([16, 0.995], [20, 0.005]), oneOf([20, 1]), 10],
    ["two providers half and half, 20 % slower", providers(0.5), providers(0.5, 1.2), 200],
    ["two providers four to one, 20 % slower", providers(0.2), providers(0.2, 1.2), 200],
    ["two providers four to one, the slow one more often", providers(0.2), providers(0.8), 200],
  ];
  test.each(cases)("%s: no page before, one after", (_name, usual, changed, within) => {
    const played = seeds.map((seed) => play(seed, usual, changed));
    expect(played.map(({ pages }) => pages)).toEqual(seeds.map(() => 0));
    const delays = played.map(({ until }) => until).toSorted((a, b) => a - b);
    expect(delays[2]).toBeLessThan(within);
  });

  test("a lasting move within the floor is never told, and does no harm to the state", () => {
    const { until, state } = play(3, oneOf([100, 0.9], [110, 0.1]), oneOf([100, 0.6], [110, 0.4]), 40_000);
    expect(until).toBe(40_000);
    expect(state.detector.sums.every((sum) => Number.isFinite(sum))).toBe(true);
  });
});

describe("what is learned of them", () => {
  test("a mean does not jump between two levels, and its error is told rightly", () => {
    const random = seededRandom(7);
    const samples = Array.from({ length: 400 }, () => Array.from({ length: 240 }, () => (random() < 0.5 ? 0 : 1)));
    const limit = limitOf(samples[0] ?? []);
    const means = samples.map((values) => robustMean(values, limit));
    const off = Math.sqrt(means.reduce((sum, { mean }) => sum + (mean - 0.5) ** 2, 0) / means.length);
    const said = means.reduce((sum, { deviation }) => sum + deviation / Math.sqrt(240), 0) / means.length;
    expect(off).toBeLessThan(0.05);
    expect(said / off).toBeGreaterThan(0.85);
    expect(said / off).toBeLessThan(1.25);
  });

  test("a season that chance explains is none; one of a quarter of the noise in two weeks is one", () => {
    const found = (swing: number): number => {
      const times = Array.from({ length: 4032 }, (_, index) => index * 300_000);
      return seeds.filter((seed) => {
        const random = seededRandom(seed);
        const logs = times.map((atMs) => swing * (harmonicsAt(atMs)[0] ?? 0) + (random() < 0.5 ? -0.3 : 0.3));
        const season = fitSeason(times.map(harmonicsAt), logs);
        return season.length > 0;
      }).length;
    };
    expect(found(0)).toBe(0);
    expect(found(0.07)).toBe(seeds.length);
  });
});
