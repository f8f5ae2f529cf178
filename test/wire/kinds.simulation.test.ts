import fc from "fast-check";
import { expect, test } from "vitest";
import type { Outcome } from "../../src/exchange/exchange.ts";
import { classOf } from "../../src/observation/value-class.ts";
import { parseJson, type Json } from "../../src/std/json.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";
import { ok } from "../run/fake-exchanger.ts";
import { alertsOf, asJson, asStream, first, loud, watched } from "./kinds.ts";
import { playReplies } from "./play.ts";
import { body, chunk, finish, opening, usage, usageChunk } from "./wire-bodies.ts";

/** Each kind of trouble as what it varies in, by the whole path from the reader to the alert. */

const word = fc.stringMatching(/^[a-z]{3,12}$/);
const said = (texts: readonly string[]): object[] => texts.map((content) => chunk({ content }));
const healthy = asJson(body());
const at = (...changes: Parameters<typeof body>): Outcome => asJson(body(...changes));

/** A member, and replies in which it alone is different. */
const members: readonly (readonly [path: string, change: (value: Json | undefined) => Outcome])[] = [
  ["$.id", (id) => at({ id })],
  ["$.object", (object) => at({ object })],
  ["$.created", (created) => at({ created })],
  ["$.model", (model) => at({ model })],
  ["$.choices[].index", (index) => at({}, { index })],
  ["$.choices[].message.role", (role) => at({}, {}, { role })],
  ["$.usage.prompt_tokens", (count) => at({ usage: { ...usage, prompt_tokens: count } })],
];

test("the headline names the member and the change", async () => {
  const values: readonly (readonly [Json | undefined, string])[] = [
    [undefined, "absent"],
    [null, "null"],
    [[], "array"],
    [{}, "object"],
    [true, "boolean"],
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...members),
      fc.constantFrom(...values),
      async ([path, change], [value, named]) => {
        const alerts = await watched(healthy, change(value), "valid-request");
        expect(alerts).toEqual([expect.stringMatching(/^opened breaking /)]);
        expect(alerts[0]).toContain(`${path} `);
        expect(alerts[0]).toContain(`→ ${named}`);
      },
    ),
    { numRuns: 20, endOnFailure: true },
  );
});

test("in a stream it names the member too, not the positions of chunks", async () => {
  const change = fc.constantFrom<readonly [string, (one: object) => object]>(
    ["$.model", ({ model: _gone, ...one }: { model?: unknown }) => one],
    ["$.created", (one) => ({ ...one, created: "now" })],
    ["$.choices[].finish_reason", (one) => empty(one)],
  );
  const whole: readonly object[] = [opening, ...said(["pl", "um", "b"]), finish, usageChunk()];
  await fc.assert(
    fc.asyncProperty(change, async ([path, edit]) => {
      const alerts = await watched(
        asStream([...whole, "[DONE]"]),
        asStream([...whole.map(edit), "[DONE]"]),
        "streamed-request",
      );
      expect(alerts).toEqual([expect.stringContaining(` ${path} `)]);
      expect(alerts[0]).not.toMatch(/first:|content:|other:/);
    }),
    { numRuns: 6, endOnFailure: true },
  );
});

function empty(one: object): object {
  const { choices = [] } = one as { choices?: readonly { finish_reason: string | null }[] };
  return { ...one, choices: choices.map((it) => ({ ...it, finish_reason: it.finish_reason ?? "" })) };
}

const reasons = fc.record({
  type: fc.constantFrom("invalid_request_error", "overloaded_error", "insufficient_quota", "not_found_error"),
  code: fc.oneof(fc.constantFrom("model_not_found", "invalid_value", "E17"), fc.integer({ min: 1000, max: 1999 })),
  message: fc.constantFrom("The model does not exist", "Insufficient balance", "Invalid request", "Rate limit reached"),
});
type Reason = typeof reasons extends fc.Arbitrary<infer T> ? T : never;

