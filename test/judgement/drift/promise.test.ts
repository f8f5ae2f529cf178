import fc from "fast-check";
import { expect, test } from "vitest";
import { scenarios, seriesOf } from "../../../bench/detection/series.ts";
import { latencyJudge } from "../../../src/judgement/drift/level/latency.ts";
import { inForce } from "../../../src/judgement/drift/group/promise.ts";
import type { JudgePolicy } from "../../../src/probe/probe.ts";
import { everyMs, followSeries, policy } from "./followed-series.ts";

const ofFleet: JudgePolicy = { ...policy, drift: { ...policy.drift, falsePagesOf: "fleet" } };
const fleetOf = (pagingSeries: number) => ({ pagingSeries, dailyMs: 0 });
const everyOf = (pagingSeries: number, by = ofFleet): number =>
  inForce(by, fleetOf(pagingSeries)).drift.falsePageEveryMs;
const counts = fc.integer({ min: 1, max: 100_000 });
const promises = fc.integer({ min: 1, max: 400 * 86_400_000 });

test("all series of a fleet together are wrong once in the time of its promise", () => {
  fc.assert(
    fc.property(counts, promises, (series, falsePageEveryMs) => {
      const by = { ...ofFleet, drift: { ...ofFleet.drift, falsePageEveryMs } };
      const { drift, ...rest } = inForce(by, fleetOf(series));
      expect((series * falsePageEveryMs) / drift.falsePageEveryMs).toBeCloseTo(1, 9);
      expect(drift.shared).toEqual({ everyMs: falsePageEveryMs, pagingSeries: series });
      // Nothing else of the policy is touched, nor the one that was given.
      expect({ ...rest, drift: { ...drift, falsePageEveryMs, shared: undefined } }).toEqual(by);
      expect(by.drift.falsePageEveryMs).toBe(falsePageEveryMs);
    }),
  );
});

test("more series never make the promise of one weaker, and each one more makes it stronger", () => {
  fc.assert(
    fc.property(counts, counts, (one, other) => {
      expect(Math.sign(everyOf(one) - everyOf(other))).toBe(Math.sign(one - other));
    }),
  );
});

test("one series, none yet, or none counted yet: the promise as it was given", () => {
  const given = policy.drift.falsePageEveryMs;
  expect([everyOf(1), everyOf(0), inForce(ofFleet, undefined).drift.falsePageEveryMs]).toEqual([given, given, given]);
});

test("a promise of each series is what it says, however many there are", () => {
  for (const falsePagesOf of ["series", undefined] as const) {
    const by = { ...policy, drift: { ...policy.drift, falsePagesOf } };
    fc.assert(fc.property(counts, (series) => inForce(by, fleetOf(series)) === by));
  }
});

test("the larger the fleet, the later the same move is told, and by little", () => {
  const all = scenarios.find(({ name }) => name === "all") ?? scenarios[0]!;
  const delayIn = (fleet: number): number => {
    const followed = followSeries(latencyJudge, "total time", undefined, inForce(ofFleet, fleetOf(fleet)));
    const next = seriesOf(all, everyMs, 11);
    for (let run = 0; run < 8 * 1440; run += 1) followed.run({ totalMs: next().value });
    for (let run = 1; run < 1000; run += 1) {
      const { ruling } = followed.run({ totalMs: next().value * 1.5 }).output;
      if (ruling.outcome === "bad" && ruling.findings[0]?.severity === "risky") return run;
    }
    return Infinity;
  };
  const delays = [1, 10, 100, 1000, 10_000].map(delayIn);
  expect(delays).toEqual(delays.toSorted((a, b) => a - b));
  expect(delays[3]).toBeGreaterThan(delays[0]!);
  expect(delays[3]).toBeLessThan(2 * delays[0]!);
});
