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
const request = { method: "POST", url: `${target.url}/v1/chat/completions`, headers: {}, body: '{"a":1}' } as const;

const deadlines = {
  ...policy,
  retries: 0,
  connectMs: 80,
  firstByteMs: 120,
  firstContentMs: 120,
  idleMs: 120,
  totalMs: 400,
} as const;

test.each([
  ["connect", "connect", 80],
  ["headers", "first-byte", 120],
  ["first content", "first-content", 120],
  ["mid-stream", "idle", 120],
  ["trickle", "total", 400],
] as const satisfies (readonly [Silence, string, number])[])(
  "silence at %s ends by the deadline of %s, the connection closed and nothing sent",
  async (silence, phase, deadlineMs) => {
    const exchange = await exchanger.exchange({ ...request, inject: injectedSilence(silence) }, deadlines, undefined);
    const [only] = exchange.attempts;
    expect(only.outcome).toEqual({ kind: "fault", class: "timeout", phase });
    expect(only.timings.totalMs).toBeGreaterThanOrEqual(deadlineMs - 1);
    expect(only.timings.totalMs).toBeLessThan(deadlineMs + 250);
    expect(only.injected).toMatchObject({ isClosed: true });
    expect(target.connections()).toBe(0);
  },
);

test("an injected reply, a reset and an error inside a stream read as real ones do", async () => {
  const ask = async (inject: typeof injectedReset) =>
    (await exchanger.exchange({ ...request, inject }, deadlines, undefined)).attempts[0];
  const reply = await ask(injectedReply("503", 503, { "retry-after": "1" }, '{"error":{"message":"x"}}'));
  expect(reply.outcome).toMatchObject({ kind: "reply", status: 503, headers: { "retry-after": "1" } });
  expect(reply.injected?.caughtBytes).toBeGreaterThan(20);
  expect((await ask(injectedReset)).outcome).toEqual({ kind: "fault", class: "reset" });
  expect((await ask(injectedStreamError)).outcome).toMatchObject({ status: 200, body: { end: "error-event" } });
  expect(target.connections()).toBe(0);
});

test("a request larger than allowed opens no connection", async () => {
  const { attempts: made } = await exchanger.exchange(request, { ...policy, maxRequestBytes: 3 }, "t");
  expect(made.map(({ outcome }) => outcome)).toEqual([{ kind: "fault", class: "request-too-large" }]);
  expect(target.connections()).toBe(0);
});
