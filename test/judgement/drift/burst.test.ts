import { describe, expect, test } from "vitest";
import {
  asksForMore,
  beginBurst,
  freshBurst,
  joinBurst,
  resemblanceOf,
  worthOf,
} from "../../../src/judgement/drift/level/burst.ts";
import { normalFrom } from "../../../bench/detection/series.ts";
import { seededRandom } from "../../../src/std/seeded-random.ts";

/** Runs of the schedule, each asked again once after a far score. */
function learned(alike: number, runs: number) {
  const normal = normalFrom(seededRandom(3));
  const burst = freshBurst();
  for (let run = 0; run < runs; run += 1) {
    const score = normal();
    beginBurst(burst, score, 0, 1);
    if (score > 1.5) joinBurst(burst, alike * score + Math.sqrt(1 - alike ** 2) * normal(), 0);
  }
  return burst;
}

describe("how much a run resembles the one it follows", () => {
  test("is taken for much until it was measured", () => {
    expect(resemblanceOf(freshBurst())).toBe(0.5);
  });

  test.each([0, 0.3, 0.9])("is measured, although only far runs are asked again: %f", (alike) => {
    expect(resemblanceOf(learned(alike, 20_000))).toBeCloseTo(alike, 1);
  });

  test("is not read from single outliers", () => {
    const burst = freshBurst();
    for (let run = 0; run < 100; run += 1) {
      beginBurst(burst, 8, 0, 1);
      joinBurst(burst, 0, 0);
    }
    expect(resemblanceOf(burst)).toBe(0.5);
  });
});

test("what copies the run before it adds nothing, and independent runs count in full", () => {
  for (const [alike, rest, worth] of [
    [0.95, 0.2, 1],
    [0, 2, 3],
  ] as const) {
    const burst = learned(alike, 20_000);
    beginBurst(burst, 2, 0.6, 1);
    for (let extra = 0; extra < 2; extra += 1) joinBurst(burst, 2, 0.6);
    expect(Math.abs(joinBurst(burst, 2, 0.6) - rest)).toBeLessThan(0.3);
    expect(worthOf(burst)).toBe(worth);
  }
});

describe("the budget", () => {
  test("of a series that looks suspicious at every run is one in fifty runs, and three at first", () => {
    const burst = freshBurst();
    let asked = 0;
    for (let run = 0; run < 10_000; run += 1) {
      beginBurst(burst, 3, 0, 1);
      while (asksForMore(burst, 3, 0)) {
        asked += 1;
        joinBurst(burst, 3, 0);
      }
    }
    expect(asked).toBeGreaterThan(195);
    expect(asked).toBeLessThanOrEqual(203);
  });

  test("is shared by the calls of a run", () => {
    const burst = freshBurst();
    for (let run = 0; run < 100; run += 1) beginBurst(burst, 0, 0, 2);
    expect(burst.credit).toBeCloseTo(4);
  });

  test("ends a burst at twelve, or as soon as the runs in it are as usual", () => {
    const burst = { ...freshBurst(), credit: 30 };
    beginBurst(burst, 3, 0, 1);
    let asked = 0;
    for (; asksForMore(burst, 3, 0); asked += 1) joinBurst(burst, 3, 0);
    expect(asked).toBe(12);
    beginBurst(burst, 3, 0, 1);
    expect(asksForMore(burst, 3, 0)).toBe(true);
    joinBurst(burst, 0.1, 0);
    expect(asksForMore(burst, 3, 0)).toBe(false);
  });

  test("keeps some for what is farther away", () => {
    const burst = { ...freshBurst(), credit: 5 };
    beginBurst(burst, 2.3, 0, 1);
    expect(asksForMore(burst, 2.3, 0)).toBe(false);
    expect(asksForMore(burst, 2.7, 0)).toBe(true);
    expect(asksForMore(burst, 1, 1500)).toBe(true);
  });
});
