import { describe, expect, test } from "vitest";
import { budgetOf, burnFinding, type Counted, windowsOf } from "../../../src/judgement/spend/slo.ts";
import type { Objective } from "../../../src/probe/target.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const objective: Objective = { kind: "availability", share: 0.99, windowMs: 30 * dayMs };
const windows = (...counts: readonly [number, number, number][]): ReadonlyMap<number, Counted> =>
  new Map(counts.map(([length, bad, runs]) => [length, { bad, runs }]));

describe("the error budget of a target", () => {
  test.each([
    ["an hour at 15 times, and still so", windows([hourMs, 9, 60], [5 * minuteMs, 1, 5]), "breaking"],
    ["an hour at 15 times that is over", windows([hourMs, 9, 60], [5 * minuteMs, 0, 5]), undefined],
    ["six hours at 7 times, and still so", windows([6 * hourMs, 25, 360], [30 * minuteMs, 2, 30]), "breaking"],
    ["three days just over what may be", windows([3 * dayMs, 50, 4320], [6 * hourMs, 5, 360]), "risky"],
    ["three days just below it", windows([3 * dayMs, 40, 4320], [6 * hourMs, 5, 360]), undefined],
    [
      "three days over it, and the last six hours good",
      windows([3 * dayMs, 50, 4320], [6 * hourMs, 0, 360]),
      undefined,
    ],
    ["five bad of nineteen runs", windows([hourMs, 5, 19], [5 * minuteMs, 1, 2]), undefined],
    // Probes every quarter of an hour: one or two bad runs are no burn rate.
    ["one of four runs", windows([hourMs, 1, 4], [5 * minuteMs, 1, 1]), undefined],
    ["two of twenty-four runs", windows([6 * hourMs, 2, 24], [30 * minuteMs, 1, 2]), undefined],
    ["nothing was run", new Map(), undefined],
  ] as const)("%s", (_name, counted, severity) => {
    expect(burnFinding(objective, counted)?.severity).toBe(severity);
  });

  test("says what it is about", () => {
    const finding = burnFinding(objective, windows([hourMs, 9, 60], [5 * minuteMs, 1, 5]));
    expect(finding).toMatchObject({
      kind: "budget",
      subject: "error budget: availability",
      expected: "99 % of runs within 30 days",
      observed: "9 of 60 runs bad in an hour: 15.0 times what may be",
    });
  });

  test.each([
    [0, 10_000, 1],
    [50, 10_000, 0.5],
    [100, 10_000, 0],
    [150, 10_000, -0.5],
    [0, 0, 1],
  ])("%d bad of %d runs leave %d of it", (bad, runs, left) => {
    expect(budgetOf("mini", objective, windows([objective.windowMs, bad, runs])).left).toBe(left);
  });

  test("every window is asked for once", () => {
    expect(windowsOf({ ...objective, windowMs: 3 * dayMs })).toHaveLength(6 - 1);
  });
});