/** Where providers put it, and which parts of it there is room for. */
const envelopes: readonly (readonly [string, (reason: Reason) => object, readonly (keyof Reason)[]])[] = [
  ["error", (error) => ({ error }), ["type", "code", "message"]],
  ["a text", ({ message, type }) => ({ error: message, type }), ["type", "message"]],
  [
    "base_resp",
    ({ code, message }) => ({ base_resp: { status_code: code, status_msg: message } }),
    ["code", "message"],
  ],
  ["error_code", ({ code, message }) => ({ error_code: code, error_msg: message }), ["code", "message"]],
  [
    "Response.Error",
    ({ code, message }) => ({ Response: { Error: { Code: code, Message: message } } }),
    ["code", "message"],
  ],
  ["a list", (error) => [{ error }], ["type", "code", "message"]],
  ["errors", (error) => ({ errors: [error] }), ["type", "code", "message"]],
  ["flat", (error) => ({ object: "error", ...error }), ["type", "code", "message"]],
];

test("the provider's reason is the one finding and the headline, whatever the envelope and the status", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...envelopes),
      reasons,
      fc.constantFrom(200, 400, 402, 403, 404, 422, 429, 500, 503),
      async ([, envelope, parts], reason, status) => {
        const reply = { ...asJson(envelope(reason)), status } as Outcome;
        const found = await first(reply, "valid-request");
        expect(found).toHaveLength(1);
        const alerts = await watched(healthy, reply, "valid-request", 4);
        expect(alerts).toHaveLength(1);
        for (const part of parts) {
          expect(found[0]).toContain(String(reason[part]));
          expect(alerts[0]).toContain(String(reason[part]).slice(0, 12));
        }
      },
    ),
    { numRuns: 40, endOnFailure: true },
  );
});

test("an error at a declared path is one, and a completion beside it is none for a wrong key", async () => {
  const name = fc
    .stringMatching(/^[a-z]{2,9}$/)
    .filter((it) => !/^(error|errors|fault|detail|choices|status)$/.test(it));
  await fc.assert(
    fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 3 }), reasons, async (path, reason) => {
      const document = path.reduceRight<unknown>((inner, member) => ({ [member]: inner }), reason);
      const contract = {
        ignore: [],
        severity: {},
        expect: {},
        clientReads: [],
        errorEnvelope: `$.${path.join(".")}`,
      };
      const reply = asJson(document as object);
      const run = await playReplies(() => reply, "valid-request", { contract }).run();
      expect(loud(run)).toEqual([
        expect.stringContaining(`${reason.type}/${reason.code} in declared: ${reason.message}`),
      ]);
      const refused = await playReplies(() => reply, "invalid-key", { contract, key: { env: "KEY" } }).run();
      expect(loud(refused)).toEqual([]);
    }),
    { numRuns: 25, endOnFailure: true },
  );
});

test("severity asks what a client of the member suffers", async () => {
  const notes = fc.oneof(
    fc.tuple(word, fc.jsonValue()).map(([name, value]) => at({ [`x_${name}`]: value })),
    fc.tuple(word, fc.jsonValue()).map(([name, value]) => at({}, {}, { [`x_${name}`]: value })),
    fc.constantFrom<Json | undefined>(null, undefined).map((value) => at({ system_fingerprint: value })),
  );
  await fc.assert(
    fc.asyncProperty(notes, async (reply) => {
      expect(await watched(healthy, reply, "valid-request")).toEqual([]);
    }),
    { numRuns: 15, endOnFailure: true },
  );
  const cost = fc.double({ min: 1e-9, max: 1e6, noNaN: true });
  await fc.assert(
    fc.asyncProperty(cost, cost, async (before, after) => {
      const priced = (value: number): Outcome => at({ usage: { ...usage, cost: value } });
      expect(await watched(priced(before), priced(-after), "valid-request", 10)).toEqual([
        expect.stringMatching(/^opened risky .*usage\.cost positive → negative/),
      ]);
      expect(await watched(priced(before), priced(after), "valid-request", 10)).toEqual([]);
    }),
    { numRuns: 6, endOnFailure: true },
  );
});

