import { chat } from "../../src/protocol/chat/chat.ts";
import { afterAll, expect, test } from "vitest";
import { createExchanger } from "../../src/exchange/exchanger.ts";
import {
  injectedReply,
  injectedReset,
  injectedSilence,
  injectedStreamError,
  type Silence,
} from "../../src/exchange/injection.ts";
import { createLoopGauge } from "../../src/exchange/loop-gauge.ts";
import { createUndiciAttempts } from "../../src/exchange/undici-attempt.ts";
import { systemClock } from "../../src/std/clock.ts";
import type { ClientPolicy } from "../../src/probe/target.ts";
import { policy } from "./policy.ts";
import { httpServer } from "./server.ts";

const attempts = createUndiciAttempts({ clock: systemClock, loop: createLoopGauge(systemClock), userAgent: "test" });
afterAll(() => attempts.close());
const exchanger = createExchanger({
  attempt: attempts.attempt,
  clock: systemClock,
  random: () => 0,
  sleep: async () => {},
});

/** Would notice any connection. */
const target = await httpServer((_request, response) => void response.end("{}"));
afterAll(() => target.close());
const request = {
  method: "POST",
  url: `${target.url}/v1/chat/completions`,
  headers: {},
  body: '{"a":1}',
  reader: chat,
} as const;

const once = { ...policy, retries: 0 } as const;

test.each([
  ["connect", "connect", { connectMs: 80 }],
  ["headers", "first-byte", { firstByteMs: 120 }],
  ["first content", "first-content", { firstContentMs: 120 }],
  ["mid-stream", "idle", { idleMs: 120 }],
  ["trickle", "total", { totalMs: 400 }],
] as const satisfies (readonly [Silence, string, Partial<ClientPolicy>])[])(
  "silence at %s ends by the deadline of %s, the connection closed and nothing sent",
  async (silence, phase, deadline) => {
    const inject = injectedSilence(silence, chat.sampleEvents.content);
    const exchange = await exchanger.exchange({ ...request, inject }, { ...once, ...deadline }, undefined);
    const [deadlineMs = 0] = Object.values(deadline);
    const [only] = exchange.attempts;
    expect(only.outcome).toMatchObject({ kind: "fault", class: "timeout", phase });
    expect(only.timings.totalMs).toBeGreaterThanOrEqual(deadlineMs - 1);
    expect(only.timings.totalMs).toBeLessThan(policy.firstByteMs);
    expect(only.injected).toMatchObject({ isClosed: true });
    expect(target.connections()).toBe(0);
  },
);

test("an injected reply, a reset and an error inside a stream read as real ones do", async () => {
  const ask = async (inject: typeof injectedReset) =>
    (await exchanger.exchange({ ...request, inject }, once, undefined)).attempts[0];
  const reply = await ask(injectedReply("503", 503, { "retry-after": "1" }, '{"error":{"message":"x"}}'));
  expect(reply.outcome).toMatchObject({ kind: "reply", status: 503, headers: { "retry-after": "1" } });
  expect(reply.injected?.caughtBytes).toBeGreaterThan(20);
  expect((await ask(injectedReset)).outcome).toEqual({ kind: "fault", class: "reset" });
  expect((await ask(injectedStreamError(chat.sampleEvents))).outcome).toMatchObject({
    status: 200,
    body: { end: "error-event" },
  });
  expect(target.connections()).toBe(0);
});

test("a request larger than allowed opens no connection", async () => {
  const { attempts: made } = await exchanger.exchange(request, { ...policy, maxRequestBytes: 3 }, "t");
  expect(made.map(({ outcome }) => outcome)).toEqual([{ kind: "fault", class: "request-too-large" }]);
  expect(target.connections()).toBe(0);
});
