import { expect, test } from "vitest";
import { createBandMeter } from "../../src/app/measure-bands.ts";
import type { SeriesMemory } from "../../src/baseline/baseline.ts";
import type { Metrics } from "../../src/telemetry/metrics.ts";
import { probe } from "../probe/samples.ts";

const nowMs = Date.UTC(2026, 10, 23, 12);
/** A level around this value whose logs spread by 0.1. */
const learned = (value: number) => ({
  v: 3,
  n: 60,
  fromMs: 0,
  toMs: 1,
  intervalMs: 60_000,
  origin: Math.log(value),
  season: [],
  level: 0,
  spread: 0.1,
  shift: 0,
  correlation: 0,
  clip: { values: 0, scores: 0 },
  margin: { estimation: 0, wander: 0, unsteadiness: 1 },
  values: "",
  scores: "",
});
const memory = (aspect: string, label: string, lastSlotMs: number, value?: number) =>
  ({
    series: { id: `${label}${lastSlotMs}`, probeId: probe.id, aspect, label },
    lastSlotMs,
    baseline: value === undefined ? undefined : { learned: learned(value) },
  }) as unknown as SeriesMemory;

function meter(memories: readonly SeriesMemory[], probes = [probe]) {
  const asked: string[][] = [];
  const recorded: string[] = [];
  const metrics: Metrics = {
    record: (metric, value, labels: Readonly<Record<string, unknown>>) =>
      void recorded.push(
        `${metric} ${String(labels["plumbline.series"])} ${String(labels["plumbline.bound"])} ${value.toFixed(3)}`,
      ),
  };
  const seriesOfProbes = (ids: readonly string[]) => (asked.push([...ids]), Promise.resolve(memories));
  return { measure: createBandMeter(metrics, { seriesOfProbes }, probes), asked, recorded };
}

test("the judge's band of each learned level, in seconds and tokens; of two calls the newest", async () => {
  const { measure, recorded } = meter([
    memory("latency", "total time", 9, 2000),
    memory("latency", "total time", 5, 8000),
    memory("usage", "completion tokens", 9, 40),
    memory("latency", "largest gap", 9),
    memory("contract", "shape", 9, 1),
  ]);
  await measure(nowMs);
  expect(recorded.slice(0, 3)).toEqual([
    "baselineLatency total time lower 6.787",
    "baselineLatency total time usual 8.000",
    "baselineLatency total time upper 9.430",
  ]);
  expect(recorded.slice(3)).toEqual([
    "baselineLatency total time lower 1.697",
    "baselineLatency total time usual 2.000",
    "baselineLatency total time upper 2.358",
    "baselineTokens completion tokens lower 33.933",
    "baselineTokens completion tokens usual 40.000",
    "baselineTokens completion tokens upper 47.152",
  ]);
});

test("the store is asked every five minutes, for 50 probes at a time, and not at all for many", async () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => ({ ...probe, id: `p${index}@default` }));
  const { measure, asked } = meter([], many(120));
  for (const afterMs of [0, 299_999, 300_000]) await measure(nowMs + afterMs);
  expect(asked.map(({ length }) => length)).toEqual([50, 50, 20, 50, 50, 20]);
  const lean = meter([], many(2001));
  await lean.measure(nowMs);
  expect(lean.asked).toEqual([]);
});

test("how far an enrolment and the evidence of another model are", async () => {
  const ofOutput = (id: string, state: unknown, baseline?: unknown) =>
    ({
      series: { id, probeId: probe.id, aspect: "output", label: "answers" },
      lastSlotMs: Number(id),
      state,
      baseline: baseline === undefined ? undefined : { learned: baseline },
    }) as unknown as SeriesMemory;
  const variant = { maxTokens: 1, temperature: true, logprobs: false };
  const nothing = { letter: 0, borders: [], names: {}, fromMs: 0 };
  const enrolling = { v: 1, n: 80, of: 320, requests: 80, searched: 0, runs: [], ...nothing };
  const fingerprint = { v: 1, variant, regimes: [{}], axes: {}, n: 320, toMs: 1, ...nothing };
  const perHalfYear = probe.judge.drift.falsePageEveryMs / 60_000;
  const sums = { sums: [1, 1].map(() => 2 * perHalfYear * 0.25), runs: [1, 1] };
  const watching = { v: 1, regimes: [{}], recent: {}, since: {}, sinceMs: 0, names: {}, sums: { repeats: sums } };
  const recorded: string[] = [];
  const metrics: Metrics = {
    record(metric, value, labels: Readonly<Record<string, unknown>>) {
      const { "plumbline.instrument": instrument } = labels;
      recorded.push(`${metric} ${typeof instrument === "string" ? instrument : ""} ${value.toFixed(2)}`);
    },
  };
  const memories = [ofOutput("1", enrolling), ofOutput("2", watching, fingerprint)];
  const every = { ...probe, cadence: { kind: "every" as const, everyMs: 60_000 } };
  await createBandMeter(metrics, { seriesOfProbes: async () => memories }, [every])(nowMs);
  expect(recorded).toEqual([
    "outputEnrolled  0.25",
    "outputEnrolled  1.00",
    "outputEvidence choices 0.00",
    "outputEvidence repeats 0.25",
  ]);
});
