import { describe, expect, test } from "vitest";
import {
  hasEnded,
  isRecurrent,
  recurrencesText,
  recurringOf,
  withMove,
} from "../../../src/judgement/drift/level/recurrences.ts";
import type { Held } from "../../../src/judgement/drift/level/engine-state.ts";
import { excludeBetween, recurrencesIn } from "../../../src/judgement/drift/baseline/new-normal.ts";
import { readWatchState } from "../../../src/judgement/drift/level/watch-state.ts";
import { latencyJudge } from "../../../src/judgement/drift/level/latency.ts";
import { normalFrom } from "../../../bench/detection/series.ts";
import { seededRandom } from "../../../src/std/seeded-random.ts";
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

  test("are remembered for four weeks, or a sixth of the promise", () => {
    expect(isRecurrent(undefined, 0, drift)).toBe(false);
    expect(isRecurrent(after([0, hourMs], [dayMs, dayMs + hourMs]), 2 * dayMs, drift)).toBe(false);
    expect(isRecurrent(thrice, 30 * dayMs, drift)).toBe(true);
    expect(isRecurrent(thrice, 31 * dayMs, drift)).toBe(false);
    expect(hasEnded(thrice, 30 * dayMs, drift)).toBe(false);
    expect(hasEnded(thrice, 31 * dayMs, drift)).toBe(true);
    const everyWeek = { ...drift, falsePageEveryMs: 7 * dayMs };
    expect(isRecurrent(thrice, 3 * dayMs, everyWeek)).toBe(true);
    expect(isRecurrent(thrice, 4 * dayMs, everyWeek)).toBe(false);
    expect(withMove(thrice, held(40 * dayMs), 40 * dayMs + 1, drift)).toMatchObject({ n: 1, longestMs: 1 });
  });

  test("are none of them when they are large and last longer than a long weekend", () => {
    expect(after([0, 3 * dayMs])?.n).toBe(1);
    expect(after([0, 3 * dayMs + 1])).toBeUndefined();
    expect(withMove(thrice, held(3 * dayMs), 6 * dayMs + 1, drift)).toEqual(thrice);
    expect(withMove(undefined, held(0, 0.1), 6 * dayMs, drift)?.n).toBe(1);
  });

  test("that are large have a standing ticket, until one goes further, lasts longer or comes at another time", () => {
    const kindOf = (sinceMs: number, nowMs: number, shift?: number) =>
      recurringOf(thrice, held(sinceMs, shift), nowMs, drift)?.kind;
    const sinceMs = 5 * dayMs;
    expect(kindOf(sinceMs, sinceMs + 4 * hourMs)).toBe("standing");
    expect(kindOf(sinceMs, sinceMs + 4 * hourMs + 1)).toBeUndefined();
    expect(kindOf(sinceMs, sinceMs, -0.75)).toBe("standing");
    expect(kindOf(sinceMs, sinceMs, 0.76)).toBeUndefined();
    expect(kindOf(sinceMs + 12 * hourMs, sinceMs + 12 * hourMs)).toBeUndefined();
    const twice = after([0, hourMs], [dayMs, dayMs + hourMs]);
    expect(recurringOf(twice, held(2 * dayMs), 2 * dayMs, drift)).toBeUndefined();
  });

  test("that are small are the series' own from the second on, until one goes much further", () => {
    const once = withMove(undefined, held(0, 0.06), dayMs, drift);
    expect(recurringOf(once, held(2 * dayMs, 0.15), 20 * dayMs, drift)?.kind).toBe("own");
    expect(recurringOf(once, held(2 * dayMs, 0.25), 3 * dayMs, drift)).toBeUndefined();
  });

  test("have a calendar", () => {
    const at = (day: number) => [day * dayMs + 10 * hourMs, day * dayMs + 11 * hourMs] as const;
    expect(recurrencesText(thrice)).toBe("×1.6 for at most 2 h, every 24 h at about 00:00 UTC, 3 times");
    expect(recurrencesText(after(at(0), at(8), at(16), at(24))!)).toBe(
      "×1.6 for at most 1 h, every 8 days at about 10:00 UTC, 4 times",
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
    const subject = output.ruling.outcome === "bad" ? output.ruling.subject.series : undefined;
    return { isNew, finding, reading, subject, slotMs: series.slotMs };
  };
  return { series, run };
}

test("half an hour a day that is three times as slow gets one standing ticket, and pages when it stays", () => {
  const { run, series } = withBursts(1);
  const days = (count: number) => Array.from({ length: count * 1440 }, () => run());
  days(10);
  const later = days(29);
  const standing = later.filter(({ subject }) => subject?.endsWith("/recurring") === true);
  const told = new Set(standing.map(({ slotMs }) => Math.floor(slotMs / dayMs)));
  expect(told.size).toBeGreaterThan(25);
  expect(new Set(standing.map(({ finding }) => finding?.severity))).toEqual(new Set(["risky"]));
  expect(standing.at(-1)?.finding?.why).toMatch(/^recurs: ×\d.+ for at most .+, about every .+, \d+ times$/);
  expect(later.filter(({ isNew, subject }) => isNew && subject?.endsWith("/recurring") !== true).length).toBeLessThan(
    3,
  );
  expect(recurrencesIn(series.memory!, series.slotMs, drift)).toEqual([expect.stringMatching(/^up: ×\d/)]);
  expect(recurrencesIn(series.memory!, series.slotMs + 29 * dayMs, drift)).toEqual([]);

  const { longestMs } = readWatchState(series.memory?.state)!.recurrences!.up!;
  const stays = Array.from({ length: 1440 }, () => run(3)).findIndex(
    ({ finding, subject }) => finding?.severity === "risky" && subject?.endsWith("/recurring") !== true,
  );
  expect(stays).toBeGreaterThan(-1);
  expect(stays * everyMs).toBeLessThan(2 * longestMs + hourMs);
});

test("what a person calls an incident is none of the moves that come and go", () => {
  const { run, series } = withBursts(2);
  for (let slot = 0; slot < 10 * 1440; slot += 1) run();
  expect(readWatchState(series.memory?.state)?.recurrences?.up?.n).toBeGreaterThan(1);
  const { state } = excludeBetween(series.memory!, series.slotMs - dayMs, series.slotMs, 60)!;
  expect(readWatchState(state)?.recurrences).toBeUndefined();
  expect(readWatchState(state)?.engine).toEqual(readWatchState(series.memory?.state)?.engine);
});

test.each([{ up: 3 }, { up: { n: 1 } }, { down: { n: 1, lastMs: "x", longestMs: 1, largest: 1 } }, 7])(
  "damaged ones make the state none: %j",
  (recurrences) => expect(readWatchState({ v: 4, recurrences })).toBeUndefined(),
);
