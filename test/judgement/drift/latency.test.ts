import { describe, expect, test } from "vitest";
import { scenarios, seriesOf } from "../../../bench/detection/series.ts";
import type { SeriesMemory } from "../../../src/baseline/baseline.ts";
import { latencyJudge } from "../../../src/judgement/drift/level/latency.ts";
import type { JudgeInput, JudgeOutput } from "../../../src/judgement/judgement.ts";
import type { Cadence } from "../../../src/probe/probe.ts";
import { scenarioOf } from "../../../src/scenario/resolve.ts";
import type { Json } from "../../../src/std/json.ts";
import { probe } from "../../probe/samples.ts";

const minute = 60_000;
const day = 1440;
const all = scenarios.find(({ name }) => name === "all") ?? scenarios[0]!;
const series = { id: "s", probeId: probe.id, aspect: "latency", label: "total time" } as const;
const policy = {
  ...probe.judge,
  latencyFloorRatio: 1.05,
  drift: {
    falsePageEveryMs: 180 * day * minute,
    samples: 60,
    pageAfterMs: day * minute,
    fullAfterMs: 7 * day * minute,
  },
};

/** One series as the store would keep it: every run reads what the last has written, as JSON. */
function follow(everyMinutes: number) {
  let memory: SeriesMemory | undefined;
  let slotMs = 0;
  const accepted: { readonly why: string; readonly atMs: number }[] = [];
  const run = (totalMs: number, cadence: Cadence, facts: object = {}): JudgeOutput => {
    slotMs += cadence.kind === "every" ? cadence.everyMs : 0;
    const observation = {
      call: "valid-request",
      mode: "plain",
      outcome: { kind: "reply", status: 200 },
      timings: { totalMs },
      attempts: 1,
      connection: "fresh",
      maxLoopDelayMs: 0,
      ...facts,
    } as unknown as JudgeInput["observation"];
    const input = { scenario: scenarioOf(probe.scenario), observation, series, memory, policy, cadence, slotMs };
    const output = latencyJudge.judge(input);
    if (output.accept !== undefined) accepted.push({ why: output.accept.why, atMs: slotMs });
    const { accept, state } = output;
    const baseline =
      accept === undefined
        ? memory?.baseline
        : { version: accepted.length, n: accept.n, learned: accept.learned, acceptedAtMs: slotMs, by: "", why: "" };
    if (state !== undefined) memory = { series, baseline, state: copy(state), lastSlotMs: slotMs };
    return output;
  };
  return {
    run,
    accepted,
    every: { kind: "every", everyMs: everyMinutes * minute } as const,
    state: () => memory?.state,
  };
}

function copy(value: Json): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

const severityOf = ({ ruling }: JudgeOutput): string =>
  ruling.outcome === "bad" ? (ruling.findings[0]?.severity ?? "none") : ruling.outcome;

describe("a series through its stages", () => {
  test("learns anew at 1, 2, 3, 7, 14 and 28 days, stays small, tells nobody of anything, then finds a move", () => {
    const next = seriesOf(all, 5 * minute, 12);
    const { run, accepted, every, state } = follow(5);
    const notified = new Set<string>();
    for (let index = 0; index < (30 * day) / 5; index += 1) {
      notified.add(severityOf(run(next().value, every)));
      if (index % 500 === 0) expect(JSON.stringify(state()).length).toBeLessThan(30_000);
    }
    expect(notified.has("risky")).toBe(false);
    expect(accepted.map(({ atMs }) => Math.round(atMs / minute / day))).toEqual([0, 1, 2, 3, 7, 14, 28]);
    expect(JSON.stringify(state()).length).toBeLessThan(3000);

    const until = (value: () => number, severity: string): number => {
      for (let count = 1; count < 1000; count += 1) if (severityOf(run(value(), every)) === severity) return count;
      return 1000;
    };
    expect(until(() => 1.5 * next().value, "risky")).toBeLessThan(150);
    expect(until(() => next().value, "good")).toBeLessThan(60);
    expect(until(() => 0.4 * next().value, "informative")).toBeLessThan(100);
  });

  test("the first day informs only", () => {
    const next = seriesOf(all, minute, 2);
    const { run, every } = follow(1);
    for (let index = 0; index < 200; index += 1) run(next().value, every);
    const severities = Array.from({ length: 200 }, () => severityOf(run(5 * next().value, every)));
    expect(severities).toContain("informative");
    expect(severities).not.toContain("risky");
  });

  test("another interval is learned anew", () => {
    const { run, accepted, every } = follow(1);
    const next = seriesOf(all, minute, 2);
    for (let index = 0; index < 100; index += 1) run(next().value, every);
    for (let index = 0; index < 100; index += 1) run(next().value, { kind: "every", everyMs: 10 * minute });
    expect(accepted.map(({ why }) => why)).toEqual(["learned from the first 60 runs", "another interval: 60 runs"]);
  });
});

test("what was measured badly is no evidence and leaves no trace", () => {
  const { run, every, state } = follow(1);
  for (let index = 0; index < 100; index += 1) run(800 + (index % 7), every);
  const before = JSON.stringify(state());
  for (const [totalMs, facts] of [
    [1e6, { maxLoopDelayMs: 5000 }],
    [1e6, { attempts: 2 }],
    [0, {}],
    [Number.NaN, {}],
    [Infinity, {}],
    [-1, {}],
  ] as const) {
    expect(run(totalMs, every, facts).ruling.outcome).toBe("unjudged");
  }
  expect(JSON.stringify(state())).toBe(before);
});

test("a time-out counts as a reply that took as long, and other faults say nothing of time", () => {
  const { run, every } = follow(1);
  for (let index = 0; index < 2 * day; index += 1) run(800 + (index % 97), every);
  const timeout = { outcome: { kind: "fault", class: "timeout", phase: "first-byte" } };
  const severities = Array.from({ length: 20 }, () => severityOf(run(30_000, every, timeout)));
  expect(severities).toContain("risky");
  const series = (outcome: object): readonly unknown[] =>
    latencyJudge.seriesOf(
      { outcome, call: "ask", mode: "plain", timings: { totalMs: 5 } } as never,
      scenarioOf(probe.scenario),
    );
  expect(series({ kind: "fault", class: "dns" })).toEqual([]);
  expect(series(timeout.outcome)).toHaveLength(1);
});

test("streams have a time to the first content, a largest gap and, with usage, a time per token", () => {
  const timings = { totalMs: 5000, firstContentMs: 800, largestGapMs: 300 };
  const outcome = { kind: "reply", status: 200, usage: { completionTokens: 43 } };
  const labels = (mode: string): string[] =>
    latencyJudge
      .seriesOf({ outcome, call: "ask", mode, timings } as never, scenarioOf(probe.scenario))
      .map(({ label }) => label);
  expect(labels("stream")).toEqual(["total time", "time to first content", "largest gap", "time per output token"]);
  expect(labels("plain")).toEqual(["total time"]);
});
