import fc from "fast-check";
import { expect, test } from "vitest";
import type { Outcome } from "../../src/exchange/exchange.ts";
import { chat } from "../../src/protocol/chat/chat.ts";
import type { Json } from "../../src/std/json.ts";
import { alertsOf, asJson, asStream, first, watched } from "./kinds.ts";
import { playReplies } from "./play.ts";
import { body, chunk, finish, healthyStream, opening, usage, usageChunk } from "./wire-bodies.ts";

/** Replies that no client can use, whatever was learned, and what a person would call them. */

const plain = asJson(body());
const stream = asStream(healthyStream);
const choices = (value: unknown): object => body({ choices: value });
const whole = ["plu", "mb"].map((content) => chunk({ content }));
const asMessage = (one: object | string): object | string =>
  typeof one === "string" ? one : (JSON.parse(JSON.stringify(one).replaceAll('"delta"', '"message"')) as object);

type Row = readonly [name: string, scenario: string, reply: Outcome, first: RegExp, watched: RegExp];

const structure: readonly Row[] = [
  [
    "choices null",
    "valid-request",
    asJson(choices(null)),
    /^breaking \$\.choices: a list → null$/,
    /\$\.choices array → null/,
  ],
  [
    "no choices",
    "valid-request",
    asJson(choices(undefined)),
    /^breaking \$\.choices: a list → absent$/,
    /\$\.choices array → absent/,
  ],
  [
    "no choice",
    "valid-request",
    asJson(choices([])),
    /^breaking \$\.choices: an answer → empty$/,
    /\$\.choices items → empty/,
  ],
  ["in a list", "valid-request", asJson([body()]), /^breaking \$: an object → no object$/, /\$ object → array/],
  [
    "delta in a plain reply",
    "valid-request",
    asJson(body({}, { message: undefined, delta: { role: "assistant", content: "plumb" } })),
    /^breaking \$\.choices\[\]\.message: an object → absent or null$/,
    /\$\.choices\[\]\.message object → absent/,
  ],
  ...[
    { data: body() },
    { code: 200, success: true, message: "success", result: body() },
    { data: JSON.stringify(body()) },
  ].map((reply): Row => [
    `wrapped as ${Object.keys(reply).join(", ")}`,
    "valid-request",
    asJson(reply),
    /^breaking \$\.choices: a list → absent: the reply is inside a member, such as data$/,
    /\$\.choices array → absent/,
  ]),
  [
    "choices null in all chunks",
    "streamed-request",
    asStream(healthyStream.map((one) => (typeof one === "string" ? one : { ...one, choices: null }))),
    /^breaking \$\.choices: a list → null$/,
    /\$\.choices array → null/,
  ],
  [
    "messages in a stream",
    "streamed-request",
    asStream(healthyStream.map(asMessage)),
    /^breaking \$\.choices\[\]\.delta: an object → absent or null$/,
    /\$\.choices\[\]\.delta object → absent/,
  ],
  [
    "no delta beside the finish reason",
    "streamed-request",
    asStream([
      opening,
      ...whole,
      { ...finish, choices: [{ index: 0, finish_reason: "stop", delta: null }] },
      usageChunk(),
      "[DONE]",
    ]),
    /^breaking \$\.choices\[\]\.delta: an object → absent or null$/,
    /\$\.choices\[\]\.delta an object → absent or null/,
  ],
];

test.each(structure)(
  "one finding and one incident name the member: %s",
  async (_name, scenario, reply, says, later) => {
    expect(await first(reply, scenario)).toEqual([expect.stringMatching(says)]);
    const alerts = await watched(scenario === "valid-request" ? plain : stream, reply, scenario);
    expect(alerts).toEqual([expect.stringMatching(/^opened breaking /)]);
    expect(alerts[0]).toMatch(later);
  },
);

const apart: readonly (readonly [string, object, RegExp])[] = [
  ["ret and errmsg", { ret: -1, errmsg: "quota exceeded" }, /200 -1: quota exceeded/],
  ["errcode", { errcode: 40001, errmsg: "invalid credential" }, /200 40001: invalid credential/],
  [
    "header.code",
    { header: { code: 10013, message: "input audit failed", sid: "a1" } },
    /200 10013: input audit failed/,
  ],
  ["result.error", { result: { error: { code: "E77", message: "invalid key" } } }, /200 E77: invalid key/],
  ["beside a completion", { ...body(), error: { code: 502, message: "partial failure" } }, /200 502: partial failure/],
];

test.each(apart)("an error is found wherever it is: %s", async (_name, reply, says) => {
  expect(await first(asJson(reply), "valid-request")).toEqual([expect.stringMatching(says)]);
  expect(await watched(plain, asJson(reply), "valid-request", 4)).toEqual([expect.stringMatching(says)]);
});

