import { describe, expect, test } from "vitest";
import { scenarios, seriesOf } from "../../../bench/detection/series.ts";
import type { SeriesMemory } from "../../../src/baseline/baseline.ts";
import { describeMove } from "../../../src/judgement/drift/level/describe-move.ts";
import { errorRateJudge } from "../../../src/judgement/drift/rate/error-rate.ts";
import { latencyJudge } from "../../../src/judgement/drift/level/latency.ts";
import { dayMs, everyMs, followSeries } from "./followed-series.ts";

const perDay = dayMs / everyMs;

describe("how far a series has moved", () => {
  test("a time, found and only suspected", () => {
    const followed = followSeries(latencyJudge, "total time");
    const next = seriesOf(scenarios.find(({ name }) => name === "all") ?? scenarios[0]!, everyMs, 3);
    for (let run = 0; run < 8 * perDay; run += 1) followed.run({ totalMs: next().value });
    const slower = (): SeriesMemory => {
      followed.run({ totalMs: next().value * 2 });
      return followed.memory!;
    };
    let memory = slower();
    while ((memory.reading?.up ?? 0) < 1000) memory = slower();
    expect(memory.reading?.held).toBeNull();
    expect(describeMove(memory).observed).toContain(", since ");
    while (memory.reading?.held !== "up") memory = slower();
    const { expected, observed, ratio } = describeMove(memory);
    expect(expected).toMatch(/^[\d.]+ m?s$/);
    expect(observed).toMatch(/^[\d.]+ m?s \(×[\d.]+, 95 % interval ×[\d.]+ to ×[\d.]+\), since \d{4}-/);
    expect(ratio).toBeGreaterThan(1.6);
    expect(ratio).toBeLessThan(2.4);
  });

  test("a share of runs that fail", () => {
    const followed = followSeries(errorRateJudge, "error rate");
    for (let run = 0; run < 8 * perDay; run += 1) followed.run({ status: run % 100 === 0 ? 503 : 200 });
    for (let run = 0; followed.memory?.reading?.held !== "up" && run < 900; run += 1) {
      followed.run({ status: run % 4 === 0 ? 503 : 200 });
    }
    expect(followed.memory?.reading?.held).toBe("up");
    const { expected, observed, ratio } = describeMove(followed.memory!);
    expect(expected).toMatch(/^[01]\.\d % of runs$/);
    expect(Number.parseFloat(observed)).toBeGreaterThan(10);
    expect(observed).toMatch(/ % of runs$/);
    expect(ratio).toBeUndefined();
  });

  test("what was never measured is not made up", () => {
    const series = { id: "s", probeId: "p", aspect: "usage", label: "prompt tokens" } as const;
    const { observed, ratio } = describeMove({ series, state: null, lastSlotMs: 0 });
    expect([observed, ratio]).toEqual(["other values than usual", undefined]);
  });
});
