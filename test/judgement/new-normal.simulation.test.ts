import { expect, test } from "vitest";
import { scenarios, seriesOf } from "../../bench/detection/series.ts";
import type { SeriesMemory } from "../../src/baseline/baseline.ts";
import {
  acceptFromChange,
  excludeBetween,
  markFalsePositive,
  type NewNormal,
  plannedChange,
} from "../../src/judgement/drift/baseline/new-normal.ts";
import { samplesOf } from "../../src/judgement/drift/learn/learning.ts";
import { readReference } from "../../src/judgement/drift/learn/reference.ts";
import { previousIn } from "../../src/judgement/drift/previous-baseline.ts";
import { readWatchState } from "../../src/judgement/drift/level/watch-state.ts";
import type { Finding, JudgeInput, JudgeOutput } from "../../src/judgement/judgement.ts";
import { latencyJudge } from "../../src/judgement/drift/level/latency.ts";
import { scenarioOf } from "../../src/scenario/resolve.ts";
import type { Json } from "../../src/std/json.ts";
import { probe } from "../probe/samples.ts";

const minuteMs = 60_000;
const day = 1440;
const series = { id: "s", probeId: probe.id, aspect: "latency", label: "total time" } as const;
const drift = { ...probe.judge.drift, pageAfterMs: 6 * 60 * minuteMs, fullAfterMs: day * minuteMs };
const policy = { ...probe.judge, latencyFloorRatio: 1.05, drift };
const all = scenarios.find(({ name }) => name === "all") ?? scenarios[0]!;
const stored = (value: Json): Json => JSON.parse(JSON.stringify(value)) as Json;

/** A series one minute apart, kept as the store keeps it, and what people do to it. */
function follow(seed: number, by = policy) {
  const next = seriesOf(all, minuteMs, seed);
  let memory: SeriesMemory | undefined;
  const why: string[] = [];
  const found: Finding[] = [];
  const notes: string[] = [];
  const run = (factor: number): JudgeOutput => {
    const { atMs: slotMs, value } = next();
    const timings = { totalMs: value * factor };
    const reply = { call: "valid-request", mode: "plain", outcome: { kind: "reply", status: 200 }, timings };
    const observation = { ...reply, attempts: 1, maxLoopDelayMs: 0 } as unknown as JudgeInput["observation"];
    const { cadence } = probe;
    const scenario = scenarioOf(probe.scenario);
    const output = latencyJudge.judge({ scenario, observation, series, memory, policy: by, cadence, slotMs });
    const { accept, state = null } = output;
    if (accept !== undefined) why.push(accept.why);
    if (output.ruling.outcome === "good") notes.push(...(output.ruling.notes ?? []).map(({ observed }) => observed));
    if (output.ruling.outcome === "bad") found.push(...output.ruling.findings);
    const version = (memory?.baseline?.version ?? 0) + 1;
    const taken = accept && { ...accept, learned: stored(accept.learned), version, acceptedAtMs: slotMs, by: "" };
    memory = { series, baseline: taken ?? memory?.baseline, state: stored(state), lastSlotMs: slotMs };
    return output;
  };
  return {
    why,
    run,
    notes,
    memory: () => memory!,
    found: () => found,
    runs: (count: number, factor = 1) => Array.from({ length: count }, () => severityOf(run(factor))),
    /** Runs until the first of this severity; how many it took. */
    until(severity: string, factor: number): number {
      for (let count = 1; count < 3000; count += 1) if (severityOf(run(factor)) === severity) return count;
      return 3000;
    },
    take({ learned, n, state }: NewNormal): void {
      const version = (memory?.baseline?.version ?? 0) + 1;
      const baseline = { learned: stored(learned), n, version, acceptedAtMs: 0, by: "ada", why: "new machines" };
      memory = { ...memory!, baseline, state: stored(state ?? null) };
    },
    put(state: Json): void {
      memory = { ...memory!, state: stored(state) };
    },
  };
}

const severityOf = ({ ruling }: JudgeOutput): string =>
  ruling.outcome === "bad" ? (ruling.findings[0]?.severity ?? "none") : ruling.outcome;

test("accepted as the new normal: from the change on, at once, and what it was before is recognised", () => {
  const { runs, until, memory, take, why } = follow(3);
  runs(2 * day + 10);
  expect(until("risky", 2)).toBeLessThan(60);
  runs(8 * 60, 2);
  const normal = acceptFromChange(memory(), 60);
  expect(normal?.n).toBeGreaterThan(8 * 60);
  expect(normal?.n).toBeLessThan(9 * 60 + 30);
  const usual = previousIn(normal?.learned, readReference);
  take(normal!);
  expect(new Set(runs(6 * 60, 2))).toEqual(new Set(["good"]));
  // Twice as slow as that is a drift again.
  expect(until("risky", 4)).toBeLessThan(120);
  until("good", 2);
  // And back to what it was: told as information, and normal again without anybody's doing.
  why.length = 0;
  expect(until("informative", 1)).toBeLessThan(200);
  expect(why.at(-1)).toContain("normal before is normal again");
  expect(new Set(runs(5 * 60))).toEqual(new Set(["good"]));
  expect(previousIn(memory().baseline?.learned, readReference)?.level).not.toBe(usual?.level);
});

test("too few samples of the change are the beginning of a new baseline", () => {
  const { runs, until, memory, take, why } = follow(4);
  runs(2 * day + 10);
  until("risky", 3);
  const normal = acceptFromChange(memory(), 60);
  expect(normal).toMatchObject({ learned: null });
  expect(normal!.n).toBeGreaterThan(2);
  take(normal!);
  why.length = 0;
  expect(new Set(runs(60 - normal!.n, 3))).toEqual(new Set(["unjudged"]));
  expect(why).toEqual(["learned from the first 60 runs"]);
});

