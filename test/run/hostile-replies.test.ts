import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createExchanger } from "../../src/exchange/exchanger.ts";
import { createLoopGauge } from "../../src/exchange/loop-gauge.ts";
import { createUndiciAttempts } from "../../src/exchange/undici-attempt.ts";
import type { Probe } from "../../src/probe/probe.ts";
import type { Target } from "../../src/probe/target.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import { createUnstoredRuns } from "../../src/run/unstored-runs.ts";
import { systemClock } from "../../src/std/clock.ts";
import { rawServer, type TestServer } from "../exchange/server.ts";
import { policy } from "../exchange/policy.ts";
import { probe as sample } from "../probe/samples.ts";
import { quietWorld } from "./quiet-world.ts";

const canary = "canary-of-a-hostile-reply-4711";

let server: TestServer;
/** What the next connections get, byte for byte, before they are closed. */
let bytes: Buffer;
const attempts = createUndiciAttempts({ clock: systemClock, loop: createLoopGauge(systemClock), userAgent: "test" });

beforeAll(async () => {
  server = await rawServer((socket) => socket.end(bytes));
});
afterAll(async () => {
  await attempts.close();
  await server.close();
});

const usage = { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 };
const plain = JSON.stringify({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_790_000_000,
  model: "gpt-4o-mini",
  choices: [{ index: 0, message: { role: "assistant", content: canary }, finish_reason: "stop" }],
  usage,
});
const chunk = (delta: object, finish: string | null, more: object = {}): string =>
  `data: ${JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`;
const streamed = `${chunk({ role: "assistant", content: "" }, null)}${chunk({ content: canary }, null)}${chunk({}, "stop", { usage })}data: [DONE]\n\n`;
const refused = JSON.stringify({ error: { message: canary, type: "invalid_request_error", code: null, param: null } });

/** What may be written over a part of a reply. */
const piece = fc.oneof(
  fc.uint8Array({ maxLength: 12 }).map((it) => Buffer.from(it)),
  fc
    .constantFrom(
      "null",
      "-1",
      "1e999",
      "9e15",
      "[".repeat(5_000),
      '{"a":'.repeat(2_000),
      '"__proto__":{"x":1},',
      '"constructor"',
      "\u0000",
      "\u001b[31m",
      "\r\n\r\n",
      "data: ",
      "event: error\n",
      "\uFEFF",
      '"\\ud800"',
      `"${"a".repeat(100_000)}"`,
    )
    .map((text) => Buffer.from(text)),
);
const edit = fc.record({ at: fc.nat(1_000), cut: fc.nat(200), piece });

const head = fc.record({
  status: fc.constantFrom(
    "200 OK",
    "200",
    "204 No Content",
    "401 x",
    "404 x",
    "429 x",
    "500 x",
    "529 x",
    "999 x",
    "0 x",
  ),
  type: fc.constantFrom("application/json", "text/event-stream", "text/html", "application/octet-stream", "", "\u0001"),
  more: fc.array(
    fc.constantFrom(
      "transfer-encoding: chunked",
      "content-encoding: gzip",
      "content-encoding: br, gzip",
      "content-length: 5",
      "content-length: 99999999999",
      "retry-after: -5",
      "retry-after: 1e99",
      "x-ratelimit-remaining-requests: -1e400",
      "x-request-id: \u001b[2J",
      `location: http://169.254.169.254/${canary}`,
      "set-cookie: a=b",
      `${"x".repeat(2_000)}: y`,
    ),
    { maxLength: 3 },
  ),
});

const scenarios = ["valid-request", "streamed-request", "invalid-key", "broken-json"] as const;

function probeOf(scenario: (typeof scenarios)[number]): Probe {
  const target: Target = {
    ...sample.target,
    baseUrl: `${server.url}/v1`,
    policy: { ...policy, retries: 0, totalMs: 2_000 },
  };
  return { ...sample, target, scenario: { kind: "built-in", name: scenario }, receivers: [] };
}

test("whatever bytes a service answers with, a run ends in time with a verdict and without a word of them", async () => {
  const body = fc.constantFrom(plain, streamed, refused).map((text) => Buffer.from(text));
  const reply = fc.record({ head, body, edits: fc.array(edit, { maxLength: 4 }) });
  await fc.assert(
    fc.asyncProperty(reply, fc.constantFrom(...scenarios), async ({ head: it, body: healthy, edits }, scenario) => {
      const spoilt = edits.reduce(
        (all, { at, cut, piece: put }) => Buffer.concat([all.subarray(0, at), put, all.subarray(at + cut)]),
        healthy,
      );
      const lines = [`HTTP/1.1 ${it.status}`, `content-type: ${it.type}`, "connection: close", ...it.more];
      bytes = Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), spoilt]);
      const world = quietWorld(() => systemClock.nowMs(), {
        clock: systemClock,
        runs: createUnstoredRuns(),
        exchanger: createExchanger({
          attempt: attempts.attempt,
          clock: systemClock,
          random: () => 0,
          sleep: () => Promise.resolve(),
        }),
      });
      const report = await runProbe(world, probeOf(scenario), systemClock.nowMs());
      expect(report.state).toBe("done");
      expect(report.verdict).toBeDefined();
      expect(report.totalMs ?? 0).toBeLessThan(10_000);
      const text = JSON.stringify(report);
      expect(text).not.toContain(canary);
      expect(text.length).toBeLessThan(200_000);
      // A terminal would obey control characters.
      const words = report.findings.flatMap(({ subject, expected, observed, why = "" }) => [
        subject,
        expected,
        observed,
        why,
      ]);
      expect(words.join("")).not.toMatch(/\p{Cc}/u);
    }),
    { numRuns: 400 },
  );
});
