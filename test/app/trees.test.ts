import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import type { Alert } from "../../src/notify/compose/alert.ts";
import { keepSecrets } from "../../src/app/secrets.ts";
import { openService } from "../../src/app/service.ts";
import { loadConfig } from "../../src/config/load.ts";
import { silentLog } from "../../src/std/log.ts";
import { openTestbed } from "../../src/testbed/testbed.ts";
import { startReceiver } from "../notify/http-receiver.ts";
import { completion } from "../run/fake-exchanger.ts";
import { freshDatabase } from "../setup/databases.ts";
import { attributesOf, type Collector, startCollector, treeOf, type WireSpan } from "../telemetry/collector.ts";
import { listen } from "./hostile-provider.ts";
import { eventually } from "../setup/eventually.ts";
import { allRoles } from "../../src/config/roles.ts";

let collector: Collector;
let opened: Alert | undefined;

/** One service that meets a provider who is busy at first, streams, lists its models, a drift that it alerts of, and forced time-outs. */
beforeAll(async () => {
  collector = await startCollector();
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url);
  vi.stubEnv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
  vi.stubEnv("PLUMBLINE_QUEUE_SPANS", "on");
  vi.stubEnv("OTEL_LOGS_EXPORTER", "none");
  await using closing = new AsyncDisposableStack();
  const database = closing.adopt(await freshDatabase(), (it) => it.drop());
  const testbed = closing.adopt(await openTestbed({ pace: { minMs: 5, maxMs: 10 } }), (it) => it.close());
  const receiver = closing.use(await startReceiver((response) => void response.writeHead(204).end()));
  let asked = 0;
  const busy = closing.use(
    await listen((request, response) => {
      request.resume();
      asked += 1;
      const isBusy = asked % 2 === 1;
      response.writeHead(isBusy ? 503 : 200, { "content-type": "application/json", "retry-after": "0" });
      response.end(JSON.stringify(isBusy ? { error: { message: "busy", type: "server_error" } } : completion()));
    }),
  );
  const text = `targets:
  bed: { baseUrl: "${testbed.baseUrl}", model: gpt-4o-mini, key: { env: BED_KEY }, client: { retries: 0 } }
  moving: { baseUrl: "${testbed.baseUrl}", model: gpt-4o-mini, key: { env: BED_KEY }, client: { retries: 0 } }
  listing: { baseUrl: "${testbed.baseUrl}", model: gpt-4o, key: { env: BED_KEY } }
  busy: { baseUrl: "${busy.url}/v1", model: gpt-4o-mini, client: { retries: 1 } }
scenarios:
  anything: { ask: { messages: [{ role: user, content: hello }], maxTokens: 5 }, expect: { status: 200 } }
probes:
  - { name: retried, target: busy, scenario: anything, every: 1s }
  - { name: streamed, target: bed, scenario: streamed-request, every: 1s }
  - { name: drifting, target: moving, scenario: valid-request, every: 1s }
  - { name: listed, target: listing, scenario: model-listed, every: 1s }
  - { name: forced, target: bed, scenario: forced-timeout, every: 4s }
receivers:
  oncall: { webhook: { url: "${receiver.url}", secrets: [{ env: HOOK_SECRET }], allowPrivate: true } }
judge: { learnRuns: 3, latencyFloorRatio: 50 }
`;
  const env = { ...process.env, BED_KEY: testbed.key, HOOK_SECRET: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD" };
  const scenarios = ["valid-request", "streamed-request", "forced-timeout", "model-listed"];
  const loaded = loadConfig(
    { file: "test", text },
    { env, readFile: () => undefined, scenarios, checkSecrets: allRoles },
  );
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
  const service = await openService(loaded.config, {
    env,
    secrets: keepSecrets(env),
    storage: { kind: "production", databaseUrl: database.url, redisUrl: inject("redisUrl") },
    roles: ["scheduler", "worker", "notifier"],
    locations: [],
    concurrency: 4,
    reconcileMs: 1000,
    listen: undefined,
    log: silentLog,
  });
  closing.defer(() => service.stop());
  const doneOf = async (probe: string): Promise<number> => {
    const { probes } = await service.overview();
    const recent = probes.find(({ probeId }) => probeId.startsWith(`${probe}@`))?.recent ?? [];
    return recent.filter(({ state }) => state === "done").length;
  };
  await eventually(async () => {
    for (const probe of ["retried", "streamed", "drifting", "listed"]) expect(await doneOf(probe)).toBeGreaterThan(5);
    expect(await doneOf("forced")).toBeGreaterThan(0);
  });
  testbed.inject("field-removed");
  await eventually(() => {
    const told = receiver.received.map(({ body }) => (JSON.parse(body) as { data: Alert }).data);
    opened = told.find(({ event, probe }) => event === "opened" && probe === "drifting");
    expect(opened).toBeDefined();
  });
  await closing.disposeAsync();
  vi.unstubAllEnvs();
});

