import { describe, expect, test } from "vitest";
import { learned as playLearned } from "../../../bench/detection/play.ts";
import { scenarios, seriesOf } from "../../../bench/detection/series.ts";
import { describeBaseline } from "../../../src/judgement/drift/baseline/describe-baseline.ts";
import { cardOfSeries, type RateCard, type ValuesCard } from "../../../src/judgement/drift/baseline/series-card.ts";
import type { Json } from "../../../src/std/json.ts";
import { probe } from "../../probe/samples.ts";

const minuteMs = 60_000;
const policy = { ...probe.judge, latencyFloorRatio: 1.05 };
const quiet = { pages: 0, marginFactor: 1 };

/** A fortnight of times of about 800 ms. */
const { pipeline } = playLearned(seriesOf(scenarios[0]!, minuteMs, 21), {
  intervalMs: minuteMs,
  baselineDays: 14,
  floor: 0.05,
});
const level = pipeline.reference as unknown as Json;

describe("the card of a series", () => {
  test.each([
    ["latency", "ms", /^90 % of values between \d+ ms and 1\.\d+ s, median \d+ ms$/],
    ["usage", "tokens", /^90 % of values between \d+ and \d+, median \d+$/],
    ["budget", "microUsd", /^90 % of values between \$0\.000\d+ and \$0\.001\d, median \$0\.000\d+$/],
  ] as const)("of %s is in %s", (aspect, unit, line) => {
    expect(cardOfSeries(aspect, level, policy, quiet)).toMatchObject({ kind: "level", unit, n: 14 * 1440 });
    const [usual = "", from = "", finds = "", promise] = describeBaseline(aspect, "total", level, policy);
    expect(usual).toMatch(line);
    expect(from).toMatch(
      /^from 20160 runs, .* UTC to .* UTC; daily swing ×\d\.\d\d, autocorrelation -?\d\.\d\d, wander \d\.\d\d$/,
    );
    expect(finds).toMatch(
      /^changes below 5 % are not reported; time to detect, by replay: \+20 % in \d+ h \d+ min, \+50 % in \d+ min, ×2 in \d+ min$/,
    );
    expect(promise).toBe("promise: at most one false page in 180 days");
  });

  test("of very short times says more than 0 ms", () => {
    const short = { ...pipeline.reference, origin: Math.log(0.04), level: 0 } as unknown as Json;
    expect(describeBaseline("latency", "time per output token", short, policy)[0]).toMatch(/median 0\.04 ms$/);
  });

  test("of failures says what is usual, what is found when, and the promise", () => {
    const rate = { n: 10_080, k: 20, fromMs: 0, toMs: 10_080 * minuteMs };
    expect(cardOfSeries("availability", rate, policy, quiet)).toMatchObject({ kind: "rate", n: 10_080, failed: 20 });
    const lines = describeBaseline("availability", "error rate", rate, policy);
    expect(lines[0]).toBe(
      "error rate: 20 of 10080 runs failed, 1970-01-01 00:00 UTC to 1970-01-08 00:00 UTC; up to 0.29 % counts as normal",
    );
    expect(lines[1]).toMatch(
      /^average time to detect more: \+20 % .*, \+50 % .*, ×2 in .* d; 5 % of runs failing in .*, 20 % .*, 50 % of runs failing in /,
    );
    expect(lines[2]).toBe("promise: at most one false page in 180 days");
  });

  test("of failures that differ by part of the day says the best part as well, and finds by the part that takes longest", () => {
    const hours = { n: [1680, 1680, 1680, 1680, 1680, 1680], k: [1, 1, 84, 84, 1, 1] };
    const rate = { n: 10_080, k: 172, fromMs: 0, toMs: 10_080 * minuteMs, hours };
    const card = cardOfSeries("availability", rate, policy, quiet);
    const { upTo, upToAtLeast, findsAfterMs } = card as RateCard;
    expect(upTo).toBeGreaterThan(84 / 1680);
    expect(upToAtLeast).toBeLessThan(0.005);
    expect(findsAfterMs.find(({ share }) => share === 0.05)).toMatchObject({ afterMs: undefined });
    expect(describeBaseline("availability", "error rate", rate, policy)[0]).toMatch(
      /up to 6 % counts as normal \(0\.2\d* % at the best part of the day\)$/,
    );
  });

  describe("of a few values", () => {
    const counts = { n: 1440, counts: { 13: 1300, 14: 140 } };

    test("says how often each was seen, when others are found, and the promise", () => {
      expect(cardOfSeries("usage", counts, policy, quiet, minuteMs)).toMatchObject({ kind: "values", ...counts });
      expect(describeBaseline("usage", "prompt tokens", counts, policy, quiet, minuteMs)).toEqual([
        "prompt tokens: 13 in 1300 of 1440 runs, 14 in 140 of 1440 runs",
        "time to detect another count: +20 % in 3 min, +50 % in 3 min, ×2 in 3 min",
        "promise: at most one false page in 180 days",
      ]);
    });

    test("a count that is usual is none to be found, nor is one of nothing, nor before it is known how often it runs", () => {
      const usual = { n: 1440, counts: { 10: 1000, 20: 440 } };
      const none = { n: 1440, counts: { 0: 1440 } };
      const found = (learned: Json, everyMs?: number) =>
        (cardOfSeries("usage", learned, policy, quiet, everyMs) as ValuesCard).findsAfterMs.map(
          ({ afterMs }) => afterMs,
        );
      expect(found(usual, minuteMs)).toEqual([3 * minuteMs, 3 * minuteMs, undefined]);
      expect(found(none, minuteMs)).toEqual([undefined, undefined, undefined]);
      expect(found(counts)).toEqual([undefined, undefined, undefined]);
    });

    test("that differs nearly every time is measured like a time", () => {
      const varied = { n: 60, counts: Object.fromEntries(Array.from({ length: 60 }, (_, value) => [value, 1])) };
      expect(describeBaseline("usage", "prompt tokens", varied, policy)[1]).toBe(
        "varies from run to run: measured from the next runs on",
      );
    });
  });

  test("what is not learned yet, or not probed any more, is said to be", () => {
    expect(describeBaseline("latency", "total", null, policy)).toEqual(["learned anew from the next runs"]);
    expect(describeBaseline("latency", "total", level, undefined)[0]).toContain("not in the configuration any more");
  });

  test("a move within the floor is not found, even of values that are always the same", () => {
    const tied = { ...pipeline.reference, spread: 0 } as unknown as Json;
    const card = cardOfSeries("usage", tied, { ...policy, latencyFloorRatio: 1.3 }, quiet);
    expect(card).toMatchObject({ findsAfterMs: [{ ratio: 1.2, afterMs: undefined }, { ratio: 1.5 }, { ratio: 2 }] });
  });
});
