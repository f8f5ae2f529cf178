import type { Json } from "../../../src/std/json.ts";
import { pipelineOf, type Pipeline } from "../../../src/judgement/drift/level/pipeline.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { delayOf, falsePages, learned, promiseOf } from "../../../bench/detection/play.ts";
import { type Sample, scenarios, seriesOf } from "../../../bench/detection/series.ts";
import { freshEngine, stepEngine } from "../../../src/judgement/drift/level/engine.ts";
import { type EngineState, isEngineState } from "../../../src/judgement/drift/level/engine-state.ts";
import { readReference } from "../../../src/judgement/drift/learn/reference.ts";

const setting = { intervalMs: 60_000, baselineDays: 3, floor: 0.05 };
const scene = (name: string) => scenarios.find((it) => it.name === name) ?? scenarios[0]!;

/** Samples of a series with a baseline: quiet ones, then moved by a factor. */
function stretch(
  seed: number,
  factors: readonly number[],
  unit = 1,
): { pipeline: Pipeline; atMs: number; samples: Sample[] } {
  const endless = seriesOf(scene("all"), setting.intervalMs, seed);
  const next = (): Sample => {
    const { atMs, value } = endless();
    return { atMs, value: value * unit };
  };
  const { pipeline, atMs } = learned(next, setting);
  const samples = factors.map((factor) => {
    const sample = next();
    return { ...sample, value: sample.value * factor };
  });
  return { pipeline, atMs, samples };
}

const quiet = (count: number, factor = 1): number[] => Array.from({ length: count }, () => factor);

function play({ pipeline, atMs, samples }: ReturnType<typeof stretch>, promise = promiseOf(setting)): string[] {
  const state = freshEngine(pipeline, atMs);
  return samples.flatMap((sample, index) => {
    const { kind } = stepEngine(state, pipeline, sample, promise);
    return kind === "page" || kind === "recovered" ? [`${index} ${kind}`] : [];
  });
}

describe("one series", () => {
  test("pages once for a lasting change and recovers once", () => {
    const notified = play(stretch(1, [...quiet(500), ...quiet(500, 2), ...quiet(500)]));
    expect(notified).toHaveLength(2);
    expect(Number.parseInt(notified[0] ?? "")).toBeLessThan(560);
    expect(notified[0]).toContain("page");
    expect(Number.parseInt(notified[1] ?? "")).toBeLessThan(1060);
    expect(notified[1]).toContain("recovered");
  });

  test("says since when and by how much", () => {
    const { pipeline, atMs, samples } = stretch(4, [...quiet(300), ...quiet(300, 1.5)]);
    const state = freshEngine(pipeline, atMs);
    const promise = promiseOf(setting);
    for (const [index, sample] of samples.entries()) {
      const step = stepEngine(state, pipeline, sample, promise);
      if (step.kind !== "page") continue;
      expect(step.change.kind).toBe("up");
      expect(Math.abs((step.change.sinceMs - atMs) / setting.intervalMs - 300)).toBeLessThan(40);
      expect(step.change.low).toBeLessThan(1.5);
      expect(step.change.high).toBeGreaterThan(1.5);
      expect(index).toBeGreaterThan(300);
      return;
    }
    expect.unreachable("no page");
  });

  test("stored and read back after every sample, it says the same", () => {
    const series = stretch(2, [...quiet(100), ...quiet(200, 1.7), ...quiet(200)]);
    const promise = promiseOf(setting);
    let stored: string = JSON.stringify(freshEngine(series.pipeline, series.atMs));
    const reference = JSON.stringify(series.pipeline.reference);
    const notified = series.samples.flatMap((sample, index) => {
      const pipeline = pipelineOf(readReference(JSON.parse(reference) as Json)!, promise.floor);
      const state = JSON.parse(stored) as EngineState;
      const { kind } = stepEngine(state, pipeline, sample, promise);
      stored = JSON.stringify(state);
      return kind === "page" || kind === "recovered" ? [`${index} ${kind}`] : [];
    });
    expect(notified).toEqual(play(series));
    expect(notified.length).toBeGreaterThan(0);
    expect(stored.length).toBeLessThan(3000);
    expect(reference.length).toBeLessThan(4000);
  });
});

