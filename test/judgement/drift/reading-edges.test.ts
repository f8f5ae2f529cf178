import { describe, expect, test } from "vitest";
import type { SeriesMemory } from "../../../src/baseline/baseline.ts";
import type { DayReading, Reading } from "../../../src/baseline/reading.ts";
import { bitOf, neverSeenBound, stepBit } from "../../../src/judgement/drift/rate/bits.ts";
import { type ReadingInput, readingOf } from "../../../src/judgement/drift/group/reading.ts";
import { usageJudge } from "../../../src/judgement/drift/counts/usage.ts";
import { latencyJudge } from "../../../src/judgement/drift/level/latency.ts";
import type { Json } from "../../../src/std/json.ts";
import { seededRandom } from "../../../src/std/seeded-random.ts";
import { everyMs, firstOf, followSeries, policy } from "./followed-series.ts";

const promised = policy.drift.falsePageEveryMs / everyMs;
const constant = { n: 20_000, counts: { "13": 20_000 } };

/** The state of a token count that was always the same: bets on any other one, each of the same weight. */
const stateOf = (sums: readonly number[], isHeld = false): Json => ({
  v: 2,
  categories: { sums: [[...sums]], calm: 0, ...(isHeld ? { alarm: "new", held: heldValue } : {}) },
});
const heldValue = { kind: "new", value: "425", rate: 0.5, back: 0 };

interface Past {
  readonly sums: readonly number[];
  readonly isHeld?: boolean;
  readonly day?: DayReading;
}

const slotMs = 1000 * everyMs;

/** The day of a series after one more sample; before it was like its past. */
function dayAfter(past: Past, after: readonly number[], over: Partial<ReadingInput> = {}): DayReading | undefined {
  const series = { id: "s", probeId: "p", aspect: "usage", label: "prompt tokens" } as const;
  const baseline = { version: 1, n: 1, learned: constant, acceptedAtMs: 0, by: "", why: "" };
  const before = { group: "g", intervalMs: everyMs, pages: "up", up: 0, down: 0, held: null } as const;
  const reading: Reading | undefined = past.day && { ...before, day: past.day };
  const memory: SeriesMemory = { series, baseline, state: stateOf(past.sums, past.isHeld), reading, lastSlotMs: 0 };
  const rest = { group: "g", aspect: "usage", isAnew: false, policy, slotMs, dailyMs: 500 } as const;
  const cadence = { kind: "every", everyMs } as const;
  return readingOf({ ...rest, cadence, memory, state: stateOf(after), ...over })?.day;
}

const dayOf = (sums: readonly number[], total: number): DayReading => ({ fromMs: 501, samples: 7, sums, total });

describe("one more sample of a day", () => {
  test("wins what the detector's own sums say that it has won", () => {
    const first = (1 + 4) * (30 / (1 + 9));
    const second = (1 + 2) * (3 / (1 + 5));
    const wanted = { fromMs: 501, samples: 8, sums: [first, second], total: (first + second) / 2 };
    expect(dayAfter({ sums: [9, 5], day: dayOf([4, 2], 3) }, [30, 3])).toEqual(wanted);
  });

  test("begins a day that has none, or of which the message has been made", () => {
    const begun = { fromMs: slotMs, samples: 1, sums: [3, 0.5], total: 1.75 };
    expect(dayAfter({ sums: [9, 5] }, [30, 3])).toEqual(begun);
    const older = { ...dayOf([4, 2], 3), fromMs: 500 };
    expect(dayAfter({ sums: [9, 5], day: older }, [30, 3])).toEqual(begun);
    expect(dayAfter({ sums: [] }, [])).toEqual({ fromMs: slotMs, samples: 1, sums: [], total: 0 });
  });

  test("with other bets than before counts those from nothing", () => {
    expect(dayAfter({ sums: [9, 5, 7], day: dayOf([4, 2, 1], 3) }, [30, 3])).toMatchObject({ sums: [30, 3] });
  });

  test("that nothing was bet on changes nothing", () => {
    const day = dayOf([4], 4);
    expect(dayAfter({ sums: [9], day }, [9])).toEqual({ ...day, samples: 8 });
  });

  test("beyond what a number holds is not counted", () => {
    const day = dayOf([1e308, 2], 5e307);
    expect(dayAfter({ sums: [9, 5], day }, [1e300, 3])).toEqual({ ...day, samples: 8 });
  });
});

