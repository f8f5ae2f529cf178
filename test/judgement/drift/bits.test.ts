import { describe, expect, test } from "vitest";
import { bitOf, neverSeenBound, stepBit, upperBound } from "../../../src/judgement/drift/rate/bits.ts";
import { type Rate, freshErrorBits, stepErrors } from "../../../src/judgement/drift/rate/error-bits.ts";
import { seededRandom } from "../../../src/std/seeded-random.ts";

const halfYear = 259_200;

describe("chances", () => {
  test("upper bounds: closed forms for none, tables for some", () => {
    expect(upperBound(0, 60)).toBeCloseTo(1 - 0.05 ** (1 / 60), 10);
    expect(upperBound(1, 100)).toBeCloseTo(0.04656, 4);
    expect(upperBound(14, 1440)).toBeCloseTo(0.0151, 3);
    expect(upperBound(5, 5)).toBe(1);
    expect(neverSeenBound(1440)).toBeCloseTo(4.6 / 1441, 4);
  });

  test("a bit is worth 1 on average at its bound, and less below it", () => {
    for (const usual of [0.001, 0.02, 0.3]) {
      for (const p of [usual, usual / 2, 0]) {
        const mean = (state: number[]): number => {
          const [hit, miss] = [[...state], [...state]];
          return p * stepBit(hit, bitOf(usual), true) + (1 - p) * stepBit(miss, bitOf(usual), false);
        };
        expect(mean([])).toBeLessThanOrEqual(1 + 1e-9);
        if (p === usual) expect(mean([])).toBeCloseTo(1, 9);
      }
    }
  });
});

describe("error rate", () => {
  test("decades without an error are no alarm", () => {
    const state = freshErrorBits(0);
    const clean: Rate = { n: 50_000_000, k: 0, fromMs: 0, toMs: 300_000_000_000 };
    for (let run = 1; run < 3 * halfYear; run += 1) {
      if (stepErrors(state, clean, run * 60_000, false, halfYear)) throw new Error(`told at run ${run}`);
    }
  });

  const usual: Rate = { n: 1440, k: 14, fromMs: 0, toMs: 86_400_000 };
  const runsUntil = (rate: number, seed: number, limit: number): number => {
    const random = seededRandom(seed);
    const state = freshErrorBits(0);
    for (let run = 1; run <= limit; run += 1) {
      if (stepErrors(state, usual, run * 60_000, random() < rate, halfYear)) return run;
    }
    return Infinity;
  };
  const median = (rate: number): number =>
    Array.from({ length: 41 }, (_, seed) => runsUntil(rate, seed + 1, 20_000)).toSorted((a, b) => a - b)[20] ?? 0;

  test("raised rates are found about as fast as is known to be possible", () => {
    expect(median(0.1)).toBeLessThan(110);
    expect(median(0.2)).toBeLessThan(40);
    expect(median(0.5)).toBeLessThan(12);
    expect(median(1)).toBeLessThan(6);
  });

  test("the usual rate, and a somewhat higher one within the bound, are not told", () => {
    const notified = Array.from({ length: 5 }, (_, seed) => runsUntil(0.01, seed + 50, halfYear));
    expect(notified.filter(Number.isFinite)).toHaveLength(0);
  });

  test("it ends when the failures end", () => {
    const state = freshErrorBits(0);
    for (let run = 1; run <= 10; run += 1) stepErrors(state, usual, run * 60_000, true, halfYear);
    expect(state.held).toBeDefined();
    let run = 11;
    while (stepErrors(state, usual, run * 60_000, false, halfYear)) run += 1;
    expect(run).toBeLessThan(30);
    expect(state.held).toBeUndefined();
  });
});
