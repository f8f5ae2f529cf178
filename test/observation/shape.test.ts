import { chat } from "../../src/protocol/chat/chat.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Reply } from "../../src/exchange/exchange.ts";
import { assemble } from "../../src/protocol/chat/assemble.ts";
import { observe } from "../../src/observation/observe.ts";
import { outlineOf, shapeCaps, shapeOf } from "../../src/observation/shape.ts";
import type { ReplyFacts } from "../../src/observation/observation.ts";
import type { Json } from "../../src/std/json.ts";

describe("what a value is like, and never the value", () => {
  test.each<[string, Json, string[]]>([
    ["empty list", { a: [] }, ["empty"]],
    ["empty object", { a: {} }, ["empty"]],
    ["empty text", { a: "" }, ["empty"]],
    ["zero", { a: 0 }, ["zero"]],
    ["numbers", { a: [-1, 2.5] }, []],
    ["digits", { a: "1763890000" }, ["digits"]],
    ["date", { a: "2026-11-23T12:00:00Z" }, ["date"]],
    ["address", { a: "https://example.com/x?y=z" }, ["url"]],
    ["uuid", { a: "0194f2a8-7c1e-7b52-9a51-000000000001" }, ["uuid"]],
    ["text", { a: "some words of a person" }, ["text"]],
    ["one word of nobody knows whom", { a: "Anna" }, ["token"]],
  ])("%s", (_case, body, classes) => expect(outlineOf([body]).classes["$.a"] ?? []).toEqual(classes));

  test("words of the protocol are kept, what may be a key is not", () => {
    const { classes } = outlineOf([{ type: "sk-proj-012345", object: "chat.completion", id: "sk-abcdef0123456789" }]);
    expect(classes).toEqual({ "$.id": ["token"], "$.object": ['"chat.completion"'], "$.type": ["token"] });
  });

  test("absent, null, empty, zero and no items are five different facts", () => {
    const seen = [{}, { a: null }, { a: "" }, { a: 0 }, { a: [] }].map((body) => JSON.stringify(outlineOf([body])));
    expect(new Set(seen).size).toBe(5);
  });
});

describe("maps", () => {
  test.each<[string, Json, Json]>([
    ["numbers", { logit: { 50256: -1 } }, { logit: { 11: 2 } }],
    ["ids", { by: { req_9a8b7c6d5e: 1 } }, { by: { req_1f2e3d4c5b: 2 } }],
    ["names of the caller", { metadata: { customer: "x" } }, { metadata: { tenant: "y" } }],
    ["what is no word", { top: { " the": 1 } }, { top: { "\u0000\ud800": 2 } }],
    ["many alike", { m: many(30, "x") }, { m: many(40, "y") }],
  ])("members of %s are one path", (_case, one, other) => {
    expect(shapeOf([one])).toEqual(shapeOf([other]));
    expect(Object.keys(shapeOf([one])).some((path) => path.endsWith(".*"))).toBe(true);
  });

  test("words of a protocol stay apart", () => {
    expect(Object.keys(shapeOf([{ usage: { prompt_tokens: 1, "a.b": 2 } }]))).toEqual([
      "$",
      "$.usage",
      "$.usage.a%2Eb",
      "$.usage.prompt_tokens",
    ]);
  });
});

function many(count: number, prefix: string): Json {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`${prefix}${"abcdefghij"[n % 10]}${n}`, n]));
}

describe("a stream is the reply that a client puts together", () => {
  const chunk = (delta: Json, finish: string | null = null): Json => ({
    id: "chatcmpl-1234567",
    choices: [{ index: 0, delta, finish_reason: finish }],
    usage: null,
  });
  const streamed = (pieces: readonly string[]): Json[] => [
    chunk({ role: "assistant", content: "" }),
    ...pieces.map((content) => chunk({ content })),
    chunk({}, "stop"),
    { id: "chatcmpl-1234567", choices: [], usage: { total_tokens: 3 } },
  ];

  test("where the text is cut makes no difference", () => {
    const whole = outlineOf([assemble(streamed(["plumb"]))]);
    expect(whole.shape["$.choices[].message.content"]).toEqual(["string"]);
    expect(whole.shape["$.usage.total_tokens"]).toEqual(["integer"]);
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 9 }), (pieces) => {
        expect(outlineOf([assemble(streamed(pieces))])).toEqual(whole);
      }),
    );
  });

  test("calls of tools come in pieces, several choices by their index", () => {
    const call = (index: number, piece: Json): Json => chunk({ tool_calls: [{ index, function: piece }] });
    const reply = assemble([
      chunk({ role: "assistant", tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name: "f" } }] }),
      call(0, { arguments: '{"a"' }),
      call(0, { arguments: ":1}" }),
      { choices: [{ index: 1, delta: { content: "x" }, finish_reason: null }] },
    ]);
    expect(shapeOf([reply])).toMatchObject({
      "$.choices[].message.tool_calls[].function.arguments": ["absent", "string"].slice(1),
      "$.choices[].message.content": ["absent", "string"],
    });
  });

  test("anything for chunks: neither throws nor forgets its bounds", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 6 }), (chunks) => {
        expect(Object.keys(shapeOf([assemble(chunks as Json[])])).length).toBeLessThanOrEqual(shapeCaps.paths);
      }),
    );
  });
});

test("hostile size: the caps hold, in time", () => {
  const startMs = performance.now();
  const name = "n".repeat(10_000);
  const bodies: Json[] = [
    Array.from({ length: 2_000_000 }, () => 1),
    JSON.parse(`${'{"abcdefgh":'.repeat(3000)}1${"}".repeat(3000)}`) as Json,
    Object.fromEntries(Array.from({ length: 300_000 }, (_, n) => [`${name.slice(0, 20)}${n}`, null])),
    { [name]: { [name]: "x".repeat(10_000_000) } },
    Array.from({ length: 50_000 }, (_, n) => ({ [`k${n.toString(36).replaceAll(/\d/g, "z")}`]: {} })),
  ];
  for (const body of bodies) {
    const outline = outlineOf([body]);
    expect(Object.keys(outline.shape).length).toBeLessThanOrEqual(shapeCaps.paths);
    expect(JSON.stringify(outline).length).toBeLessThan(1_000_000);
    expect(Object.keys(outline.shape).every((path) => path.length <= shapeCaps.pathLength)).toBe(true);
  }
  expect(performance.now() - startMs).toBeLessThan(60_000);
});

test("headers and where the request id stands are facts by class", () => {
  const reply: Reply = {
    kind: "reply",
    status: 429,
    headers: { "content-type": "application/json", "retry-after": "20", "x-ratelimit-remaining-tokens": "149984" },
    body: { form: "json", value: { error: { message: "no (request id: 20260101)", code: null } }, bytes: 10 },
  };
  const attempt = {
    ordinal: 1,
    startedAtMs: 0,
    outcome: reply,
    timings: { totalMs: 1 },
    connection: "fresh",
    maxLoopDelayMs: 0,
  } as const;
  const ask = { messages: [], maxTokens: 5, stream: false, extra: {} };
  const { outcome } = observe(
    { name: "ask", ask },
    { attempts: [attempt] },
    { protocol: chat, expectations: [], redact: (text) => text },
  );
  const { headers, requestIdIn, error } = outcome as ReplyFacts;
  expect(headers).toEqual({ "retry-after": "digits", "x-ratelimit-remaining-tokens": "digits" });
  expect(requestIdIn).toBe("error message");
  expect(error?.family).toBe("nested-object");
});