afterAll(() => collector[Symbol.asyncDispose]());

const runsOf = (probe: string, verdict: string): WireSpan[] =>
  collector.spans.filter(({ name, ...span }) => {
    const notified = attributesOf(span);
    return (
      name === "probe" &&
      notified["plumbline.probe"] === `${probe}@default` &&
      notified["plumbline.verdict"] === verdict
    );
  });
const below = (run: WireSpan | undefined, name: RegExp): WireSpan[] =>
  collector.spans
    .filter((span) => span.traceId === run?.traceId && name.test(span.name))
    .toSorted((one, other) => Number(BigInt(one.startTimeUnixNano) - BigInt(other.startTimeUnixNano)));

test("a call that was sent again: one call without an error, an attempt that says why, and one that says it is the second", () => {
  const runs = runsOf("retried", "ok");
  expect(runs.length).toBeGreaterThan(3);
  for (const run of runs) {
    expect(treeOf(collector.spans, run)).toEqual({
      probe: { "chat gpt-4o-mini": { "POST !": {}, POST: {} }, commit: { judge: {} } },
    });
    const [first, second, ...more] = below(run, /^POST$/).map((span) => attributesOf(span));
    expect(more).toEqual([]);
    expect(first).toMatchObject({ "http.response.status_code": 503, "error.type": "503" });
    expect(first).not.toHaveProperty("http.request.resend_count");
    expect(second).toMatchObject({ "http.response.status_code": 200, "http.request.resend_count": 1 });
    expect(second).not.toHaveProperty("error.type");
    const [call] = below(run, /^chat/);
    expect(attributesOf(call!)).not.toHaveProperty("error.type");
    expect(attributesOf(call!)).not.toHaveProperty("plumbline.chunks");
  }
});

test("a stream: when its first chunk came, how many did, how it ended and what it used", () => {
  const runs = runsOf("streamed", "ok");
  expect(runs.length).toBeGreaterThan(3);
  for (const run of runs) {
    expect(treeOf(collector.spans, run)).toEqual({
      probe: { "chat gpt-4o-mini": { POST: {} }, commit: { judge: {} } },
    });
    const [call] = below(run, /^chat/);
    const notified = attributesOf(call!);
    expect(notified).toMatchObject({
      "gen_ai.request.stream": true,
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": expect.any(Number),
      "gen_ai.usage.output_tokens": expect.any(Number),
    });
    expect(notified["plumbline.chunks"]).toBeGreaterThan(2);
    const lastedMs = Number(BigInt(call!.endTimeUnixNano) - BigInt(call!.startTimeUnixNano)) / 1e6;
    const firstMs = Number(notified["gen_ai.response.time_to_first_chunk"]) * 1000;
    expect(firstMs).toBeGreaterThan(0);
    expect(firstMs).toBeLessThan(lastedMs);
  }
});