test("without a change that is held there is nothing to accept it from", () => {
  const { runs, memory } = follow(5);
  runs(day);
  expect(acceptFromChange(memory(), 60)).toBeUndefined();
});

test("an incident is not learned from: neither what was told nor what a person excludes", () => {
  const { runs, until, memory, put } = follow(6);
  runs(2 * day + 600);
  const before = readWatchState(memory().state)?.learning;
  const took = until("risky", 2);
  runs(300, 2);
  const after = readWatchState(memory().state)?.learning;
  // What was learned of it before it was told is forgotten.
  expect(after!.n).toBeLessThanOrEqual(before!.n + 30);
  expect(after!.lastMs).toBeLessThan(before!.lastMs + took * minuteMs);
  until("good", 1);
  const fromMs = memory().lastSlotMs - 400 * minuteMs;
  put(excludeBetween(memory(), fromMs, memory().lastSlotMs, 60)!.state);
  expect(readWatchState(memory().state)?.learning?.lastMs).toBeLessThan(fromMs);
  expect(new Set(runs(300))).toEqual(new Set(["good"]));
});

test("a planned change is a new epoch, and nobody is paged for it", () => {
  const { runs, take } = follow(7);
  runs(2 * day);
  take(plannedChange);
  expect(runs(2 * day, 3)).not.toContain("risky");
});

test("two pages marked as noise within 90 days widen the margin, and the next finding says so", () => {
  const delays = [0, 2].map((falsePositives) => {
    const { runs, until, memory, put, found } = follow(8);
    runs(2 * day);
    for (let mark = 0; mark < falsePositives; mark += 1) put(markFalsePositive(memory(), memory().lastSlotMs - mark)!);
    const delay = until("risky", 1.3);
    expect(found().at(-1)?.why ?? "").toContain(
      falsePositives === 2 ? "two of its pages were marked as false positives" : "",
    );
    return delay;
  });
  expect(delays[1]).toBeGreaterThan(delays[0]!);
});

test("a level that creeps within the floor of each week is information against the anchor", () => {
  const { run, notes } = follow(9);
  runSlowly(run);
  expect(notes.at(-1)).toMatch(/^slow drift: \+1\d % since 1970-01-0\d$/);
});

/** Half a per cent a day from the third day on, until it is thirteen per cent; baselines are learned anew meanwhile. */
function runSlowly(run: (factor: number) => JudgeOutput): void {
  for (let index = 0; index < 34 * day; index += 1) {
    const today = index / day;
    run(1 + 0.13 * Math.max(0, Math.min(1, (today - 2) / 24)));
  }
}

/** Five days, of which thirty hours were slower by a quarter, and on to the refit of the seventh. */
function overWeek(slower: "as it was" | "excluded" | "learned from") {
  const young = { ...policy, drift: { ...drift, pageAfterMs: 9 * day * minuteMs, fullAfterMs: 9 * day * minuteMs } };
  const { runs, memory, put, why } = follow(10, young);
  runs(3.1 * day);
  const fromMs = memory().lastSlotMs + minuteMs;
  runs(1.25 * day, slower === "as it was" ? 1 : 1.25);
  const toMs = memory().lastSlotMs;
  runs(0.65 * day);
  if (slower === "excluded") {
    put(excludeBetween(memory(), fromMs, toMs, 60)!.state);
    const learning = readWatchState(memory().state)!.learning!;
    const isWithin = ({ atMs }: { readonly atMs: number }): boolean => atMs >= fromMs && atMs <= toMs;
    expect(samplesOf(learning, minuteMs).filter(isWithin)).toEqual([]);
    expect(learning.lastMs).toBe(memory().lastSlotMs);
  }
  why.length = 0;
  runs(2 * day + 5);
  expect(why).toEqual([expect.stringContaining("learned anew from")]);
  const { level, shift, n } = readReference(memory().baseline!.learned)!;
  return { mean: level + shift, n };
}

test("what a person has excluded isn't in the next baseline either", () => {
  const [usual, excluded, learned] = [overWeek("as it was"), overWeek("excluded"), overWeek("learned from")];
  expect(learned.mean - usual.mean).toBeGreaterThan(0.03);
  expect(Math.abs(excluded.mean - usual.mean)).toBeLessThan(0.01);
  expect(learned.n - excluded.n).toBe(1.25 * day);
});

test("a baseline that was itself learned from that time is learned again without it, and keeps its anchor", () => {
  const { runs, memory } = follow(12);
  runs(3 * day + 200);
  const { baseline } = memory();
  const before = readReference(baseline!.learned)!;
  const anchorIn = (learned: Json) => (learned as { readonly anchor: unknown }).anchor;
  const excluding = (fromMs: number, toMs: number) => excludeBetween(memory(), fromMs, toMs, 60)!.again;
  const [inside, after] = [before.toMs - 300 * minuteMs, before.toMs + minuteMs];
  const again = excluding(inside, inside + 100 * minuteMs);
  expect(again!.n).toBeLessThan(3 * day + 200 - 100);
  expect(readReference(again!.learned)!.toMs).toBe(memory().lastSlotMs);
  expect(anchorIn(again!.learned)).toEqual(anchorIn(stored(baseline!.learned)));
  expect(excluding(after, after + 50 * minuteMs)).toBeUndefined();
  expect(excluding(before.toMs, after)).toBeDefined();
  // Hardly anything is left: the baseline stays as it is.
  expect(excludeBetween(memory(), inside, inside + minuteMs, 5 * day)!.again).toBeUndefined();
});
