import { describe, expect, test } from "vitest";
import { isRecurrent, recurrencesText, isAsBefore, withMove } from "../../../src/judgement/drift/level/recurrences.ts";
import type { Held } from "../../../src/judgement/drift/level/engine.ts";
import { excludeBetween, recurrencesIn } from "../../../src/judgement/drift/baseline/new-normal.ts";
import { readWatchState } from "../../../src/judgement/drift/level/watch-state.ts";
import { latencyJudge } from "../../../src/judgement/drift/level/latency.ts";
import { normalFrom } from "../../../bench/detection/series.ts";
import { seededRandom } from "../../../src/testbed/seeded-random.ts";
import { dayMs, everyMs, followSeries, policy } from "./followed-series.ts";

const hourMs = 3_600_000;
const { drift } = policy;
const held = (sinceMs: number, shift = 0.5): Held => ({ kind: "up", sinceMs, shift, back: 0 });
const after = (...ends: readonly (readonly [sinceMs: number, endMs: number])[]) =>
  ends.reduce<ReturnType<typeof withMove>>(
    (known, [sinceMs, endMs]) => withMove(known, held(sinceMs), endMs, drift),
    undefined,
  );

describe("changes that ended by themselves", () => {
  const thrice = after([0, hourMs], [dayMs, dayMs + 2 * hourMs], [2 * dayMs, 2 * dayMs + hourMs])!;

  test("are a series' own after the third, until none has come for four weeks, or a sixth of the promise", () => {
    expect(isRecurrent(undefined, 0, drift)).toBe(false);
    expect(isRecurrent(after([0, hourMs], [dayMs, dayMs + hourMs]), 2 * dayMs, drift)).toBe(false);
    expect(isRecurrent(thrice, 30 * dayMs, drift)).toBe(true);
    expect(isRecurrent(thrice, 31 * dayMs, drift)).toBe(false);
    const everyWeek = { ...drift, falsePageEveryMs: 7 * dayMs };
    expect(isRecurrent(thrice, 3 * dayMs, everyWeek)).toBe(true);
    expect(isRecurrent(thrice, 4 * dayMs, everyWeek)).toBe(false);
    expect(withMove(thrice, held(40 * dayMs), 40 * dayMs + 1, drift)).toMatchObject({ n: 1, longestMs: 1 });
  });

  test("are none of them when they last longer than a long weekend", () => {
    expect(after([0, 3 * dayMs])?.n).toBe(1);
    expect(after([0, 3 * dayMs + 1])).toBeUndefined();
    expect(withMove(thrice, held(3 * dayMs), 6 * dayMs + 1, drift)).toEqual(thrice);
  });

  test("are as before up to twice as long as the longest and, in logs, half as large again as the largest", () => {
    const nowMs = 5 * dayMs;
    expect(isAsBefore(thrice, held(nowMs - 4 * hourMs), nowMs)).toBe(true);
    expect(isAsBefore(thrice, held(nowMs - 4 * hourMs - 1), nowMs)).toBe(false);
    expect(isAsBefore(thrice, held(nowMs, -0.75), nowMs)).toBe(true);
    expect(isAsBefore(thrice, held(nowMs, 0.76), nowMs)).toBe(false);
  });

  test("are told as the reason that nobody is paged", () => {
    expect(recurrencesText(thrice)).toBe(
      "3 such changes ended by themselves, at most 2 h long and ×1.6: pages when one lasts 2 times as long or is larger",
    );
  });
});

/** Half an hour a day, at another time each day, everything takes so many times as long. */
function withBursts(seed: number) {
  const [random, normal] = [seededRandom(seed), normalFrom(seededRandom(seed + 1000))];
  const series = followSeries(latencyJudge, "total time");
  const atOf = new Map<number, number>();
  const startOf = (day: number): number => atOf.get(day) ?? (atOf.set(day, random() * 0.9 * dayMs), atOf.get(day)!);
  let severity: string | undefined;
  const run = (factor?: number) => {
    const nextMs = series.slotMs + everyMs;
    const sinceMs = (nextMs % dayMs) - startOf(Math.floor(nextMs / dayMs));
    const own = sinceMs >= 0 && sinceMs < hourMs / 2 ? 3 : 1;
    const { output, reading } = series.run({ totalMs: 800 * (factor ?? own) * Math.exp(0.3 * normal()) });
    const finding = output.ruling.outcome === "bad" ? output.ruling.findings[0] : undefined;
    const isNew = finding?.severity === "risky" && severity !== "risky";
    severity = finding?.severity;
    return { isNew, finding, reading };
  };
  return { series, run };
}

test("half an hour a day that is three times as slow pages few times, is told as its own, and pages when it stays", () => {
  const { run, series } = withBursts(1);
  const days = (count: number) => Array.from({ length: count * 1440 }, () => run());
  const before = days(10).filter(({ isNew }) => isNew);
  expect(before.length).toBeGreaterThan(0);
  expect(before.length).toBeLessThanOrEqual(4);

  const learnedOf = () => readWatchState(series.memory?.state)!.learning!.n;
  const learnedBefore = learnedOf();
  days(1);
  // What is its own is learned from like the rest of the day: nothing is left out, nothing forgotten.
  expect(learnedOf() - learnedBefore).toBe(1440);

  const later = days(29);
  expect(later.filter(({ isNew }) => isNew)).toEqual([]);
  const notified = later.flatMap(({ finding }) => (finding?.why === undefined ? [] : [finding]));
  expect(new Set(notified.map(({ severity }) => severity))).toEqual(new Set(["informative"]));
  expect(notified[0]?.why).toMatch(/such changes ended by themselves, at most .+ long and ×/);
  expect(later.at(-1)?.reading?.pages).toBe("none");

  expect(recurrencesIn(series.memory!, series.slotMs, drift)).toEqual([
    expect.stringMatching(/^up: \d+ such changes ended by themselves, at most .+ min long and ×/),
  ]);
  expect(recurrencesIn(series.memory!, series.slotMs + 29 * dayMs, drift)).toEqual([]);

  const { longestMs } = readWatchState(series.memory?.state)!.recurrences!.up!;
  const untilPage = Array.from({ length: 1440 }, () => run(3)).findIndex(({ isNew }) => isNew) * everyMs;
  expect(untilPage).toBeLessThan(2 * longestMs + hourMs);
});

test("what a person calls an incident is none of the moves that come and go", () => {
  const { run, series } = withBursts(2);
  for (let slot = 0; slot < 10 * 1440; slot += 1) run();
  expect(readWatchState(series.memory?.state)?.recurrences?.up?.n).toBeGreaterThan(2);
  const { state } = excludeBetween(series.memory!, series.slotMs - dayMs, series.slotMs, 60)!;
  expect(readWatchState(state)?.recurrences).toBeUndefined();
  expect(readWatchState(state)?.engine).toEqual(readWatchState(series.memory?.state)?.engine);
});

test.each([{ up: 3 }, { up: { n: 1 } }, { down: { n: 1, lastMs: "x", longestMs: 1, largest: 1 } }, 7])(
  "damaged ones make the state none: %j",
  (recurrences) => expect(readWatchState({ v: 3, recurrences })).toBeUndefined(),
);
