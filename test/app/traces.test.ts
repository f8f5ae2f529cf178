import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import { spansPage } from "../../scripts/reference/spans-page.ts";
import { keepSecrets } from "../../src/app/secrets.ts";
import { openService } from "../../src/app/service.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Overview } from "../../src/operate/overview.ts";
import { silentLog } from "../../src/std/log.ts";
import { type MetricSpec, metrics } from "../../src/telemetry/metric-names.ts";
import { type SpanWords, spanWords } from "../../src/telemetry/span-words.ts";
import { openTestbed } from "../../src/testbed/testbed.ts";
import { startReceiver } from "../notify/http-receiver.ts";
import { freshDatabase } from "../setup/databases.ts";
import { attributesOf, type Collector, startCollector, treeOf, type WireSpan } from "../telemetry/collector.ts";
import { eventually } from "../setup/eventually.ts";
import { allRoles } from "../../src/config/roles.ts";

const key = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
let collector: Collector;
let seen: Overview;
let notified: { evidence: { traceId: string; spanId: string }[]; incidentId: string }[] = [];

/** One service, told to export, that probes something fine and something that refuses, and alerts of the latter. */
beforeAll(async () => {
  collector = await startCollector();
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url);
  vi.stubEnv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
  vi.stubEnv("PLUMBLINE_QUEUE_SPANS", "on");
  vi.stubEnv("OTEL_LOGS_EXPORTER", "none");
  const database = await freshDatabase();
  const testbed = await openTestbed({ pace: { minMs: 5, maxMs: 10 } });
  const receiver = await startReceiver((response) => void response.writeHead(204).end());
  const text = `targets:
  bed: { baseUrl: "${testbed.baseUrl}", model: gpt-4o-mini, key: { env: BED_KEY } }
  refusing: { baseUrl: "${testbed.baseUrl}", model: gpt-4o-mini }
probes:
  - { name: traced, target: bed, scenario: valid-request, every: 1s, locations: [traced] }
  - { name: listed, target: bed, scenario: model-listed, every: 1s, locations: [traced] }
  - { name: refused, target: refusing, scenario: valid-request, every: 1s, locations: [traced] }
receivers:
  oncall: { webhook: { url: "${receiver.url}", secrets: [{ env: HOOK_SECRET }], allowPrivate: true } }
`;
  const env = { ...process.env, BED_KEY: testbed.key, HOOK_SECRET: key };
  const loaded = loadConfig(
    { file: "test", text },
    { env, readFile: () => undefined, scenarios: ["valid-request", "model-listed"], checkSecrets: allRoles },
  );
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
  const service = await openService(loaded.config, {
    env,
    secrets: keepSecrets(env),
    storage: { kind: "production", databaseUrl: database.url, redisUrl: inject("redisUrl") },
    roles: ["scheduler", "worker", "notifier"],
    locations: [],
    concurrency: 2,
    reconcileMs: 1000,
    listen: undefined,
    log: silentLog,
  });
  await eventually(async () => {
    const { probes } = await service.overview();
    for (const { recent } of probes) expect(recent.length).toBeGreaterThan(3);
    expect(probes).toHaveLength(3);
    expect(receiver.received.length).toBeGreaterThan(0);
  });
  seen = await service.overview();
  notified = receiver.received.map(({ body }) => (JSON.parse(body) as { data: (typeof notified)[number] }).data);
  await service.stop();
  await testbed.close();
  await receiver[Symbol.asyncDispose]();
  vi.unstubAllEnvs();
  await database.drop();
});

afterAll(() => collector[Symbol.asyncDispose]());

const named = (name: string): WireSpan[] => collector.spans.filter((span) => span.name === name);
const runsOf = (probe: string): WireSpan[] =>
  named("probe").filter((span) => attributesOf(span)["plumbline.probe"] === `${probe}@traced`);
/** Attributes that differ from run to run. */
const volatile = (name: string): boolean =>
  /slot|lateness|plumbline.run$|port|url|time_to|response.id|request_id/.test(name);
const steady = (span: WireSpan | undefined): Record<string, unknown> =>
  Object.fromEntries(Object.entries(span === undefined ? {} : attributesOf(span)).filter(([name]) => !volatile(name)));

/** Spans of runs that were taken up and committed; the rest of a trace is the queue's business. */
const committed = (probe: string): WireSpan[] =>
  runsOf(probe).filter((span) => attributesOf(span)["plumbline.state"] === "done");

test("one trace a slot: the run, the call with its attempt, the commit with its judgement", () => {
  const runs = ["traced", "refused", "listed"].flatMap(committed);
  const done = seen.probes.flatMap(({ recent }) => recent.filter(({ state }) => state === "done"));
  expect(runs.length).toBeGreaterThanOrEqual(done.length);
  expect(new Set(runs.map(({ traceId }) => traceId)).size).toBe(runs.length);
  for (const run of runs) expect(run.parentSpanId ?? "").toBe("");
  for (const run of committed("traced")) {
    expect(treeOf(collector.spans, run)).toEqual({
      probe: { "chat gpt-4o-mini": { POST: {} }, commit: { judge: {} } },
    });
  }
  for (const run of committed("refused")) {
    expect(treeOf(collector.spans, run)).toEqual({
      "probe !": { "chat gpt-4o-mini !": { "POST !": {} }, commit: { judge: {} } },
    });
  }
});

