import fc from "fast-check";
import { expect, test } from "vitest";
import type { Attempt, Outcome } from "../../src/exchange/exchange.ts";
import { createExchanger } from "../../src/exchange/exchanger.ts";
import { transientStatuses } from "../../src/exchange/retry.ts";
import { chat } from "../../src/protocol/chat/chat.ts";
import { policy } from "../exchange/policy.ts";
import { asJson, first, watched } from "./kinds.ts";
import { body } from "./wire-bodies.ts";

const bodies = fc.constantFrom<Extract<Outcome, { kind: "reply" }>["body"]>(
  { form: "json", value: {}, bytes: 2 },
  { form: "json", value: { type: "error", error: { type: "overloaded_error", message: "Overloaded" } }, bytes: 80 },
  { form: "text", text: "<!DOCTYPE html><html><head><title>Error</title></head></html>", bytes: 60 },
  { form: "text", text: "", bytes: 0 },
);
const statuses = fc.oneof(
  fc.constantFrom(...Object.keys(transientStatuses).map(Number)),
  fc.integer({ min: 400, max: 599 }),
);
const isTransient = (status: number): boolean => Object.hasOwn(transientStatuses, status);

/** Asks `times` times a server that always answers so: what was sent, and what the last answer was. */
async function asked(outcome: Outcome, times: number) {
  let sent = 0;
  let nowMs = 0;
  const exchanger = createExchanger({
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    random: () => 0.5,
    sleep: (durationMs) => Promise.resolve(void (nowMs += durationMs)),
    attempt: (_request, _policy, ordinal): Promise<Attempt> => {
      sent += 1;
      const attempt = { ordinal, startedAtMs: nowMs, outcome, timings: { totalMs: 1 } } as const;
      return Promise.resolve({ ...attempt, connection: "fresh", maxLoopDelayMs: 0 });
    },
  });
  const request = { method: "POST", url: "http://x/y", headers: {}, reader: chat } as const;
  let last: Outcome | undefined;
  for (let n = 0; n < times; n += 1) last = (await exchanger.exchange(request, policy, "t")).attempts.at(-1)?.outcome;
  return { sent, last };
}

test("a status of the table, and no other, is sent again once and counts against the circuit, as 503 does", async () => {
  await fc.assert(
    fc.asyncProperty(statuses, bodies, async (status, of) => {
      const outcome: Outcome = { kind: "reply", status, headers: { "content-type": "text/html" }, body: of };
      expect((await asked(outcome, 1)).sent).toBe(isTransient(status) ? 2 : 1);
      const { last } = await asked(outcome, policy.circuit.failures + 1);
      expect(last?.kind === "fault" ? last.class : last?.kind).toBe(isTransient(status) ? "circuit-open" : "reply");
    }),
    { numRuns: 150, endOnFailure: true },
  );
});

test("each status is one finding and one breaking incident that names it", async () => {
  await fc.assert(
    fc.asyncProperty(statuses, bodies, async (status, of) => {
      const outcome: Outcome = { kind: "reply", status, headers: { "content-type": "text/html" }, body: of };
      const says = expect.stringMatching(new RegExp(`^breaking status: 200 → ${status}`)) as string;
      expect(await first(outcome, "valid-request")).toEqual([says]);
      const alerts = await watched(asJson(body()), outcome, "valid-request", 4);
      expect(alerts).toEqual([expect.stringMatching(new RegExp(`^opened breaking .*status 200 → ${status}`))]);
    }),
    { numRuns: 20, endOnFailure: true },
  );
});
