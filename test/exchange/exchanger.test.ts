import { chat } from "../../src/protocol/chat/chat.ts";
import { expect, test } from "vitest";
import type { Attempt, HttpRequest, Outcome } from "../../src/exchange/exchange.ts";
import { createExchanger } from "../../src/exchange/exchanger.ts";
import type { Json } from "../../src/std/json.ts";
import { policy } from "./policy.ts";

const request: HttpRequest = { method: "POST", url: "http://x/y", headers: {}, reader: chat };
const reply = (status: number, headers: Record<string, string> = {}, value: Json = {}): Outcome => ({
  kind: "reply",
  status,
  headers,
  body: { form: "json", value, bytes: 2 },
});
const timeout = (phase: "connect" | "first-byte"): Outcome => ({ kind: "fault", class: "timeout", phase });

/** Answers in order, the last one for ever, on a clock that only waiting moves. */
function scripted(...outcomes: readonly Outcome[]) {
  let sent = 0;
  let nowMs = Date.UTC(2026, 10, 23);
  const waits: number[] = [];
  const exchanger = createExchanger({
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    random: () => 0.5,
    sleep: async (durationMs) => {
      waits.push(durationMs);
      nowMs += durationMs;
    },
    attempt: async (_request, _policy, ordinal): Promise<Attempt> => {
      const outcome = outcomes[Math.min(sent, outcomes.length - 1)] ?? reply(200);
      sent += 1;
      return { ordinal, startedAtMs: nowMs, outcome, timings: { totalMs: 1 }, connection: "fresh", maxLoopDelayMs: 0 };
    },
  });
  return {
    ask: () => exchanger.exchange(request, policy, "t"),
    sent: () => sent,
    waits,
    pass: (ms: number) => (nowMs += ms),
  };
}

test.each([
  ["200", reply(200), 1],
  ["401", reply(401), 1],
  ["400", reply(400), 1],
  ["422", reply(422), 1],
  ["500 that means a malformed request", reply(500, {}, { error: { code: "invalid_request" } }), 1],
  ["429 of a spent quota", reply(429, {}, { error: { code: "insufficient_quota" } }), 1],
  ["503 that says not to", reply(503, { "x-should-retry": "false" }), 1],
  ["a time-out after sending: it may be billed", timeout("first-byte"), 1],
  ["500", reply(500), 2],
  ["503", reply(503), 2],
  ["429", reply(429), 2],
  ["a connection that timed out", timeout("connect"), 2],
] as const)("%s is sent as often as it should be, never more than 1 + retries (I9)", async (_case, outcome, times) => {
  const script = scripted(outcome);
  const { attempts } = await script.ask();
  expect(script.sent()).toBe(times);
  expect(attempts).toHaveLength(times);
});

test("Retry-After is waited for in seconds and as a date; a longer one than allowed is not", async () => {
  const seconds = scripted(reply(429, { "retry-after": "3" }), reply(200));
  await seconds.ask();
  expect(seconds.waits).toEqual([3000]);
  const date = scripted(reply(503, { "retry-after": "Mon, 23 Nov 2026 00:00:04 GMT" }), reply(200));
  await date.ask();
  expect(date.waits).toEqual([4000]);
  const long = scripted(reply(429, { "retry-after": "120" }));
  await long.ask();
  expect(long.sent()).toBe(1);
});

test("the breaker opens, lets one trial through, and closes when it succeeds", async () => {
  const script = scripted(reply(503), reply(503), reply(503), reply(200));
  await script.ask();
  await script.ask();
  expect(script.sent()).toBe(3);
  const refused = await script.ask();
  expect(refused.attempts[0].outcome).toEqual({ kind: "fault", class: "circuit-open" });
  expect(script.sent()).toBe(3);
  script.pass(10_001);
  expect((await script.ask()).attempts[0].outcome).toMatchObject({ status: 200 });
  expect((await script.ask()).attempts[0].outcome).toMatchObject({ status: 200 });
  expect(script.sent()).toBe(5);
});
