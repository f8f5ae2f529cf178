import { describe, expect, test } from "vitest";
import { scenarios, seriesOf } from "../../../bench/detection/series.ts";
import type { SeriesMemory } from "../../../src/baseline/baseline.ts";
import { describeMove } from "../../../src/judgement/drift/level/describe-move.ts";
import { errorRateJudge } from "../../../src/judgement/drift/rate/error-rate.ts";
import { latencyJudge } from "../../../src/judgement/drift/level/latency.ts";
import { wordsOf } from "../../../src/judgement/drift/level/watched-output.ts";
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
    expect(observed).toMatch(
      /^[\d.]+ m?s \(×[\d.]+, 95 % interval ×[\d.]+ to ×[\d.]+\), (?:since|began between) \d{4}-/,
    );
    expect(ratio).toBeGreaterThan(1.6);
    expect(ratio).toBeLessThan(2.4);
  });

  test("what was found in ranks is not contradicted by an interval", () => {
    const change = { kind: "up", sinceMs: 0, ratio: 15, low: 0.8, high: 281, samples: 9 } as const;
    const wording = { format: String, pagesDown: true };
    expect(wordsOf(change, 2, wording)).toMatch(/^30 \(×15, most runs\), since /);
    expect(wordsOf(change, 2, wording, false)).toContain("95 % interval ×0.80 to ×281");
    expect(wordsOf({ ...change, ratio: 1.08, low: 1.08, high: 1.08 }, 100, wording)).toContain("(×1.08, most runs)");
    expect(wordsOf({ ...change, kind: "down", ratio: 0.5, low: 0.4, high: 0.6 }, 2, wording)).toContain("×0.4 to ×0.6");
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
