import { expect, test } from "vitest";
import type { SeriesMemory } from "../../src/baseline/baseline.ts";
import { reduce } from "../../src/incident/reduce.ts";
import type { Incident } from "../../src/incident/incident.ts";
import { oddsOf, startWatching } from "../../src/judgement/contract/watching.ts";
import { shapeJudge } from "../../src/judgement/shape-judge.ts";
import type { Observation, Shape } from "../../src/observation/observation.ts";
import { scenarioOf } from "../../src/scenario/resolve.ts";
import { seededRandom } from "../../src/testbed/seeded-random.ts";
import { probe as sample } from "../probe/samples.ts";
import { observation as template } from "../store/samples.ts";

const probe = { ...sample, judge: { ...sample.judge, learnRuns: 30 } };
const scenario = scenarioOf(probe.scenario);
const judge = shapeJudge("contract", () => true);
const series = { id: "s", probeId: probe.id, aspect: "contract", label: "shape of replies" } as const;

/** One series, judged run by run, with the incident that its rulings make. */
function monitor() {
  let memory: SeriesMemory | undefined;
  let incident: Incident | undefined;
  let slotMs = 0;
  return (shape: Shape): "opened" | "quiet" => {
    slotMs += 60_000;
    const outcome = { ...template.outcome, shape } as Observation["outcome"];
    const observation = { ...template, outcome };
    const { ruling, state, accept } = judge.judge({
      scenario,
      observation,
      series,
      memory,
      policy: probe.judge,
      cadence: probe.cadence,
      slotMs,
    });
    const version = accept === undefined ? memory?.baseline?.version : (memory?.baseline?.version ?? 0) + 1;
    const baseline =
      accept === undefined
        ? memory?.baseline
        : { version: version ?? 1, n: accept.n, learned: accept.learned, acceptedAtMs: 0, by: "", why: "" };
    memory = { series, baseline, state: state ?? memory?.state ?? null, lastSlotMs: slotMs };
    const context = { probe, slotMs, nowMs: slotMs, evidence: { runId: "r" }, lastGoodSlotMs: undefined };
    const next = reduce(incident, ruling, context);
    incident = next.incident;
    return next.transition?.kind === "opened" ? "opened" : "quiet";
  };
}

const declared: Shape = {
  $: ["object"],
  "$.id": ["string"],
  "$.choices": ["array"],
  "$.choices[]": ["object"],
  "$.choices[].finish_reason": ["string"],
  "$.choices[].message": ["object"],
  "$.choices[].message.role": ["string"],
  "$.choices[].message.content": ["string"],
  "$.usage": ["object"],
  "$.usage.prompt_tokens": ["integer"],
};

/** An API that never changes but is not always the same: optional and nullable fields, numbers whole or not. */
function stationaryApi(random: () => number): () => Shape {
  const chance = (): number => [0.5, 0.8, 0.9, 0.95, 0.99, 0.999][Math.floor(random() * 6)] ?? 0.5;
  const optional = Array.from({ length: 8 }, (_, n) => ({
    path: `$.optional_${n}`,
    there: chance(),
    nullable: chance(),
  }));
  return () => {
    const shape: Record<string, Shape[string]> = { ...declared };
    for (const { path, there, nullable } of optional) {
      if (random() < there) shape[path] = [random() < nullable ? "string" : "null"];
    }
    return shape;
  };
}

test("a hundred unchanged APIs, a hundred thousand runs: at most ten false pages, one in ten thousand", () => {
  const random = seededRandom(4);
  let opened = 0;
  for (let api = 0; api < 100; api += 1) {
    const see = monitor();
    const reply = stationaryApi(random);
    for (let run = 0; run < 1000; run += 1) opened += see(reply()) === "opened" ? 1 : 0;
  }
  expect(opened).toBeLessThanOrEqual(10);
}, 60_000);

const changes: readonly [string, (shape: Shape) => Shape, number][] = [
  ["a declared field gone", ({ "$.choices[].message.role": _gone, ...rest }) => rest, 2],
  [
    "usage gone",
    (shape) => Object.fromEntries(Object.entries(shape).filter(([path]) => !path.startsWith("$.usage"))),
    2,
  ],
  ["a declared field null", (shape) => ({ ...shape, "$.choices[].message.content": ["null"] }), 2],
  ["tokens as text", (shape) => ({ ...shape, "$.usage.prompt_tokens": ["string"] }), 2],
  ["a list instead of an object", (shape) => ({ ...shape, "$.choices[].message": ["array"] }), 2],
  ["a field of the provider's own gone", ({ "$.always": _gone, ...rest }) => rest, 3],
];

test.each(changes)("%s: told when it is confirmed", (_what, change, slots) => {
  for (let seed = 0; seed < 20; seed += 1) {
    const see = monitor();
    const reply = stationaryApi(seededRandom(seed));
    const whole = (): Shape => ({ ...reply(), "$.always": ["string"] });
    for (let run = 0; run < 500; run += 1) see(whole());
    const after = Array.from({ length: slots + 1 }, () => see(change(whole())));
    expect(after.indexOf("opened") + 1).toBeGreaterThan(1);
    expect(after.indexOf("opened") + 1).toBeLessThanOrEqual(slots);
  }
});

test("the more often it was there, the sooner its absence is told", () => {
  const gone = { kind: "gone", subject: "$.extra", expected: "string", observed: "absent", sightings: 0 } as const;
  const needed = (n: number): number => oddsOf({ ...gone, chances: n }, n, startWatching, startWatching).needed;
  expect([12, 30, 100, 300, 1000, 10_000].map(needed)).toEqual([8, 5, 4, 3, 2, 2]);
});