test("numbers: how an integer is written and in which unit a time is are facts", async () => {
  const asWritten = fc.constantFrom(
    ["created", "1764300000.0"],
    ["created", "1.7643e9"],
    ["prompt_tokens", "14.0"],
    ["total_tokens", "16.00"],
    ["completion_tokens", "2e0"],
  );
  await fc.assert(
    fc.asyncProperty(asWritten, async ([name, written]) => {
      const text = JSON.stringify(body()).replace(new RegExp(`"${name}":\\d+`), `"${name}":${written}`);
      const alerts = await watched(healthy, ok(parseJson(text) ?? null), "valid-request");
      expect(alerts).toEqual([
        expect.stringMatching(new RegExp(`^opened breaking .*${name} integer → number with a fraction`)),
      ]);
    }),
    { numRuns: 10, endOnFailure: true },
  );
  const factor = fc.constantFrom(1e3, 1e6);
  await fc.assert(
    fc.asyncProperty(factor, fc.integer({ min: 1_600_000_000, max: 2_400_000_000 }), async (by, created) => {
      expect(await first(at({ created: created * by }), "valid-request")).toEqual([
        expect.stringMatching(/^risky created: seconds → /),
      ]);
      expect(await first(at({ created }), "valid-request")).toEqual([]);
    }),
    { numRuns: 15, endOnFailure: true },
  );
});

test("texts rich in digits are no durations", () => {
  const opaque = fc.stringMatching(/^[A-Za-z0-9]{9,40}$/).filter((text) => /\d.*\d.*\d/.test(text));
  fc.assert(
    fc.property(opaque, fc.constantFrom("id", "trace", "etag"), (text, member) => {
      const isWholeDuration = /^(\d{1,9}(ms|[smhd]))+$/.test(text);
      expect(classOf(text, member) === "duration").toBe(isWholeDuration);
    }),
  );
});

test("10,000 noisy replies of a target that does not change are quiet", async () => {
  const random = seededRandom(17);
  const some = <T>(...values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const optional = <T>(share: number, value: T): T | undefined => (random() < share ? value : undefined);
  const plain = (): Outcome => {
    const completion = Math.floor(1 + 20 * random());
    return at(
      {
        id: `chatcmpl-${Math.floor(random() * 1e15).toString(36)}`,
        created: 1_764_300_000 + Math.floor(random() * 1e6),
        system_fingerprint: optional(0.7, some("fp_a1b2c3d4e5", "fp_0f1e2d3c4b", null)),
        service_tier: optional(0.5, "default"),
        usage: { ...usage, completion_tokens: completion, total_tokens: 14 + completion },
        provider: optional(0.4, some("Azure", "OpenAI")),
      },
      { logprobs: optional(0.6, null) },
      { refusal: optional(0.8, null), annotations: optional(0.3, []) },
    );
  };
  const stream = (): Outcome => {
    const texts = some(["plumb"], ["pl", "umb"], ["p", "l", "umb"], ["", "plumb", ""]);
    const between = some<readonly string[]>([], [": ping"]);
    const completion = 1 + Math.floor(4 * random());
    return asStream([
      ...between,
      opening,
      ...said(texts).flatMap((one) => [...between, one]),
      finish,
      usageChunk({ ...usage, completion_tokens: completion, total_tokens: 14 + completion }),
      "[DONE]",
    ]);
  };
  const perTarget = 500;
  const alerts: string[] = [];
  for (let n = 0; n < 10; n += 1) {
    alerts.push(...(await alertsOf(playReplies(plain), perTarget)));
    alerts.push(...(await alertsOf(playReplies(stream, "streamed-request"), perTarget)));
  }
  expect(alerts).toEqual([]);
});