describe("properties", () => {
  test("units do not matter", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.constantFrom(0.001, 60, 1e6), (seed, unit) => {
        const factors = [...quiet(100), ...quiet(100, 2), ...quiet(100)];
        expect(play(stretch(seed, factors, unit))).toEqual(play(stretch(seed, factors)));
      }),
      { numRuns: 15 },
    );
  });

  test("a stricter promise never pages earlier", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 }), (seed, days) => {
        const series = stretch(seed, [...quiet(50), ...quiet(300, 1.4)]);
        const first = (notified: string[]): number => Number.parseInt(notified[0] ?? "9999");
        expect(first(play(series, promiseOf(setting, days * 2)))).toBeGreaterThanOrEqual(
          first(play(series, promiseOf(setting, days))),
        );
      }),
      { numRuns: 15 },
    );
  });

  test("moves within the floor are never told, however long and steady", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.double({ min: 0.96, max: 1.045, noNaN: true }),
        (seed, factor) => {
          // A dead steady series: every deviation would stand out.
          const endless = seriesOf({ ...scene("iid"), name: "steady" }, setting.intervalMs, seed);
          const steady = (): Sample => {
            const { atMs, value } = endless();
            return { atMs, value: 500 * Math.exp(0.01 * Math.log(value / 800)) };
          };
          const { pipeline, atMs } = learned(steady, setting);
          const samples = Array.from({ length: 2000 }, () => {
            const sample = steady();
            return { ...sample, value: sample.value * factor };
          });
          expect(play({ pipeline, atMs, samples })).toEqual([]);
        },
      ),
      { numRuns: 10 },
    );
  });

  test("what was not measured changes nothing; late samples neither", () => {
    const { pipeline, atMs } = stretch(3, []);
    const state = freshEngine(pipeline, atMs);
    stepEngine(state, pipeline, { atMs: atMs + 60_000, value: 800 }, promiseOf(setting));
    const before = JSON.stringify(state);
    for (const value of [Number.NaN, Infinity, -Infinity, 0, -3]) {
      stepEngine(state, pipeline, { atMs: atMs + 120_000, value }, promiseOf(setting));
    }
    stepEngine(state, pipeline, { atMs: atMs + 30_000, value: 1e9 }, promiseOf(setting));
    expect(JSON.stringify(state)).toBe(before);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 5e-324, noNaN: true }), { maxLength: 50 }), (values) => {
        const fresh = freshEngine(pipeline, atMs);
        for (const [index, value] of values.entries()) {
          stepEngine(fresh, pipeline, { atMs: atMs + 60_000 * (index + 1), value }, promiseOf(setting));
        }
        expect(isEngineState(JSON.parse(JSON.stringify(fresh)))).toBe(true);
      }),
    );
  });
});

test("a small slice of the tables: few false pages, and delays near the known ones", () => {
  const fortnight = { intervalMs: 300_000, baselineDays: 14, floor: 0.05 };
  for (const scenario of scenarios) {
    const pages = [1, 2, 3].map((seed) => falsePages(scenario, fortnight, seed).pages);
    expect(
      pages.reduce((sum, count) => sum + count, 0),
      scenario.name,
    ).toBeLessThanOrEqual(2);
  }
  const delays = Array.from({ length: 9 }, (_, seed) =>
    delayOf(scene("iid"), { ...fortnight, intervalMs: 60_000 }, seed + 1, { kind: "level", factor: 1.5 }),
  ).toSorted((one, other) => (one ?? Infinity) - (other ?? Infinity));
  expect(delays[4]).toBeLessThanOrEqual(32);
});