test("a list of models is read: no chat, and nothing that the conventions say of one", () => {
  const runs = runsOf("listed", "ok");
  expect(runs.length).toBeGreaterThan(3);
  for (const run of runs) {
    expect(treeOf(collector.spans, run)).toEqual({ probe: { "read models": { GET: {} }, commit: { judge: {} } } });
    const [read] = below(run, /^read models$/);
    expect(read?.kind).toBe(3);
    expect(attributesOf(read!)).toEqual({
      "plumbline.document": "models",
      "plumbline.request_id": expect.stringMatching(/^sha256:/),
      "gen_ai.provider.name": expect.any(String),
      "server.address": "127.0.0.1",
      "server.port": expect.any(Number),
      "user_agent.synthetic.type": "test",
    });
    expect(attributesOf(below(run, /^GET$/)[0]!)).toMatchObject({
      "http.request.method": "GET",
      "http.response.status_code": 200,
      "url.full": expect.stringMatching(/\/v1\/models$/),
    });
  }
});

test("a drift: the run that found it, judged within its commit, leads to who made it normal and who put it there", () => {
  const runs = runsOf("drifting", "drift");
  expect(runs.length).toBeGreaterThan(1);
  const fine = runsOf("drifting", "ok");
  for (const run of runs) {
    expect(treeOf(collector.spans, run)).toEqual({
      "probe !": { "chat gpt-4o-mini": { POST: {} }, commit: { judge: {} } },
    });
    expect(attributesOf(run)).toMatchObject({ "plumbline.finding_kinds": ["contract"] });
    const linked = Object.fromEntries(
      (run.links ?? []).map((link) => [String(attributesOf(link)["plumbline.link"]), link] as const),
    );
    expect(Object.keys(linked).toSorted()).toEqual(["baseline", "producer"]);
    expect(fine.map(({ spanId }) => spanId)).toContain(linked["baseline"]?.spanId);
    expect(attributesOf(linked["baseline"]!)).toMatchObject({ "plumbline.baseline_version": 1 });
    const producer = collector.spans.find(({ spanId }) => spanId === linked["producer"]?.spanId);
    expect(producer).toMatchObject({ kind: 4, traceId: linked["producer"]?.traceId });
    expect(producer?.name).toMatch(/^addBulk plumbline-slots-/);
  }
});

test("and its alert: handed over in a trace of its own that leads to those runs", () => {
  const delivery = collector.spans.find(
    (span) => span.name === "deliver" && attributesOf(span)["plumbline.incident"] === opened?.incidentId,
  );
  expect(attributesOf(delivery!)).toMatchObject({
    "plumbline.alert_event": "opened",
    "plumbline.outcome": "delivered",
  });
  const process = collector.spans.find(({ spanId }) => spanId === delivery?.parentSpanId);
  expect(treeOf(collector.spans, process!)).toMatchObject({ "process plumbline-deliveries": { deliver: {} } });
  const drifted = runsOf("drifting", "drift").map(({ traceId, spanId }) => `${traceId} ${spanId}`);
  expect(delivery?.links?.length).toBeGreaterThan(0);
  for (const link of delivery?.links ?? []) {
    expect(attributesOf(link)).toEqual({ "plumbline.link": "evidence", "plumbline.run": expect.any(String) });
    expect(drifted).toContain(`${link.traceId} ${link.spanId}`);
  }
});

test("forced time-outs: the run is fine, its attempts say that they timed out, and that nothing was sent", () => {
  const [run] = runsOf("forced", "ok");
  expect(run?.status?.code ?? 0).toBe(0);
  expect(treeOf(collector.spans, run!)).toEqual({
    probe: { "chat gpt-4o-mini !": { "POST !": {} }, commit: { judge: {} } },
  });
  const calls = below(run, /^chat/).map((span) => attributesOf(span));
  expect(calls.map((it) => it["error.type"])).toEqual([
    "timeout_connect",
    "timeout_first-byte",
    "timeout_first-content",
    "timeout_idle",
    "timeout_total",
  ]);
  const attempts = below(run, /^POST$/).map((span) => attributesOf(span));
  expect(attempts.map((it) => it["error.type"])).toEqual(Array(5).fill("timeout"));
  for (const notified of [...calls, ...attempts]) expect(notified["plumbline.injected"]).toMatch(/^\w/);
});
