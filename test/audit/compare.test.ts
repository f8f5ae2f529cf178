import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compare } from "../../src/audit/compare.ts";
import { createExchanger } from "../../src/exchange/exchanger.ts";
import { createLoopGauge } from "../../src/exchange/loop-gauge.ts";
import { createUndiciAttempts } from "../../src/exchange/undici-attempt.ts";
import { createUnstoredRuns } from "../../src/run/unstored-runs.ts";
import { systemClock } from "../../src/std/clock.ts";
import { httpServer, type TestServer } from "../exchange/server.ts";
import { quietWorld } from "../run/quiet-world.ts";
import { targetAt } from "./auditor.ts";

let server: TestServer;
let received = 0;
const attempts = createUndiciAttempts({ clock: systemClock, loop: createLoopGauge(systemClock), userAgent: "test" });

/** Two models behind one address: `/one` says one word whatever it is asked, `/other` another. */
beforeAll(async () => {
  server = await httpServer((request, response) => {
    received += 1;
    request.resume();
    const content = request.url?.startsWith("/one/") === true ? "red" : "blue";
    const choice = { index: 0, message: { role: "assistant", content }, finish_reason: "stop" };
    const usage = { prompt_tokens: 20, completion_tokens: 1, total_tokens: 21 };
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({ id: "1", object: "chat.completion", created: 1, model: "m", choices: [choice], usage }),
    );
  });
});
afterAll(async () => {
  await attempts.close();
  await server.close();
});

function between(candidate: string, reference: string, maxRequests: number) {
  const world = quietWorld(() => systemClock.nowMs(), {
    clock: systemClock,
    runs: createUnstoredRuns(),
    exchanger: createExchanger({
      attempt: attempts.attempt,
      clock: systemClock,
      random: () => 0.5,
      sleep: (durationMs) => sleep(durationMs),
    }),
  });
  received = 0;
  const [one, other] = [candidate, reference].map((path, index) =>
    targetAt(`${server.url}/${path}/v1`, { name: `t${index}` }),
  );
  return compare(world, one!, other!, { maxRequests, errorRate: 0.01 });
}

test.each([0, 5, 12, 40, 61])("of at most %i requests, none is sent beyond", async (maxRequests) => {
  const result = await between("one", "one", maxRequests);
  expect(received).toBeLessThanOrEqual(maxRequests);
  expect(result).toMatchObject({ requests: received });
});

test("two that answer with other words are different, and the same one is not", async () => {
  expect(await between("one", "other", 400)).toMatchObject({ kind: "different" });
  expect(received).toBeLessThan(200);
  const same = await between("one", "one", 400);
  expect(same).not.toMatchObject({ kind: "different" });
});
