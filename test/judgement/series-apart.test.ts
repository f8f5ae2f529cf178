import { chat } from "../../src/protocol/chat/chat.ts";
import { describe, expect, test } from "vitest";
import type { SeriesMemory } from "../../src/baseline/baseline.ts";
import { readWatchState } from "../../src/judgement/drift/level/watch-state.ts";
import { judgeRun } from "../../src/judgement/judge-run.ts";
import type { Ruling } from "../../src/judgement/judgement.ts";
import type { Observation } from "../../src/observation/observation.ts";
import type { Usage } from "../../src/probe/usage.ts";
import { observe } from "../../src/observation/observe.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { scenarioOf } from "../../src/scenario/resolve.ts";
import { isJsonObject, type Json } from "../../src/std/json.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";
import { probe as sample } from "../probe/samples.ts";
import { completion, ok } from "../run/fake-exchanger.ts";

const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;
const drift = { falsePageEveryMs: 180 * dayMs, samples: 60, pageAfterMs: 6 * 60 * minuteMs, fullAfterMs: dayMs };
const probe: Probe = { ...sample, judge: { ...sample.judge, drift, latencyFloorRatio: 1.05 } };
const scenario = scenarioOf(probe.scenario);
const ask = { messages: [], maxTokens: 48, stream: false, extra: {} };
const stored = (value: Json): Json => JSON.parse(JSON.stringify(value)) as Json;

interface Shown {
  readonly usage?: Usage | undefined;
  readonly slower?: number;
}

/** A run a minute through every judge, each series remembered as the store does. */
function follow() {
  const random = seededRandom(7);
  const memory = new Map<string, SeriesMemory>();
  let slotMs = 0;
  const labelled = (label: string): SeriesMemory | undefined =>
    [...memory.values()].find(({ series }) => series.label === label);
  const run = ({ usage, slower = 1 }: Shown): readonly Ruling[] => {
    slotMs += minuteMs;
    const attempt = {
      ordinal: 1,
      startedAtMs: slotMs,
      outcome: ok(completion()),
      timings: { totalMs: slower * 800 * Math.exp(0.1 * (random() + random() + random() - 1.5)) },
      connection: "fresh",
      maxLoopDelayMs: 0,
    } as const;
    const seen = observe(
      { name: scenario.name, ask },
      { attempts: [attempt] },
      { protocol: chat, expectations: [], redact: (text) => text },
    );
    const observation = { ...seen, outcome: { ...seen.outcome, usage } } as Observation;
    const judged = judgeRun({
      probe,
      scenario: { ...scenario, expectations: [], checks: undefined },
      observations: [observation],
      memory: [...memory.values()],
      slotMs,
    });
    for (const { series, state, accept } of judged.series) {
      const before = memory.get(series.id)?.baseline;
      const version = (before?.version ?? 0) + 1;
      const taken = accept && { ...accept, learned: stored(accept.learned), version, acceptedAtMs: slotMs, by: "" };
      memory.set(series.id, { series, state: stored(state), baseline: taken ?? before, lastSlotMs: slotMs });
    }
    return judged.rulings;
  };
  return {
    labelled,
    runs: (count: number, shown: Shown) => Array.from({ length: count }, () => run(shown)),
  };
}

/** `prompt tokens: 36, not 100`, for everything that is told in these runs. */
function notifiedIn(runs: readonly (readonly Ruling[])[]): Set<string> {
  const findings = runs.flat().flatMap((ruling) => (ruling.outcome === "bad" ? ruling.findings : []));
  return new Set(findings.map(({ subject, observed, expected }) => `${subject}: ${observed}, not ${expected}`));
}

const counted = (memory: SeriesMemory | undefined): unknown =>
  isJsonObject(memory?.state) && isJsonObject(memory.state["counts"]) ? memory.state["counts"]["n"] : undefined;

describe("tokens of each kind are a series of their own", () => {
  const usual: Usage = { promptTokens: 100, cachedTokens: 64, reasoningTokens: 40, completionTokens: 60 };

  test("and what moves is told of its kind alone", () => {
    const { runs, labelled } = follow();
    runs(400, { usage: usual });
    for (const kind of ["prompt", "cached", "reasoning", "completion"]) {
      expect(labelled(`${kind} tokens`)?.baseline, kind).toBeDefined();
    }
    expect(notifiedIn(runs(20, { usage: { ...usual, cachedTokens: 0 } }))).toEqual(
      new Set(["cached tokens: 0, not 64"]),
    );
    runs(100, { usage: usual });
    const subjects = [...notifiedIn(runs(200, { usage: { ...usual, reasoningTokens: 90 } }))];
    expect(subjects.length).toBeGreaterThan(0);
    expect(subjects.every((subject) => subject.startsWith("reasoning tokens"))).toBe(true);
  });

  test("a provider that begins to count cached tokens beside the prompt's, not among them, is told of", () => {
    const { runs } = follow();
    runs(400, { usage: usual });
    const notified = notifiedIn(runs(20, { usage: { ...usual, promptTokens: 36 } }));
    expect(notified).toEqual(new Set(["prompt tokens: 36, not 100"]));
  });

  test("each convention is normal where it always was", () => {
    const { runs } = follow();
    const beside: Usage = { ...usual, promptTokens: 36, completionTokens: 20 };
    expect(notifiedIn(runs(500, { usage: beside }))).toEqual(new Set());
  });
});

describe("what is unknown is never 0", () => {
  const usual: Usage = { promptTokens: 24, completionTokens: 2 };

  test("kinds that are not reported are no series, and nothing is learned of usage that is not there", () => {
    const { runs, labelled } = follow();
    runs(30, { usage: usual });
    expect(labelled("cached tokens")).toBeUndefined();
    expect(labelled("reasoning tokens")).toBeUndefined();
    const before = labelled("prompt tokens")?.state;
    runs(30, { usage: undefined });
    expect(labelled("prompt tokens")?.state).toEqual(before);
  });

  test("that prompt tokens end is left to the contract, which names the member", () => {
    const { runs } = follow();
    runs(400, { usage: usual });
    expect(notifiedIn(runs(20, { usage: { completionTokens: 2 } }))).toEqual(new Set());
  });

  test("a reported 0 is a number", () => {
    const { runs, labelled } = follow();
    runs(400, { usage: { ...usual, cachedTokens: 0 } });
    expect(labelled("cached tokens")?.baseline?.learned).toMatchObject({
      counts: { "0": expect.any(Number) as number },
    });
    const notified = notifiedIn(runs(20, { usage: { ...usual, cachedTokens: 16 } }));
    expect(notified).toEqual(new Set(["cached tokens: 16, not 0"]));
  });
});

test("a series that is fine goes on learning while another of its target has an incident, which learns nothing", () => {
  const { runs, labelled } = follow();
  const usage: Usage = { promptTokens: 24, completionTokens: 2 };
  runs(1500, { usage });
  const [tokensBefore, timesBefore] = [counted(labelled("prompt tokens")), learnedOf(labelled("total time"))];
  const incident = runs(300, { usage, slower: 3 });
  expect([...notifiedIn(incident)].some((it) => it.startsWith("total time"))).toBe(true);
  expect(counted(labelled("prompt tokens"))).toBe(Number(tokensBefore) + 300);
  expect(learnedOf(labelled("total time"))).toBeLessThan(timesBefore + 10);
});

const learnedOf = (memory: SeriesMemory | undefined): number => readWatchState(memory?.state)?.learning?.n ?? 0;
