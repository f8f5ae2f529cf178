import { describe, expect, test } from "vitest";
import {
  asksForMore,
  beginBurst,
  extraShare,
  freshBurst,
  joinBurst,
  resemblanceOf,
  worthOf,
} from "../../../src/judgement/drift/level/burst.ts";
import { normalFrom } from "../../../bench/detection/series.ts";
import { seededRandom } from "../../../src/std/seeded-random.ts";

const everyMs = 900_000;
const both = (score: number) => ({ plain: score, up: score });

/** Runs of the schedule, each asked again once after a far score. */
function learned(alike: number, runs: number) {
  const normal = normalFrom(seededRandom(3));
  const burst = freshBurst(everyMs, 1);
  for (let run = 0; run < runs; run += 1) {
    const score = normal();
    beginBurst(burst, both(score), 0, 1);
    if (score > 1.5) joinBurst(burst, both(alike * score + Math.sqrt(1 - alike ** 2) * normal()), 0, 0);
  }
  return burst;
}

describe("how much a run resembles the one it follows", () => {
  test("is taken for much until it was measured", () => {
    expect(resemblanceOf(freshBurst(everyMs, 1))).toBe(0.5);
  });

  test.each([0, 0.3, 0.9])("is measured, although only far runs are asked again: %f", (alike) => {
    expect(resemblanceOf(learned(alike, 20_000))).toBeCloseTo(alike, 1);
  });

  test("is not read from single outliers, nor from a change", () => {
    const burst = freshBurst(everyMs, 1);
    for (const [score, evidence] of [
      [8, 0],
      [2.5, 5000],
    ] as const) {
      for (let run = 0; run < 100; run += 1) {
        beginBurst(burst, both(score), 0, 1);
        joinBurst(burst, both(2), 0, evidence);
      }
    }
    expect(resemblanceOf(burst)).toBe(0.5);
  });
});

test("what copies the run before it adds nothing, and independent runs count in full", () => {
  for (const [alike, share, worth] of [
    [0.95, 0, 1],
    [0, 1, 3],
  ] as const) {
    const burst = learned(alike, 20_000);
    beginBurst(burst, both(2), 0.6, 1);
    for (let extra = 0; extra < 2; extra += 1) joinBurst(burst, both(2), 0.6, 0);
    expect(Math.abs(joinBurst(burst, both(2), 0.6, 0).share - share)).toBeLessThan(0.2);
    expect(worthOf(burst)).toBe(worth);
  }
});

test("while nothing changes, what is left of a run in a burst is standard normal", () => {
  const alike = 0.5;
  const normal = normalFrom(seededRandom(5));
  const rests: number[] = [];
  for (let round = 0; round < 4000; round += 1) {
    const burst = freshBurst(everyMs, 1);
    const common = Math.sqrt(alike) * normal();
    const next = () => both(common + Math.sqrt(1 - alike) * normal());
    beginBurst(burst, next(), 0, 1);
    for (let extra = 0; extra < 5; extra += 1) rests.push(joinBurst(burst, next(), 0, 5000).score);
  }
  const mean = rests.reduce((sum, rest) => sum + rest, 0) / rests.length;
  const variance = rests.reduce((sum, rest) => sum + (rest - mean) ** 2, 0) / rests.length;
  expect(Math.abs(mean)).toBeLessThan(0.03);
  expect(Math.abs(variance - 1)).toBeLessThan(0.04);
});

describe("the budget", () => {
  test("of a series that looks suspicious at every run is one in fifty runs of a year", () => {
    const burst = freshBurst(everyMs, 1);
    const year = 35_040;
    let asked = 0;
    for (let run = 0; run < year; run += 1) {
      beginBurst(burst, both(3), 0, 1);
      while (asksForMore(burst, 1e9)) {
        asked += 1;
        joinBurst(burst, both(3), 0, 0);
      }
    }
    expect(asked).toBeGreaterThan(0.016 * year);
    expect(asked).toBeLessThanOrEqual(extraShare * year);
  });

  test("is shared by the calls of a run", () => {
    const burst = freshBurst(everyMs, 2);
    const { credit } = burst;
    for (let run = 0; run < 100; run += 1) beginBurst(burst, both(0), 0, 2);
    expect(burst.credit - credit).toBeCloseTo(0.85);
    expect(freshBurst(40 * everyMs, 2).credit).toBeCloseTo(freshBurst(40 * everyMs, 1).credit / 2);
  });

  test("ends a burst at twelve runs, and sooner where they are alike", () => {
    for (const [alike, most] of [
      [0, 12],
      [0.6, 5],
      [0.95, 1],
    ] as const) {
      const burst = { ...learned(alike, 20_000), credit: 60 };
      beginBurst(burst, both(3), 0, 1);
      let asked = 0;
      for (; asksForMore(burst, 1e9); asked += 1) joinBurst(burst, both(3), 0, 5000);
      expect(asked).toBeLessThanOrEqual(most);
      expect(asked).toBeGreaterThanOrEqual(most - 1);
    }
  });

  test("ends it as soon as the evidence is gone, and asks for more of it the less credit is left", () => {
    const burst = { ...freshBurst(everyMs, 1), credit: 30 };
    beginBurst(burst, both(3), 0, 1);
    expect(asksForMore(burst, 30)).toBe(false);
    expect(asksForMore(burst, 50)).toBe(true);
    expect(asksForMore({ ...burst, credit: 6 }, 500)).toBe(false);
    expect(asksForMore({ ...burst, credit: 6 }, 1500)).toBe(true);
  });
});
