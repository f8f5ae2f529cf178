import { learn, merge } from "../../src/judgement/contract/learn.ts";
import type { Difference } from "../../src/judgement/contract/severity.ts";
import { chat } from "../../src/protocol/chat/chat.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { acceptShape } from "../../src/judgement/contract/accept-shape.ts";
import { diffShapes } from "../../src/judgement/contract/diff-shapes.ts";
import { differencesOf } from "../../src/judgement/contract/differences.ts";
import { type Known, knownSchema, nothingKnown, type Seen, seenIn } from "../../src/judgement/contract/known.ts";
import { renderDiff } from "../../src/judgement/contract/render-diff.ts";
import { chunkShapes } from "../../src/observation/chunk-shapes.ts";
import type { Observation, ReplyFacts } from "../../src/observation/observation.ts";
import { outlineOf } from "../../src/observation/shape.ts";
import type { Json } from "../../src/std/json.ts";
import { observation as template } from "../store/samples.ts";

/** Small alphabets, so that replies resemble each other as those of one API do. */
const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>(null, true, 0, 3, -2, 1.5, "", "stop", "chatcmpl-12345678", "2026-01-01"),
    fc.array(tie("value"), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom("id", "type", "a", "b", "choices"), tie("value"), { maxKeys: 4 }),
  ),
})).value;

const factsOf = (body: Json): ReplyFacts => ({ ...(template.outcome as ReplyFacts), ...outlineOf([body]) });
const seenOf = (body: Json): Seen => seenIn(factsOf(body), { mode: "plain" });
const knownOf = (bodies: readonly Json[]): Known => bodies.map(seenOf).reduce(learn, nothingKnown);
const accepted = (known: Known, evidence: readonly Observation[], subjects: readonly string[]): Known =>
  knownSchema.parse(acceptShape(known, evidence, subjects));
const isNews = ({ sightings }: Difference): boolean => sightings === 0;
const some = fc.array(json, { minLength: 1, maxLength: 5 });

test("what was learned from is no different", () => {
  fc.assert(
    fc.property(some, (bodies) => {
      const known = knownOf(bodies);
      // An optional member that is absent again is told of by its odds alone.
      expect(bodies.flatMap((body) => differencesOf(known, seenOf(body))).filter(isNews)).toEqual([]);
      expect(diffShapes(known, known)?.rows).toEqual([]);
    }),
  );
});

test("order makes no difference, and two halves know what the whole does", () => {
  fc.assert(
    fc.property(some, some, (one, other) => {
      const whole = knownOf([...one, ...other]);
      expect(knownOf([...other, ...one].toReversed())).toEqual(whole);
      expect(merge(knownOf(one), knownOf(other))).toEqual(whole);
    }),
  );
});

function checkAccepting(bodies: readonly Json[], changed: Json): void {
  const known = knownOf(bodies);
  const seen = seenOf(changed);
  const evidence = [{ ...template, outcome: factsOf(changed) }];
  const subjects = differencesOf(known, seen).map(({ subject }) => subject);
  const all = accepted(known, evidence, subjects);
  expect(differencesOf(all, seen).filter(({ subject }) => subjects.includes(subject))).toEqual([]);
  expect(bodies.flatMap((body) => differencesOf(all, seenOf(body))).filter(isNews)).toEqual([]);
  for (const subject of subjects) {
    const one = accepted(known, evidence, [subject]);
    const left = differencesOf(one, seen).map((it) => it.subject);
    expect(left).not.toContain(subject);
    for (const other of subjects) if (!other.startsWith(subject)) expect(left).toContain(other);
  }
  expect(accepted(known, evidence, [])).toEqual(known);
}

test("what is accepted is no difference any more, and nothing else is touched", () => {
  fc.assert(fc.property(some, json, checkAccepting));
});

test("to accept that a member is missing does not accept a new kind of reply", () => {
  checkAccepting([null, { a: null, b: [] }, { b: null, a: [] }, {}], { b: [] });
});

test("what is none of ours is not read", () => {
  expect(acceptShape({ v: 1 }, [], ["$.a"])).toBeUndefined();
  expect(diffShapes({ v: 1 }, knownOf([1]))).toBeUndefined();
});