test.each([{ error: {} }, { error: null }, { code: 0, msg: "ok" }, { code: 200, message: "success" }])(
  "%j beside a completion is no error",
  async (more) => {
    expect(await first(asJson({ ...body(), ...more }), "valid-request")).toEqual([]);
  },
);

const only = { index: 0, message: { role: "assistant", content: "plumb" }, logprobs: null, finish_reason: "stop" };
const chunked = (edit: (one: { readonly choices: readonly object[] }) => object): Outcome =>
  asStream(healthyStream.map((one) => (typeof one === "string" ? one : edit(one as { choices: object[] }))));
const beside = ({ choices }: { readonly choices: readonly object[] }): object[] =>
  choices.flatMap((one) => [one, { ...one, index: 1 }]);
const quiet: readonly (readonly [string, string, Outcome, string])[] = [
  [
    "two choices",
    "valid-request",
    asJson(choices([only, { ...only, index: 1 }])),
    "choices as many as were asked for → more",
  ],
  ["two at one index", "valid-request", asJson(choices([only, only])), "choices as many as were asked for → more"],
  [
    "two in a stream",
    "streamed-request",
    chunked((one) => ({ ...one, choices: beside(one) })),
    "choices as many as were asked for → more",
  ],
  [
    "index 1",
    "valid-request",
    asJson(choices([{ ...only, index: 1 }])),
    "choices[].index from 0 on → beyond the choices that were asked for",
  ],
  ["created 0", "valid-request", asJson(body({ created: 0 })), "created seconds since 1970 → 0"],
  [
    "created 0 in a stream",
    "streamed-request",
    chunked((one) => ({ ...one, created: 0 })),
    "created seconds since 1970 → 0",
  ],
];

test.each(quiet)("risky from the first run, and one incident: %s", async (_name, scenario, reply, says) => {
  expect(await first(reply, scenario)).toEqual([`risky ${says.replace(" ", ": ")}`]);
  const alerts = await watched(scenario === "valid-request" ? plain : stream, reply, scenario, 4);
  expect(alerts).toEqual([expect.stringContaining(`: ${says}, `)]);
});

test("two choices are right where two are asked for", () => {
  const two = JSON.parse(JSON.stringify(choices([only, { ...only, index: 1 }]))) as Json;
  const form = { isStream: false, contentType: "application/json" };
  expect(chat.flawsOf([two], form, { stream: false, extra: { n: 2 } })).toEqual([]);
  expect(chat.flawsOf([two], form, { stream: false, extra: {} })).toEqual(["many-choices"]);
});

/** Rules and laws that nothing in the structure of a reply shows. */
const rules: readonly (readonly [string, string, Outcome, RegExp])[] = [
  ["a sum that is wrong", "valid-request", asJson(body({ usage: { ...usage, total_tokens: 99 } })), /total tokens/],
  [
    "a refusal",
    "valid-request",
    asJson(body({}, {}, { content: "I'm sorry, but I can't assist with that request." })),
    /a refusal/,
  ],
  ["another alphabet", "valid-request", asJson(body({}, {}, { content: "铅锤" })), /Han letters/],
  [
    "another finish reason",
    "valid-request",
    asJson(body({}, { finish_reason: "eos" })),
    /finish_reason "stop" → "eos"/,
  ],
  ["letters lost", "valid-request", asJson(body({}, {}, { content: "pl\uFFFDmb" })), /letters whole → 1 lost/],
  [
    "said twice",
    "streamed-request",
    asStream([opening, ...whole, ...whole, finish, usageChunk(), "[DONE]"]),
    /answer once in a stream → twice/,
  ],
  [
    "ids that change",
    "streamed-request",
    asStream([opening, ...whole.map((one, n) => ({ ...one, id: `chatcmpl-${n}` })), finish, usageChunk(), "[DONE]"]),
    /id one in a stream → another/,
  ],
];

test("what breaks a rule or a law in a part of the replies is one incident with the share, open while it lasts", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...rules),
      fc.integer({ min: 3, max: 12 }),
      async ([name, scenario, reply, says], every) => {
        const healthy = scenario === "valid-request" ? plain : stream;
        let n = -31;
        const player = playReplies(() => ((n += 1) > 0 && n % every === 0 ? reply : healthy), scenario);
        const alerts = (await alertsOf(player, 31 + 14 * every)).filter((it) => !it.startsWith("reminded"));
        expect(alerts, name).toEqual([expect.stringMatching(/^opened (breaking|risky) /)]);
        expect(alerts[0]).toMatch(says);
        expect(alerts[0]).toMatch(/ in \d+ % of repl/);
      },
    ),
    { numRuns: 7, endOnFailure: true },
  );
});
