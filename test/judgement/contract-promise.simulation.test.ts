import { expect, test } from "vitest";
import type { SeriesMemory } from "../../src/baseline/baseline.ts";
import { reduce } from "../../src/incident/reduce.ts";
import type { Incident } from "../../src/incident/incident.ts";
import { oddsOf, startWatching, watchOn } from "../../src/judgement/contract/watching.ts";
import { shapeJudge } from "../../src/judgement/contract/shape-judge.ts";
import type { Classes, Observation, Shape } from "../../src/observation/observation.ts";
import { scenarioOf } from "../../src/scenario/resolve.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";
import { probe as sample } from "../probe/samples.ts";
import { observation as template } from "../store/samples.ts";

const probe = { ...sample, judge: { ...sample.judge, learnRuns: 30 } };
const scenario = scenarioOf(probe.scenario);
const judge = shapeJudge("contract", () => true);
const series = { id: "s", probeId: probe.id, aspect: "contract", label: "shape of replies" } as const;

interface Reply {
  readonly shape: Shape;
  readonly classes: Classes;
}

/** One series, judged run by run, with the incident that its rulings make. */
function monitor() {
  let memory: SeriesMemory | undefined;
  let incident: Incident | undefined;
  let slotMs = 0;
  return (reply: Reply): "opened" | "quiet" => {
    slotMs += 60_000;
    const outcome = { ...template.outcome, ...reply } as Observation["outcome"];
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

const usualClasses: Classes = {
  "$.id": ["chatcmpl-…"],
  "$.choices[].finish_reason": ['"stop"'],
  "$.choices[].message.role": ['"assistant"'],
  "$.choices[].message.content": ["text"],
  "$.usage.prompt_tokens": ["positive"],
};

/**
 * An API that never changes but is not always the same: optional and nullable fields, rare words, counters that are zero
 * now and then, and one of two upstreams with fields and ids of its own.
 */
function stationaryApi(random: () => number): () => Reply {
  const chance = (): number => [0.5, 0.8, 0.9, 0.95, 0.99, 0.999][Math.floor(random() * 6)] ?? 0.5;
  const optional = Array.from({ length: 8 }, (_, n) => ({
    path: `$.optional_${n}`,
    there: chance(),
    nullable: chance(),
    usual: chance(),
  }));
  const [firstUpstream, stops, reasons] = [chance(), chance(), chance()];
  return () => {
    const shape: Record<string, Shape[string]> = { ...declared, "$.usage.reasoning_tokens": ["integer"] };
    const classes: Record<string, Classes[string]> = {
      ...usualClasses,
      "$.choices[].finish_reason": [random() < stops ? '"stop"' : '"length"'],
      "$.usage.reasoning_tokens": [random() < reasons ? "zero" : "positive"],
    };
    for (const { path, there, nullable, usual } of optional) {
      if (random() >= there) continue;
      shape[path] = [random() < nullable ? "string" : "null"];
      if (shape[path][0] === "string") classes[path] = [random() < usual ? "token" : "digits"];
    }
    if (random() >= firstUpstream) {
      shape["$.provider"] = ["string"];
      classes["$.id"] = ["gen-…"];
    }
    return { shape, classes };
  };
}

test("fifty unchanged APIs, fifty thousand runs: at most five false pages, one in ten thousand", () => {
  const random = seededRandom(4);
  let opened = 0;
  for (let api = 0; api < 50; api += 1) {
    const see = monitor();
    const reply = stationaryApi(random);
    for (let run = 0; run < 1000; run += 1) opened += see(reply()) === "opened" ? 1 : 0;
  }
  expect(opened).toBeLessThanOrEqual(5);
});

const shapeChanges: readonly [string, (shape: Shape) => Shape, number][] = [
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

const changes: readonly [string, (reply: Reply) => Reply, number][] = [
  ...shapeChanges.map(([what, change, slots]): [string, (reply: Reply) => Reply, number] => [
    what,
    ({ shape, classes }) => ({ shape: change(shape), classes }),
    slots,
  ]),
  [
    "no items where there always were",
    ({ shape, classes }) => ({ shape, classes: { ...classes, "$.choices": ["empty"] } }),
    2,
  ],
  [
    "another word",
    ({ shape, classes }) => ({ shape, classes: { ...classes, "$.choices[].finish_reason": ['"max_tokens"'] } }),
    3,
  ],
];

test.each(changes)("%s: told when it is confirmed", (_what, change, slots) => {
  let atOnce = 0;
  for (let seed = 0; seed < 20; seed += 1) {
    const see = monitor();
    const reply = stationaryApi(seededRandom(seed));
    const whole = (): Reply => {
      const { shape, classes } = reply();
      return { shape: { ...shape, "$.always": ["string"] }, classes };
    };
    for (let run = 0; run < 500; run += 1) see(whole());
    const after = Array.from({ length: slots + 1 }, () => see(change(whole())));
    const at = after.indexOf("opened") + 1;
    expect(at).toBeGreaterThan(0);
    expect(at).toBeLessThanOrEqual(slots);
    atOnce += at === 1 ? 1 : 0;
  }
  // Of a rare field that was absent just before, another slot is enough now and then.
  expect(atOnce).toBeLessThanOrEqual(2);
});

test("the more often it was there, the sooner its absence is told", () => {
  const gone = {
    kind: "gone",
    severity: "breaking",
    subject: "$.extra",
    expected: "string",
    observed: "absent",
  } as const;
  const needed = (n: number): number => {
    const difference = { ...gone, sightings: 0, chances: n };
    let watching = startWatching;
    for (let times = 1; times < 100; times += 1) {
      watching = watchOn(watching, [difference], n);
      if (oddsOf(difference, watching).proof === "enough") return times;
    }
    return Infinity;
  };
  expect([12, 30, 100, 300, 1000, 10_000].map(needed)).toEqual([9, 6, 4, 3, 2, 2]);
});