test("a run's spans say what the conventions ask for, and nothing else", () => {
  const [run] = committed("traced");
  const inTrace = collector.spans.filter(({ traceId }) => traceId === run?.traceId);
  const spanNamed = (name: string) => inTrace.find((span) => span.name === name);
  expect(steady(run)).toEqual({
    "plumbline.probe": "traced@traced",
    "plumbline.target": "bed",
    "plumbline.scenario": "valid-request",
    "plumbline.location": "traced",
    "plumbline.state": "done",
    "plumbline.verdict": "ok",
    "plumbline.cost_micro_usd": expect.any(Number),
    "user_agent.synthetic.type": "test",
  });
  expect(spanNamed("chat gpt-4o-mini")?.kind).toBe(3);
  expect(steady(spanNamed("chat gpt-4o-mini"))).toEqual({
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": expect.any(String),
    "gen_ai.request.model": "gpt-4o-mini",
    "gen_ai.request.max_tokens": expect.any(Number),
    "gen_ai.response.model": expect.stringContaining("gpt-4o-mini"),
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.usage.input_tokens": expect.any(Number),
    "gen_ai.usage.output_tokens": expect.any(Number),
    "openai.api.type": "chat_completions",
    "server.address": "127.0.0.1",
    "user_agent.synthetic.type": "test",
  });
  // The test provider makes IDs of no known form.
  const { "gen_ai.response.id": id, "plumbline.request_id": requestId } = attributesOf(spanNamed("chat gpt-4o-mini")!);
  expect([id, requestId]).toEqual([expect.stringMatching(/^sha256:/), expect.stringMatching(/^sha256:/)]);
  expect(steady(spanNamed("POST"))).toEqual({
    "http.request.method": "POST",
    "http.response.status_code": 200,
    "server.address": "127.0.0.1",
    "user_agent.synthetic.type": "test",
  });
});

test("a delivery's span is linked to the very runs its alert names as evidence", () => {
  const deliveries = named("deliver");
  expect(deliveries.length).toBeGreaterThan(0);
  const [delivery] = deliveries;
  const [alert] = notified;
  expect(attributesOf(delivery!)).toMatchObject({
    "plumbline.receiver": "oncall",
    "plumbline.alert_event": "opened",
    "plumbline.finding_kind": "expectation",
    "plumbline.incident": alert?.incidentId,
    "plumbline.attempt": 1,
    "plumbline.outcome": "delivered",
  });
  const links = (delivery?.links ?? []).map(({ traceId, spanId }) => ({ traceId, spanId }));
  expect(links.length).toBeGreaterThan(0);
  expect(links).toEqual(alert?.evidence.map(({ traceId, spanId }) => ({ traceId, spanId })));
  const runs = runsOf("refused").map(({ traceId, spanId }) => ({ traceId, spanId }));
  for (const link of links) expect(runs).toContainEqual(link);
  expect(runs.map(({ traceId }) => traceId)).not.toContain(delivery?.traceId);
  const process = collector.spans.find(({ spanId }) => spanId === delivery?.parentSpanId);
  expect(process).toMatchObject({ name: "process plumbline-deliveries", traceId: delivery?.traceId });
  const producer = collector.spans.find(({ spanId }) => spanId === process?.links?.[0]?.spanId);
  expect(producer).toMatchObject({ name: "add plumbline-deliveries.deliver", kind: 4 });
});

test("the same metrics go out by OTLP as are scraped, under names of the table", () => {
  const known = new Map(Object.values<MetricSpec>(metrics).map(({ name, unit }) => [name, unit]));
  expect([...collector.metrics].filter(([name, unit]) => known.get(name) !== unit)).toEqual([]);
  for (const name of ["probe_success", "gen_ai.client.operation.duration", "plumbline.deliveries"]) {
    expect(collector.metrics.has(name)).toBe(true);
  }
});

test("docs/reference/spans.md tells of every span that was seen: its kind, its parent, its attributes, its links", () => {
  const toldAs = (name: string): SpanWords | undefined => {
    if (/^(?:GET|POST)$/.test(name)) return spanWords.http;
    return Object.values<SpanWords>(spanWords).find(
      (it) => it.name === name.replace(/^chat .*/, "chat {model}").replace(/^read .*/, "read {document}"),
    );
  };
  const kinds = ["", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
  const seenNames = new Set<string>();
  for (const span of collector.spans) {
    const words = toldAs(span.name);
    if (words === undefined) {
      // The queue's own.
      expect(span.name).toMatch(/ plumbline-(?:slots-traced|deliveries)\b/);
      expect(spansPage()).toContain(`| \`${span.name.split(" ")[0]} `);
      continue;
    }
    seenNames.add(words.name);
    expect([span.name, kinds[span.kind]]).toEqual([span.name, words.kind]);
    expect(words.attributes).toEqual(expect.arrayContaining(Object.keys(attributesOf(span))));
    expect((span.links ?? []).length > 0 ? words.links : "linked").not.toBe("");
    const parent = collector.spans.find(({ spanId }) => spanId === span.parentSpanId);
    const outside = parent === undefined ? "–" : "the queue's span process";
    expect(words.below).toContain(toldAs(parent?.name ?? "")?.name ?? outside);
  }
  expect(seenNames).toEqual(new Set(Object.values<SpanWords>(spanWords).map(({ name }) => name)));
});
