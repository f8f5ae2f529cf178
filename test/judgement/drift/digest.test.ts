import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scenarios, seriesOf } from "../../../bench/detection/series.ts";
import { dayEvidence, falseDays, standOut } from "../../../src/judgement/drift/group/digest.ts";
import { latencyJudge } from "../../../src/judgement/drift/level/latency.ts";
import { seededRandom } from "../../../src/std/seeded-random.ts";
import { dayMs, everyMs, followSeries, policy } from "./followed-series.ts";

const named = (evidence: readonly number[]): readonly number[] => standOut(evidence, (one) => one);

describe("what stands out of all series", () => {
  test.each([
    { evidence: [], out: [] },
    { evidence: [9.99], out: [] },
    { evidence: [10], out: [10] },
    // One of forty needs four hundred; two need two hundred each.
    { evidence: [399, ...Array.from({ length: 39 }, () => 1)], out: [] },
    { evidence: [400, ...Array.from({ length: 39 }, () => 1)], out: [400] },
    { evidence: [201, 200, ...Array.from({ length: 38 }, () => 1)], out: [201, 200] },
    { evidence: [1, 5000, 199, 1, 210, ...Array.from({ length: 35 }, () => 0)], out: [5000, 210, 199] },
    { evidence: [10, 10, 10], out: [10, 10, 10] },
  ])("of $evidence: $out", ({ evidence, out }) => {
    expect(named(evidence)).toEqual(out);
  });

  test("it is the largest set in which each has all / (size × share), as trying every size finds", () => {
    const evidence = fc.array(
      fc.oneof(fc.constantFrom(0, 1, 10, 20, 50, 100), fc.double({ min: 0, max: 1e4, noNaN: true })),
    );
    fc.assert(
      fc.property(evidence, (all) => {
        let most: readonly number[] = [];
        for (let size = 1; size <= all.length; size += 1) {
          const enough = all.filter((one) => one * size * falseDays >= all.length);
          if (enough.length >= size) most = enough;
        }
        expect([...named(all)]).toEqual([...most].toSorted((a, b) => b - a));
      }),
    );
  });

  test("what has not been judged, or is no number, is no evidence", () => {
    const day = { fromMs: 0, sums: [] };
    const evidence = [
      [0, 0],
      [0, 5],
      [10, Number.NaN],
      [4, 10],
    ].map(([samples = 0, total = 0]) => dayEvidence({ ...day, samples, total }));
    expect(evidence).toEqual([0, 0, 0, 2.5]);
  });
});

/** Bets on a level that is higher by half a deviation, on samples whose level has not changed. */
function dayOf(samples: number, sample: () => number): number {
  let total = 0;
  for (let n = 0; n < samples; n += 1) total = (1 + total) * Math.exp(0.5 * sample() - 0.125);
  return dayEvidence({ fromMs: 0, samples, sums: [total], total });
}

test("days on which nothing has changed name something seldom enough, also when all series swing together", () => {
  const random = seededRandom(5);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const [days, series, samples] = [2000, 10, 96];
  for (const isShared of [false, true]) {
    let falsely = 0;
    for (let each = 0; each < days; each += 1) {
      const swings = Array.from({ length: samples }, normal);
      const evidence = Array.from({ length: series }, () => {
        const all = swings.values();
        return dayOf(samples, () => 0.8 * normal() + 0.6 * (isShared ? all.next().value! : normal()));
      });
      if (named(evidence).length > 0) falsely += 1;
    }
    const error = Math.sqrt((falseDays * (1 - falseDays)) / days);
    expect(falsely / days).toBeLessThan(falseDays + 3 * error);
    expect(falsely).toBeGreaterThan(0);
  }
});

test("the evidence of the real judge's days is at most 1 on average while nothing changes, and large once it does", () => {
  const perDay = dayMs / everyMs;
  const worst = scenarios.find(({ name }) => name === "all") ?? scenarios[0]!;
  const evidenceOf = (seed: number, factor: number, days: number): number[] => {
    const by = { ...policy, latencyFloorRatio: 1.05 };
    const followed = followSeries(latencyJudge, "total time", undefined, by);
    const next = seriesOf(worst, everyMs, seed);
    const run = (times: number, dailyMs = 0): void => {
      for (let n = 0; n < perDay; n += 1) followed.run({ totalMs: next().value * times }, dailyMs);
    };
    for (let day = 0; day < 8; day += 1) run(1);
    return Array.from({ length: days }, () => {
      run(factor, followed.slotMs);
      return dayEvidence(followed.memory!.reading!.day);
    });
  };
  const quiet = [1, 2, 3, 4].flatMap((seed) => evidenceOf(seed, 1, 12));
  expect(quiet.reduce((sum, one) => sum + one, 0) / quiet.length).toBeLessThan(1);
  expect(quiet.filter((one) => one > 0)).toHaveLength(quiet.length);
  expect(named([...evidenceOf(5, 1.2, 1), ...quiet.slice(0, 7)])).toHaveLength(1);
});