test("hostile JSON is bounded: deep, wide, named like the prototype, lone surrogates, ten megabytes", () => {
  const deep = JSON.parse("[".repeat(5000) + "]".repeat(5000)) as Json;
  const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`k${n}`, n]));
  const words = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`${"w".repeat(n + 1)}`, { a: [n] }]));
  const hostile: Json[] = [
    deep,
    wide,
    words,
    JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":1},"hasOwnProperty":null}') as Json,
    { "\ud800": "\udc00", "": "" },
    { text: "x".repeat(10_000_000) },
    JSON.parse('{"a":1,"a":"2","n":1e999}') as Json,
  ];
  for (const body of hostile) {
    const known = [body, body, { id: "x" }].map(seenOf).reduce(learn, nothingKnown);
    expect(JSON.stringify(known).length).toBeLessThan(400_000);
    expect(differencesOf(known, seenOf(null)).length).toBeLessThan(4000);
  }
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

test("what a text says is never kept, and how long it takes to be said makes no difference", () => {
  const canary = "plumb-line-9000-is-what-nobody-may-read";
  const body = {
    id: "chatcmpl-abcdef123456",
    choices: [{ message: { content: canary, reasoning: canary }, text: canary, finish_reason: "stop" }],
    output_text: canary,
    error: { message: canary, param: "messages" },
    key: "sk-proj-0123456789abcdef",
  };
  expect(JSON.stringify(outlineOf([body]))).not.toMatch(/9000|plumb|0123456789abcdef/);
  expect(outlineOf([body]).classes).toMatchObject({
    "$.id": ["chatcmpl-…"],
    "$.choices[].finish_reason": ['"stop"'],
    "$.choices[].message.content": ["text"],
  });
  const chunk = (content: string): Json => ({ choices: [{ delta: { content } }] });
  const cut = (pieces: readonly string[]): unknown => chunkShapes([chunk(""), ...pieces.map(chunk)], chat);
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 9 }), (pieces) => {
      expect(cut(pieces)).toEqual(cut([pieces.join("")]));
    }),
  );
});

test("names that are data are one path, and so are the members of a large map", () => {
  const byId = (id: string): Json => ({ usage: { by_key: { [id]: { tokens: 3 } } } });
  expect(outlineOf([byId("0194f2a8-7c1e-7b52-9a51-000000000001")]).shape).toEqual(
    outlineOf([byId("8a1f2b3c4d5e6f708192")]).shape,
  );
  expect(Object.keys(outlineOf([byId("42")]).shape)).toContain("$.usage.by_key.*.tokens");
  expect(Object.keys(outlineOf([{ prompt_tokens_details: { audio_tokens: 0 } }]).shape)).not.toContain("$.*");
});

test("a diff fits a telephone: ten lines, worst first, the rest counted", () => {
  const before = knownOf([{ ...Object.fromEntries(Array.from({ length: 14 }, (_, n) => [`m${n}`, n])), old: 1 }]);
  const after = knownOf([{ old: "1", more: 2 }]);
  const diff = diffShapes(before, after);
  if (diff === undefined) throw new Error("unreadable");
  const text = renderDiff(diff, "text", "2026-11-23T12:00Z").split("\n");
  expect(text).toEqual([
    "15 breaking, 1 informative; 1 replies before, 1 after, since 2026-11-23T12:00Z",
    "✗ $.m0: integer in all 1 → absent",
    "✗ $.m1: integer in all 1 → absent",
    "✗ $.m10: integer in all 1 → absent",
    "✗ $.m11: integer in all 1 → absent",
    "✗ $.m12: integer in all 1 → absent",
    "✗ $.m13: integer in all 1 → absent",
    "and 10 more: 9 breaking, 1 informative",
    'before {"m0":"integer","m1":"integer","m10":"integer","m11":"integer","m12":"integer","m13":"integer"}',
    "after  {}",
  ]);
  expect(renderDiff(diff, "markdown").split("\n")).toHaveLength(10);
  expect(renderDiff(diff, "markdown")).toContain("- **breaking** `$.m0`: integer in all 1 → absent");
  expect(JSON.parse(renderDiff(diff, "json"))).toEqual(diff);
});
