import { chat } from "../../src/protocol/chat/chat.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SeriesMemory } from "../../src/baseline/baseline.ts";
import type { Incident } from "../../src/incident/incident.ts";
import { reduceRun } from "../../src/incident/reduce-run.ts";
import { judgeRun } from "../../src/judgement/judge-run.ts";
import { observe } from "../../src/observation/observe.ts";
import { shapeOf } from "../../src/observation/shape.ts";
import type { Outcome } from "../../src/exchange/exchange.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { scenarioOf } from "../../src/scenario/resolve.ts";
import type { Json, JsonObject } from "../../src/std/json.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";
import { probe as anyProbe } from "../probe/samples.ts";
import { completion, ok } from "../run/fake-exchanger.ts";

/** A fast schedule with a short baseline and a promise as short: one false page in five minutes. */
const sample: Probe = {
  ...anyProbe,
  cadence: { kind: "every", everyMs: 1000 },
  judge: {
    ...anyProbe.judge,
    drift: { falsePageEveryMs: 300_000, samples: 20, pageAfterMs: 0, fullAfterMs: 0 },
  },
};

/** Judges replies one after the other and remembers as the store would; says what would be told, by slot. */
function history(probe: Probe, replies: Iterable<{ outcome: Outcome; totalMs: number }>): string[] {
  const scenario = scenarioOf(probe.scenario);
  const ask = { messages: [], maxTokens: 5, stream: false, extra: {} };
  const memory = new Map<string, SeriesMemory>();
  const incidents = new Map<string, Incident>();
  const notified: string[] = [];
  let slotMs = 0;
  for (const { outcome, totalMs } of replies) {
    slotMs += 1000;
    const attempt = {
      ordinal: 1,
      startedAtMs: 0,
      outcome,
      timings: { totalMs },
      connection: "fresh",
      maxLoopDelayMs: 0,
    } as const;
    const observations = [
      observe(
        { name: scenario.name, ask },
        { attempts: [attempt] },
        { protocol: chat, expectations: [], redact: (text) => text },
      ),
    ];
    const judged = judgeRun({ probe, scenario, observations, memory: [...memory.values()], slotMs });
    for (const { series, state, accept } of judged.series) {
      const before = memory.get(series.id)?.baseline;
      const baseline =
        accept === undefined
          ? before
          : { version: 1, n: accept.n, learned: accept.learned, acceptedAtMs: 0, by: "plumbline", why: "" };
      memory.set(series.id, { series, state, baseline, lastSlotMs: slotMs });
    }
    const context = { probe, slotMs, nowMs: slotMs, evidence: { runId: `${slotMs}` }, lastGoodSlotMs: undefined };
    const reduced = reduceRun([...incidents.values()], judged.rulings, context);
    for (const incident of reduced.incidents) incidents.set(incident.fingerprint, incident);
    for (const { kind, fingerprint } of reduced.transitions) {
      // What is only informative is told to nobody.
      if (incidents.get(fingerprint)?.severity === "informative") continue;
      notified.push(
        `${slotMs / 1000} ${kind} ${incidents.get(fingerprint)?.kind}: ${incidents.get(fingerprint)?.findings[0]?.subject}`,
      );
    }
  }
  return notified;
}

const repeat = <T>(times: number, make: (index: number) => T): T[] =>
  Array.from({ length: times }, (_, index) => make(index));
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

test("an unchanged but noisy API opens nothing in 100 series of 300 runs", () => {
  const probe: Probe = { ...sample, judge: { ...sample.judge, learnRuns: 30 } };
  for (let series = 1; series <= 100; series += 1) {
    const random = seededRandom(series);
    const replies = repeat(300, () => ({
      // Two optional members that come and go, as aggregators' do.
      outcome: ok(
        completion({ service_tier: random() < 0.5 ? "default" : undefined, metadata: random() < 0.5 ? {} : undefined }),
      ),
      totalMs: 800 * Math.exp(0.15 * normal(random)) * (random() < 0.01 ? 8 : 1),
    }));
    expect(history(probe, replies), `series ${series}`).toEqual([]);
  }
});

