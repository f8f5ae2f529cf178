import { describe, expect, test } from "vitest";
import { freshCategories, readCategories, stepCategories } from "../../../src/judgement/drift/counts/categories.ts";
import {
  type Counts,
  countIn,
  isVaried,
  noCounts,
  readCounts,
  usualShare,
} from "../../../src/judgement/drift/counts/counts.ts";
import type { Json } from "../../../src/std/json.ts";
import { seededRandom } from "../../../src/std/seeded-random.ts";

const [hourMs, dayMs] = [3_600_000, 86_400_000];
const everyMs = 300_000;
const halfYear = (180 * dayMs) / everyMs;
const wave = (atMs: number): number => Math.sin((2 * Math.PI * atMs) / dayMs);

type Draw = (random: () => number, atMs: number) => string;
const alternating =
  (share: number): Draw =>
  (random) =>
    random() < share ? "10" : "9";

/** Days of a series' values, counted. */
function counted(draw: Draw, days: number, seed = 1): Counts {
  const random = seededRandom(seed);
  let counts = noCounts;
  for (let atMs = 0; atMs < days * dayMs; atMs += everyMs) counts = countIn(counts, draw(random, atMs), atMs);
  return counts;
}

/** What is told in the runs after a baseline, run by run. */
function notified(known: Counts, draw: Draw, runs: number, state = freshCategories(), seed = 2) {
  const random = seededRandom(seed);
  return Array.from({ length: runs }, (_, run) => {
    const held = stepCategories(state, known, draw(random, run * everyMs), halfYear);
    return held && { ...held };
  });
}

const firstNotified = (known: Counts, draw: Draw, runs = 1000): number =>
  notified(known, draw, runs).findIndex(Boolean) + 1;

describe("a value never seen before", () => {
  const constant = (n: number): Counts => ({ n, counts: { "13": n } });

  test("is told after 3 runs, or 2 where it was long constant", () => {
    expect(firstNotified(constant(1440), () => "425")).toBe(3);
    expect(firstNotified(constant(20_160), () => "425")).toBe(2);
    expect(firstNotified(constant(60), () => "425")).toBeLessThan(8);
  });

  test("is told as well where one of several values is nearly all of them", () => {
    const known = counted(alternating(0.02), 14);
    expect(firstNotified(known, () => "425")).toBeLessThan(5);
  });

  test("stays told while it is half of all runs, under its own name, and ends when it no longer comes", () => {
    const state = freshCategories();
    const half = notified(constant(1440), (random) => (random() < 0.5 ? "13" : "425"), 300, state);
    const from = half.findIndex(Boolean);
    expect(from).toBeGreaterThanOrEqual(0);
    expect(half.slice(from).every((held) => held?.value === "425")).toBe(true);
    expect(notified(constant(1440), () => "13", 20, state).at(-1)).toBeUndefined();
  });

  test("is over after three runs without it where it came every time, even where little is known", () => {
    for (const n of [30, 1440]) {
      const state = freshCategories();
      notified(constant(n), () => "425", 12, state);
      expect(notified(constant(n), () => "13", 5, state).map(Boolean)).toEqual([true, true, false, false, false]);
    }
  });

  test("decades of the same value are no alarm", () => {
    const state = freshCategories();
    const known = constant(50_000_000);
    for (let run = 0; run < 3 * halfYear; run += 1) {
      if (stepCategories(state, known, "13", halfYear) !== undefined) throw new Error(`told at run ${run}`);
    }
  });
});

describe("known values in other proportions", () => {
  test("as ever are fine; others are told once, until they are as ever again", () => {
    const known = counted(alternating(0.3), 7);
    const state = freshCategories();
    expect(notified(known, alternating(0.3), 20_000, state).some(Boolean)).toBe(false);
    const moved = notified(known, alternating(0.8), 400, state);
    const from = moved.findIndex(Boolean);
    expect(moved[from]).toMatchObject({ kind: "frequency", value: "10" });
    expect(moved.slice(from).every(Boolean)).toBe(true);
    expect(notified(known, alternating(0.3), 200, state).at(-1)).toBeUndefined();
  });

  const kinds: readonly (readonly [string, Draw])[] = [
    ["a cache that is hit by day", (random, atMs) => (random() < 0.5 + 0.4 * wave(atMs) ? "1024" : "0")],
    [
      "a gateway that stays with a provider for six hours",
      (_, atMs) => (atMs % (12 * hourMs) < 6 * hourMs ? "9" : "10"),
    ],
    ["shares that wave", (random, atMs) => (random() < 0.5 + 0.3 * wave(atMs) ? "9" : "10")],
  ];
  test.each(kinds)("%s is not told in half a year", (_, draw) => {
    for (const seed of [3, 4, 5]) {
      expect(notified(counted(draw, 14, seed), draw, halfYear, freshCategories(), seed + 50).some(Boolean)).toBe(false);
    }
  });

  test("are not judged before a day has shown how they differ", () => {
    const [young, grown] = [counted(alternating(0.3), 0.9), counted(alternating(0.3), 1.1)];
    expect(usualShare(young, "10")).toBeUndefined();
    expect(usualShare(grown, "10")).toBeLessThan(0.5);
    expect(notified(young, alternating(0.9), 500).some(Boolean)).toBe(false);
    expect(notified(grown, alternating(0.9), 500).some(Boolean)).toBe(true);
  });

  test("what chance makes of shares does not widen them", () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      expect(usualShare(counted(alternating(0.3), 14, seed), "10")).toBeLessThan(0.36);
    }
  });
});

test("what differs nearly every time varies by itself", () => {
  let counts = noCounts;
  for (let value = 0; value < 100; value += 1) counts = countIn(counts, String(value), value);
  expect(isVaried(counts)).toBe(true);
  expect(Object.keys(counts.counts)).toHaveLength(64);
  expect(isVaried({ n: 60, counts: { "13": 60 } })).toBe(false);
});

describe("stored", () => {
  const stored = (kept: unknown): Json => JSON.parse(JSON.stringify(kept)) as Json;

  test("counts and states come back as they were", () => {
    const counts = counted(alternating(0.3), 3);
    expect(readCounts(stored(counts))).toEqual(counts);
    const state = freshCategories();
    notified(counts, () => "11", 10, state);
    expect(state.held).toBeDefined();
    expect(readCategories(stored(state))).toEqual(state);
  });

  test.each([
    { n: 1 },
    { n: "1", counts: {} },
    { n: 1, counts: { a: "1" } },
    { n: 1, counts: {}, blocks: {} },
    { n: 1, counts: {}, blocks: { finished: 1, inverse: 1, shares: {}, squares: {}, open: { fromMs: 0, n: 1 } } },
  ])("damaged counts are none: %j", (damaged) => expect(readCounts(stored(damaged))).toBeUndefined());

  test.each([{ sums: [["x"]] }, { sums: {} }, { sums: [], held: { kind: "new", value: 3, rate: 1, back: 0 } }])(
    "a damaged state is none: %j",
    (damaged) => expect(readCategories(stored(damaged))).toBeUndefined(),
  );
});

test("how the share differs by the time of day is kept from the second value on: one has all of it", () => {
  const one = countIn(countIn(noCounts, "9", 0), "9", everyMs);
  expect(one).toEqual({ n: 2, counts: { "9": 2 } });
  expect(countIn(one, "10", 2 * everyMs).blocks).toBeDefined();
});
