import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { Redis } from "ioredis";
import pg from "pg";
import { expect, inject, test } from "vitest";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createExchanger } from "../../src/exchange/exchanger.ts";
import { createLoopGauge } from "../../src/exchange/loop-gauge.ts";
import { createUndiciAttempts } from "../../src/exchange/undici-attempt.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import { openQueues } from "../../src/schedule/bullmq.ts";
import { systemClock } from "../../src/std/clock.ts";
import { createRedactor } from "../../src/std/redact.ts";
import { openPostgresPool } from "../../src/store/pools/postgres.ts";
import { openStore } from "../../src/store/store.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { probe as sample } from "../probe/samples.ts";
import { freshDatabase } from "../setup/databases.ts";

/** Of no form that keys are recognised by: only who knows it can find it. */
const key = "canaryKEY.3f9a1c77d2";
const prompt = "canary prompt: the eagle lands at dawn";
const completion = "canary completion: understood, at dawn";

/** Replies that put key, prompt and completion wherever a provider can put them. */
const replies: readonly { readonly status: number; readonly type: string; readonly body: string }[] = [
  {
    status: 200,
    type: "application/json",
    body: JSON.stringify({
      id: key,
      model: key,
      choices: [{ message: { role: "assistant", content: completion }, finish_reason: key }],
      usage: { prompt_tokens: 3, completion_tokens: 3 },
      [key]: { [`for ${key}`]: 1 },
    }),
  },
  {
    status: 200,
    type: "text/event-stream",
    body: `data: ${JSON.stringify({ choices: [{ delta: { content: completion }, finish_reason: "stop" }] })}\n\ndata: [DONE]\n\n`,
  },
  {
    status: 401,
    type: "application/json",
    body: JSON.stringify({
      error: { message: `Incorrect API key provided: ${key} for ${prompt}`, type: key, code: key },
    }),
  },
  { status: 400, type: "application/json", body: JSON.stringify({ detail: [{ msg: prompt, input: prompt }] }) },
  { status: 500, type: "text/html", body: `<html>${key} ${prompt}</html>` },
  { status: 200, type: "application/json", body: `{"broken": "${key}` },
];

test("key, prompt and completion reach no row, queue, span or log line (I6)", async () => {
  let count = 0;
  const provider = createServer((request, response) => {
    request.resume();
    const reply = replies[count++ % replies.length];
    response.writeHead(reply?.status ?? 500, { "content-type": reply?.type ?? "", "x-request-id": key });
    response.end(reply?.body);
  });
  await new Promise<void>((listening) => provider.listen(0, "127.0.0.1", listening));
  const database = await freshDatabase();
  const pool = await openPostgresPool(database.url, { debug() {}, info() {}, warn() {}, error() {} });
  const lines: string[] = [];
  const log = createLog({ write: (line) => void lines.push(line) }, "debug", createRedactor([key]));
  const queues = await openQueues({ kind: "redis", url: inject("redisUrl") }, log);
  const exporter = new InMemorySpanExporter();
  const tracing = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const attempts = createUndiciAttempts({ clock: systemClock, loop: createLoopGauge(systemClock), userAgent: "test" });
  const exchanger = createExchanger({
    attempt: attempts.attempt,
    clock: systemClock,
    random: () => 0.5,
    sleep: async () => {},
  });
  const store = await openStore(pool, Date.now(), 30);
  const world = {
    clock: systemClock,
    random: () => 0.5,
    exchanger,
    runs: store,
    secret: () => key,
    redact: createRedactor([key]),
    log,
    tracer: tracing.getTracer("test"),
  };
  const { port } = provider.address() as AddressInfo;
  const probe: Probe = {
    ...sample,
    target: { ...sample.target, baseUrl: `http://127.0.0.1:${port}/v1`, key: { env: "KEY" } },
    scenario: {
      kind: "custom",
      name: "canary",
      ask: { messages: [{ role: "user", content: prompt }], maxTokens: 5, stream: false, extra: {} },
      expectations: [
        { kind: "status", oneOf: [200] },
        { kind: "text-matches", pattern: "^plumb$" },
      ],
    },
  };

  const first = Date.now() - 30_000;
  for (let run = 0; run < 3 * replies.length; run += 1) {
    const report = await runProbe(world, probe, first + run * 1000);
    log.info("run", { run: report.runId, verdict: report.verdict, note: `Bearer ${key}` });
  }
  await queues.slots.addAll([{ probeId: probe.id, slotMs: Date.now() + 60_000 }], probe.location);

  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const tables = await client.query<{ name: string }>(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('plumbline', 'bullmq')",
  );
  const rows: string[] = [];
  for (const { name } of tables.rows) rows.push(JSON.stringify((await client.query(`SELECT * FROM ${name}`)).rows));
  await client.end();
  const redis = new Redis(inject("redisUrl"));
  const dumps = await Promise.all(
    (await redis.keys("*")).map(async (name) => `${name} ${(await redis.dumpBuffer(name))?.toString("latin1") ?? ""}`),
  );
  redis.disconnect();
  const spans = exporter
    .getFinishedSpans()
    .map(({ name, attributes, events, status }) => JSON.stringify({ name, attributes, events, status }));
  const sinks = { rows: rows.join("\n"), redis: dumps.join("\n"), spans: spans.join("\n"), log: lines.join("\n") };

  await Promise.all([queues.close(), attempts.close()]);
  await pool.close();
  await database.drop();
  provider.close();

  expect(count).toBeGreaterThanOrEqual(3 * replies.length);
  expect(rows.join("").length).toBeGreaterThan(5000);
  expect(spans.length).toBeGreaterThan(3 * replies.length);
  expect(sinks.rows).toContain('"opened"');
  for (const [sink, text] of Object.entries(sinks)) {
    for (const secret of [
      key,
      prompt,
      completion,
      encodeURIComponent(key),
      Buffer.from(key).toString("base64").replace(/=+$/, ""),
    ]) {
      expect(text.includes(secret), `${secret} in ${sink}`).toBe(false);
    }
  }
});
