import { describe, expect, test } from "vitest";
import { freshDetector } from "../../../src/judgement/drift/level/e-detector.ts";
import type { EngineState } from "../../../src/judgement/drift/level/engine-state.ts";
import { beginLearning } from "../../../src/judgement/drift/learn/learning.ts";
import {
  feedbackOf,
  feedbackText,
  marginFactorOf,
  withFalsePositive,
} from "../../../src/judgement/drift/level/false-positives.ts";
import type { Reference } from "../../../src/judgement/drift/learn/reference.ts";
import { isLongEnough, isQuiet, nextStageMs, stageOf } from "../../../src/judgement/drift/level/stages.ts";
import { inForce } from "../../../src/judgement/drift/group/promise.ts";
import type { JudgePolicy } from "../../../src/probe/probe.ts";
import { dayMs, policy } from "./followed-series.ts";

const hourMs = dayMs / 24;

describe("what a baseline may be trusted with", () => {
  const stageAfter = (spanMs: number, latencyFloorRatio = 1.05) =>
    stageOf({ fromMs: 1000, toMs: 1000 + spanMs } as Reference, { ...policy, latencyFloorRatio });
  const floorAfter = (spanMs: number, ratio?: number): number => Math.exp(stageAfter(spanMs, ratio).floor);

  test("nobody is woken by one of less than a day", () => {
    expect([0, dayMs - 1, dayMs, 30 * dayMs].map((spanMs) => stageAfter(spanMs).mayPage)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  test("a young one finds larger moves only: a fifth, then a tenth, then what is configured", () => {
    const spans = [0, dayMs - 1, dayMs, 7 * dayMs - 1, 7 * dayMs];
    const rounded = (ratio: number) => spans.map((spanMs) => Number(floorAfter(spanMs, ratio).toFixed(9)));
    expect(rounded(1.05)).toEqual([1.2, 1.2, 1.1, 1.1, 1.05]);
    expect(rounded(1.15)).toEqual([1.2, 1.2, 1.15, 1.15, 1.15]);
    expect(rounded(1.5)).toEqual([1.5, 1.5, 1.5, 1.5, 1.5]);
  });
});

test("of a fleet that shares a promise a young one finds moves of a fifth only until it is a week old", () => {
  const ofFleet: JudgePolicy = {
    ...policy,
    latencyFloorRatio: 1.05,
    drift: { ...policy.drift, falsePagesOf: "fleet" },
  };
  const floorsOf = (pagingSeries: number): string[] =>
    [dayMs - 1, dayMs, 7 * dayMs - 1, 7 * dayMs].map((toMs) => {
      const { floor } = stageOf({ fromMs: 0, toMs } as Reference, inForce(ofFleet, { pagingSeries, dailyMs: 0 }));
      return Math.exp(floor).toFixed(2);
    });
  expect(floorsOf(40)).toEqual(["1.20", "1.20", "1.20", "1.05"]);
  expect(floorsOf(2)).toEqual(floorsOf(40));
  expect(floorsOf(1)).toEqual(["1.20", "1.10", "1.10", "1.05"]);
});

describe("when a baseline is learned anew", () => {
  const learningOf = (lastMs: number, startMs = 0) => ({ ...beginLearning(startMs, 0), lastMs: startMs + lastMs });
  const dayOf = (lastMs: number, spanMs?: number): number | undefined => {
    const next = nextStageMs(learningOf(lastMs), spanMs);
    return next === undefined ? undefined : next / dayMs;
  };

  test("after 1, 2, 3, 7, 14 and 28 days of samples, and never again", () => {
    expect([0, 1, 2.9, 3, 7, 14, 27, 28].map((days) => dayOf(days * dayMs))).toEqual([
      1,
      2,
      3,
      7,
      14,
      28,
      28,
      undefined,
    ]);
    expect(nextStageMs(learningOf(2 * dayMs, 5000))).toBe(5000 + 3 * dayMs);
  });

  test("a stage that is less than an hour away is passed over", () => {
    expect([dayMs - hourMs - 1, dayMs - hourMs].map((lastMs) => dayOf(lastMs))).toEqual([1, 2]);
  });

  test("only from more than the baseline that is there is made of", () => {
    expect([0, dayMs - 1, dayMs, 6 * dayMs, 14 * dayMs, 28 * dayMs].map((spanMs) => dayOf(0, spanMs))).toEqual([
      1,
      1,
      2,
      7,
      28,
      undefined,
    ]);
  });

  test("not from a few samples over a long time", () => {
    expect([59, 60].map((n) => isLongEnough({ ...learningOf(dayMs), n }))).toEqual([false, true]);
  });

  test("not while something is suspected or a move is held", () => {
    const components = [1, 2].map(
      () => ({ kind: "up", weight: 1, linear: 1, square: 0, beyond: 0, limit: 0, offset: 0 }) as const,
    );
    const engineWith = (...cusums: number[]): EngineState => {
      const detector = { ...freshDetector(components, 0), cusums };
      return { lastMs: 0, follows: 0, previous: { up: 0, down: 0, plain: 0 }, detector, recent: [] };
    };
    expect([engineWith(0, 2.9), engineWith(2.9, 3), engineWith(3.1, 0)].map(isQuiet)).toEqual([true, false, false]);
    const held = { kind: "up", sinceMs: 0, shift: 1, back: 0 } as const;
    expect(isQuiet({ ...engineWith(0, 0), held })).toBe(false);
  });
});

describe("pages marked as false positives", () => {
  const nowMs = 400 * dayMs;
  const ago = (days: number): number => nowMs - days * dayMs;

  test("one is told of; two within ninety days widen the margin by half, until the older of the last two is out of them", () => {
    expect(feedbackOf(undefined, nowMs)).toEqual({ pages: 0, marginFactor: 1 });
    expect(feedbackOf([ago(5)], nowMs)).toEqual({ pages: 1, marginFactor: 1 });
    expect(feedbackOf([ago(5), ago(90)], nowMs)).toEqual({ pages: 2, marginFactor: 1.5, untilMs: nowMs });
    expect(feedbackOf([ago(5), ago(90) - 1], nowMs)).toEqual({ pages: 1, marginFactor: 1 });
    expect(feedbackOf([ago(40), ago(1), ago(20)], nowMs)).toEqual({
      pages: 3,
      marginFactor: 1.5,
      untilMs: ago(20) + 90 * dayMs,
    });
  });

  test("what the engine asks is the same", () => {
    const lists = [undefined, [], [ago(1)], [ago(1), ago(2)], [ago(1), ago(91)], [ago(1), ago(2), ago(3)]];
    expect(lists.map((falsePositives) => marginFactorOf(falsePositives, nowMs))).toEqual([1, 1, 1, 1.5, 1, 1.5]);
    for (const falsePositives of lists)
      expect(marginFactorOf(falsePositives, nowMs)).toBe(feedbackOf(falsePositives, nowMs).marginFactor);
  });

  test("in words", () => {
    const text = (...days: readonly number[]) => feedbackText(feedbackOf(days.map(ago), nowMs));
    expect(text()).toBeUndefined();
    expect(text(3)).toBe(
      "1 page marked as a false positive; a second one within 90 days makes this series less sensitive (margin ×1.5)",
    );
    const until = new Date(ago(10) + 90 * dayMs).toISOString().slice(0, 10);
    expect(text(3, 10)).toBe(`2 pages marked as false positives within 90 days: margin ×1.5 until ${until}`);
  });

  test("each page counts once, in order, and the newest eight are kept", () => {
    expect(withFalsePositive(undefined, 7)).toEqual([7]);
    expect(withFalsePositive([3, 7], 5)).toEqual([3, 5, 7]);
    expect(withFalsePositive([3, 7], 7)).toEqual([3, 7]);
    expect(withFalsePositive([1, 2, 3, 4, 5, 6, 7, 8], 9)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
