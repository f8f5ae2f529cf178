import { describe, expect, test } from "vitest";
import { normalFrom } from "../../../bench/detection/series.ts";
import { componentsOf, logE, logMean } from "../../../src/judgement/drift/level/components.ts";
import { freshDetector, stepDetector } from "../../../src/judgement/drift/level/e-detector.ts";
import { normalCdf, normalQuantile } from "../../../src/std/statistics-normal.ts";
import { seededRandom } from "../../../src/std/seeded-random.ts";
import { cusum, exactRunLength, simulatedRunLength } from "./run-length.ts";

describe("the normal distribution", () => {
  test.each([
    [1.6448536269514722, 0.95],
    [2.3263478740408408, 0.99],
    [-3, 0.0013498980316300933],
    [0.5, 0.6914624612740131],
  ])("Φ(%d) = %d, and back", (x, p) => {
    expect(normalCdf(x)).toBeCloseTo(p, 14);
    expect(normalQuantile(p)).toBeCloseTo(x, 12);
  });

  test("the quantile inverts the distribution over the whole range", () => {
    for (let x = -5; x <= 5; x += 0.01) expect(Math.abs(normalQuantile(normalCdf(x)) - x)).toBeLessThan(1e-8);
  });
});

describe("average run lengths known from elsewhere (R package spc)", () => {
  const cdfOf =
    (k: number, shift = 0) =>
    (from: number, to: number) =>
      normalCdf(to - from + k - shift);
  test.each([
    [0.25, 19.609, 259_200],
    [0.5, 10.614, 259_200],
    [1, 5.4412, 259_200],
    [0.25, 16.028, 43_200],
    [0.5, 8.823, 43_200],
    [1, 4.545, 43_200],
  ])("CUSUM k=%d h=%d: %d samples between false alarms", (k, limit, expected) => {
    const length = exactRunLength({ from: 0, limit, count: 240 }, cdfOf(k));
    expect(Math.abs(length / expected - 1)).toBeLessThan(0.02);
  });

  test("EWMA 0.1 at 4.3817 standard deviations", () => {
    const lambda = 0.1;
    const limit = 4.3817 * Math.sqrt(lambda / (2 - lambda));
    // One-sided with a reflecting barrier at 0 would be another chart: the lower edge is far below.
    const cdf = (from: number, to: number) => normalCdf((to - (1 - lambda) * from) / lambda);
    const length = exactRunLength({ from: -limit * 1.5, limit, count: 300 }, cdf);
    expect(Math.abs(length / 259_200 - 1)).toBeLessThan(0.05);
  });

  test("our simulator agrees with the exact value at a small scale", () => {
    const normal = normalFrom(seededRandom(5));
    const { mean, error } = simulatedRunLength(cusum(0.5, 4), normal, 4000);
    const exact = exactRunLength({ from: 0, limit: 4, count: 200 }, cdfOf(0.5));
    expect(Math.abs(mean - exact)).toBeLessThan(4 * error);
    expect(exact).toBeCloseTo(335.37, 0);
  });
});

describe("e-values", () => {
  const clips = [1.43, 2.13, 3];
  test.each(clips)("ψ of a level component, clip %d: quadrature is the closed form", (clip) => {
    for (const step of [0.125, 0.25, 0.5, 1, 2]) {
      const middle = Math.exp(step ** 2 / 2) * (normalCdf(clip - step) - normalCdf(-clip - step));
      const ends = normalCdf(-clip) * (Math.exp(step * clip) + Math.exp(-step * clip));
      expect(logMean((w) => step * w, clip)).toBeCloseTo(Math.log(middle + ends), 8);
    }
  });

  test.each(clips)(
    "no component is worth more than 1 on average, clip %d, margin 0.1, mean off by the margin",
    (clip) => {
      const normal = normalFrom(seededRandom(11));
      const scores = Array.from({ length: 100_000 }, () => normal());
      const margin = 0.1;
      for (const component of componentsOf({ clip, margin })) {
        const { kind } = component;
        for (const off of [0, kind === "down" ? -margin : margin]) {
          const values = scores.map((score) => Math.exp(logE(component, Math.max(-clip, Math.min(clip, score + off)))));
          const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
          const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
          expect(mean, kind).toBeLessThan(1 + 4 * Math.sqrt(variance / values.length));
        }
      }
    },
  );

  // Sums of the bolder components have too wide a distribution for a simulation of many steps.
  test.each([
    [2, 16],
    [50, 6],
  ])("E[R_t - t] = 0 after %d samples without a change, with its error bar", (steps, count) => {
    const components = componentsOf({ clip: 3, margin: 0 }).slice(0, count);
    const normal = normalFrom(seededRandom(3));
    const runs = 20_000;
    const ends = Array.from({ length: runs }, () => {
      const state = freshDetector(components, 0);
      for (let step = 1; step <= steps; step += 1) {
        const score = Math.max(-3, Math.min(3, normal()));
        stepDetector(state, components, { up: score, down: score, plain: score }, step);
      }
      return state.sums;
    });
    for (const [index, { kind }] of components.entries()) {
      const excess = ends.map((sums) => (sums[index] ?? 0) - steps);
      const mean = excess.reduce((sum, value) => sum + value, 0) / runs;
      const error = Math.sqrt(excess.reduce((sum, value) => sum + value ** 2, 0)) / runs;
      expect(Math.abs(mean), `${kind} ${index}`).toBeLessThan(4 * error);
    }
  });

  test("second opinion by brute force: sums and CUSUMs over every possible beginning", () => {
    const components = componentsOf({ clip: 3, margin: 0.02 });
    const normal = normalFrom(seededRandom(8));
    const scores = Array.from({ length: 60 }, (_, index) => Math.max(-3, Math.min(3, normal() + (index > 40 ? 1 : 0))));
    const state = freshDetector(components, 0);
    for (const [index, score] of scores.entries()) {
      stepDetector(state, components, { up: score, down: score, plain: score }, index + 1);
    }
    for (const [index, component] of components.entries()) {
      const since = scores.map((_, from) => scores.slice(from).reduce((sum, score) => sum + logE(component, score), 0));
      expect(state.sums[index]).toBeCloseTo(
        since.reduce((sum, value) => sum + Math.exp(value), 0),
        6,
      );
      expect(state.cusums[index]).toBeCloseTo(Math.max(0, ...since), 8);
      const best = Math.max(...since);
      if (best > 0) expect(state.sinceMs[index]).toBe(since.indexOf(best));
    }
  });
});
