import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalFrom } from "../../../bench/detection/series.ts";
import { blocksOfLevel } from "../../../src/judgement/drift/learn/clean.ts";
import { seededRandom } from "../../../src/std/seeded-random.ts";
import { robustSpread } from "../../../src/std/statistics.ts";

const normal = normalFrom(seededRandom(2));
const noises = Array.from({ length: 100 }, () => 0.01 * normal());
const noise = (index: number): number => noises[index]!;
/** Blocks that lie on one level after the other, with a little noise. */
const levelsOf = (...parts: readonly (readonly [count: number, height: number])[]): number[] =>
  parts.flatMap(([count, height]) => Array.from({ length: count }, () => height)).map((it, at) => it + noise(at));
const dropped = (levels: readonly number[]): number[] =>
  blocksOfLevel(levels).flatMap((isKept, index) => (isKept ? [] : [index]));
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

describe("what does not belong to the level of a baseline", () => {
  test("a disturbance of less than a day, wherever it is, goes with a peer on each side", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 55 }),
        fc.double({ min: 0.5, max: 3, noNaN: true }),
        fc.constantFrom(1, -1),
        (length, at, height, sign) => {
          // At its end it can't be told from the beginning of another level, and the older level is the newest of a day.
          const from = Math.min(at, 60 - length);
          const levels = levelsOf([from, 0], [length, sign * height], [60 - from - length, 0]);
          expect(dropped(levels)).toEqual(range(Math.max(0, from - 1), Math.min(60, from + length + 1)));
        },
      ),
    );
  });

  test("less than three spreads, or hardly more than chance, is no disturbance", () => {
    const quiet = levelsOf([60, 0]);
    const spread = robustSpread(quiet.slice(1).map((value, index) => value - quiet[index]!)) / Math.SQRT2;
    // Wherever zero is.
    const first = (spreads: number): number[] => dropped([spreads * spread, ...quiet.slice(1)].map((it) => it + 7));
    expect([2.5, 3.3].map(first)).toEqual([[], []]);
    // Nor is it in what another one has left.
    const both = [3.3 * spread, ...quiet.slice(1, 40), 1, 1, 1, ...quiet.slice(43)].map((it) => it + 7);
    expect(dropped(both)).toEqual(range(39, 44));
    expect([3.8, 10].map(first)).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  test("what a wandering series does by itself is its own; what goes beyond is not", () => {
    const wander = (height: number): number[] =>
      range(0, 80).map((at) => (at >= 40 && at < 43 ? height : Math.sin((2 * Math.PI * at) / 40)) + noise(at));
    expect(dropped(range(0, 80).map((at) => Math.sin((2 * Math.PI * at) / 40) + noise(at)))).toEqual([]);
    expect(dropped(wander(4))).toEqual(range(39, 44));
  });

  test("too few blocks, or blocks that are all the same, say nothing", () => {
    expect(dropped(levelsOf([3, 1], [8, 0]))).toEqual([]);
    expect(dropped(levelsOf([4, 1], [8, 0]))).toEqual(range(0, 5));
    const constant = range(0, 40).map((at) => (at >= 20 && at < 23 ? 1 : 0));
    expect(dropped(constant)).toEqual([]);
  });
});

describe("which level is the baseline's", () => {
  test("the newest of a day or more in less than five days; then of more than a weekend", () => {
    expect(dropped(levelsOf([19, 0], [10, 1]))).toEqual(range(0, 20));
    expect(dropped(levelsOf([20, 0], [10, 1]))).toEqual(range(19, 30));
    expect(dropped(levelsOf([25, 0], [15, 1]))).toEqual(range(0, 26));
    expect(dropped(levelsOf([26, 0], [14, 1]))).toEqual(range(25, 40));
  });

  test("never one of which less than a day would be left", () => {
    expect(dropped(levelsOf([13, 0], [7, 1]))).toEqual(range(0, 14));
    expect(dropped(levelsOf([14, 0], [6, 1]))).toEqual([]);
    // Five blocks are no level, however new.
    expect(dropped(levelsOf([15, 0], [5, 1]))).toEqual(range(14, 20));
  });

  test("days that differ by less than half and come after it are the series' own, as weekends are", () => {
    const week = (ratio: number, days = 2) => levelsOf([30, 0], [6 * days, Math.log(ratio)], [30, 0]);
    expect(dropped(week(1.45))).toEqual([]);
    expect(dropped(week(1 / 1.45))).toEqual([]);
    expect(dropped(week(1.6))).toEqual(range(29, 43));
    expect(dropped(week(1.45, 1))).toEqual([]);
    // Not a whole day: a disturbance.
    expect(dropped(levelsOf([30, 0], [5, Math.log(1.45)], [30, 0]))).toEqual(range(29, 36));
    // And what was before the first level was another one; less than a day is no level yet.
    expect(dropped(levelsOf([12, Math.log(1.45)], [12, -Math.log(1.45)], [30, 0]))).toEqual(range(0, 25));
    expect(dropped(levelsOf([3, 0], [12, Math.log(1.45)], [30, 0]))).toEqual(range(2, 16));
    expect(dropped(levelsOf([12, Math.log(1.45)], [30, 0]))).toEqual(range(0, 13));
    expect(dropped(levelsOf([3, 1], [12, Math.log(1.45)], [30, 0]))).toEqual(range(0, 16));
  });
});