describe("a detector that begins anew", () => {
  const day = dayOf([100, 10], 55);

  test("has found a move: at the least of what its bets had won before the day", () => {
    const reached = promised * (101 / 1001);
    const after = dayAfter({ sums: [1000, 10], day }, [0, 0])!;
    expect(after).toMatchObject({ fromMs: 501, samples: 8 });
    expect(after.total).toBeCloseTo(reached, 6);
    expect(after.sums.map((sum) => sum / reached)).toEqual([100 / 55, 10 / 55].map((it) => expect.closeTo(it, 9)));
    const shorter = dayOf([100], 100);
    expect(dayAfter({ sums: [1000, 10], day: shorter }, [0, 0])?.total).toBeCloseTo(promised / 11, 6);
  });

  test("is never worth more than its promise, nor less than the day has won already", () => {
    expect(dayAfter({ sums: [50, 5], day }, [0, 0])?.total).toBe(promised);
    const won = dayOf([2e9, 2e9], 2e9);
    expect(dayAfter({ sums: [50, 5], day: won }, [0, 0])).toEqual({ ...won, samples: 8 });
    const nothing = dayOf([], 0);
    expect(dayAfter({ sums: [50, 5], day: nothing }, [0, 0])).toEqual({ ...nothing, samples: 8 });
  });

  test("of a new baseline, after a move that is over, or that had not begun, has found nothing", () => {
    const still = { ...day, samples: 8 };
    expect(dayAfter({ sums: [1000, 10], day }, [0, 0], { isAnew: true })).toEqual(still);
    expect(dayAfter({ sums: [1000, 10], isHeld: true, day }, [0, 0])).toEqual(still);
    expect(dayAfter({ sums: [0, 0], day }, [0, 0])).toEqual(still);
  });
});

describe("what can't be read", () => {
  test("is no reading: without a baseline, or of another kind of state", () => {
    expect(dayAfter({ sums: [1] }, [1])).toBeDefined();
    expect(dayAfter({ sums: [1] }, [1], { memory: undefined })).toBeUndefined();
    for (const state of [null, {}, { categories: 7 }, { bits: { sums: "1" } }]) {
      expect(dayAfter({ sums: [1] }, [1], { state })).toBeUndefined();
    }
  });

  test("nor is an engine's state whose sums are none", () => {
    const { followed } = learnedTimes();
    const { state, ...memory } = followed.memory!;
    const { engine } = state as unknown as {
      readonly engine: { readonly detector: { readonly [name: string]: Json } };
    };
    const readingWith = (detector: Json): Reading | undefined => {
      const changed = { ...(state as object), engine: { ...engine, detector } } as unknown as Json;
      const rest = { group: "g", aspect: "latency", isAnew: false, policy, slotMs, dailyMs: 0 } as const;
      return readingOf({ ...rest, cadence: { kind: "every", everyMs }, memory: { ...memory, state }, state: changed });
    };
    expect(readingWith({ ...engine.detector })).toBeDefined();
    for (const sums of ["1", ["1"], null]) expect(readingWith({ ...engine.detector, sums })).toBeUndefined();
    expect(readingWith(7)).toBeUndefined();
  });
});

/** Two hours of times. */
function learnedTimes() {
  const random = seededRandom(3);
  const next = (factor = 1) => ({ totalMs: factor * 800 * Math.exp(0.1 * (random() + random() - 1)) });
  const followed = followSeries(latencyJudge, "total time");
  for (let run = 0; run < 120; run += 1) followed.run(next());
  return { followed, next };
}

test("faster replies are a move down", () => {
  const { followed, next } = learnedTimes();
  const run = (): Reading => followed.run(next(0.5)).reading!;
  const { up, down } = run();
  expect(down).toBeGreaterThan(up);
  expect(firstOf(run, ({ held }) => held !== null).held).toBe("down");
});

test("bets on a token count never seen weigh as much as there is to bet on", () => {
  const followed = followSeries(usageJudge, "prompt tokens", constant);
  const wanted = stepBit([], bitOf(neverSeenBound(constant.n)), true);
  expect(followed.run({ promptTokens: 425 }).reading?.up).toBeCloseTo(wanted, 6);
});