describe("what changed is told within two slots, no reply after three attempts; what needs statistics as soon as its promise allows", () => {
  const before = repeat(20, () => ({ outcome: ok(), totalMs: 100 }));
  const message = { role: "assistant", content: "plumb" };
  const choice = (change: JsonObject): Json =>
    completion({ choices: [{ index: 0, message, finish_reason: "stop", ...change }] });
  test.each([
    [
      "a member is gone",
      ok(choice({ message: { content: "plumb" } })),
      100,
      "22 opened contract: $.choices[].message.role",
    ],
    ["a member changes its kind", ok(completion({ created: "now" })), 100, "22 opened contract: $.created"],
    ["null where never null", ok(choice({ index: null })), 100, "22 opened contract: $.choices[].index"],
    ["prompt tokens jump", ok(completion({}, 421)), 100, "25 escalated usage: prompt tokens"],
    ["twice as slow", ok(), 200, "24 opened latency: total time"],
    ["no usage any more", ok(completion({ usage: undefined })), 100, "22 opened contract: $.usage"],
    ["no reply, three attempts in a row", { kind: "fault", class: "reset" }, 100, "23 opened availability: reply"],
  ] as const)("%s", (_case, outcome, totalMs, notified) => {
    expect(history(sample, [...before, ...repeat(15, () => ({ outcome: outcome as Outcome, totalMs }))])).toEqual([
      notified,
    ]);
  });

  test("a new member, one slow run or faster replies are told to nobody", () => {
    expect(
      history(sample, [
        ...before,
        ...repeat(6, () => ({ outcome: ok(completion({ moderation: null })), totalMs: 100 })),
      ]),
    ).toEqual([]);
    expect(history(sample, [...before, { outcome: ok(), totalMs: 9000 }, ...before])).toEqual([]);
    expect(history(sample, [...before, ...repeat(30, () => ({ outcome: ok(), totalMs: 20 }))])).toEqual([]);
  });
});

describe("error shapes of a refusal", () => {
  const probe: Probe = { ...sample, scenario: { kind: "built-in", name: "invalid-key" } };
  const refusal = (value: Json, status = 401): Outcome => ({
    kind: "reply",
    status,
    headers: { "content-type": "application/json" },
    body: { form: "json", value, bytes: 9 },
  });
  const nested = refusal({ error: { message: "no", type: "invalid_request_error", code: "invalid_api_key" } });
  const learned = repeat(10, () => ({ outcome: nested, totalMs: 10 }));
  test.each([
    ["a string instead of an object", refusal({ error: "Unauthorized" }), "12 opened error-shape: error envelope"],
    [
      "another status",
      refusal({ error: { message: "no", type: "invalid_request_error", code: "invalid_api_key" } }, 403),
      "12 opened error-shape: status",
    ],
    [
      "a numeric code",
      refusal({ error: { message: "no", type: "invalid_request_error", code: 401 } }),
      "12 opened error-shape: $.error.code",
    ],
    ["a completion: policy", ok(), "12 opened policy: completion"],
  ])("%s", (_case, outcome, notified) => {
    expect(history(probe, [...learned, ...repeat(4, () => ({ outcome, totalMs: 10 }))])).toEqual([notified]);
  });

  test("the same refusal for ever is fine", () => expect(history(probe, [...learned, ...learned])).toEqual([]));
});

test("shapes: key order and the length of arrays do not matter, hostile keys do no harm", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = value as Json;
      expect(shapeOf([json, json])).toEqual(shapeOf([json]));
      const reversed =
        typeof json === "object" && json !== null && !Array.isArray(json)
          ? Object.fromEntries(Object.entries(json).toReversed())
          : json;
      expect(shapeOf([reversed])).toEqual(shapeOf([json]));
    }),
  );
  expect(shapeOf([JSON.parse('{"__proto__":{"x":1},"a":[{},{"b":null}]}') as Json])).toEqual({
    $: ["object"],
    "$.__proto__": ["object"],
    "$.__proto__.x": ["integer"],
    "$.a": ["array"],
    "$.a[]": ["object"],
    "$.a[].b": ["absent", "null"],
  });
  const deep = JSON.parse("[".repeat(5000) + "]".repeat(5000)) as Json;
  expect(Object.keys(shapeOf([deep])).length).toBeLessThan(70);
});
