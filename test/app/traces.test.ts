import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, inject, test, vi } from "vitest";
import { openService } from "../../src/app/service.ts";
import { loadConfig } from "../../src/config/load.ts";
import { silentLog } from "../../src/std/log.ts";
import { openTestbed } from "../../src/testbed/testbed.ts";
import { freshDatabase } from "../setup/databases.ts";

interface WireSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
}

/** A collector that speaks OTLP over HTTP as JSON and keeps every span. */
async function startCollector() {
  const spans: WireSpan[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => void parts.push(part));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(parts).toString("utf8")) as {
        resourceSpans?: { scopeSpans: { spans: WireSpan[] }[] }[];
      };
      for (const { scopeSpans } of body.resourceSpans ?? []) for (const scope of scopeSpans) spans.push(...scope.spans);
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return { spans, url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

test("one trace a slot: the queue's span, the run, the call, the attempt", async () => {
  const collector = await startCollector();
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url);
  vi.stubEnv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json");
  vi.stubEnv("OTEL_METRICS_EXPORTER", "none");
  vi.stubEnv("OTEL_LOGS_EXPORTER", "none");
  vi.stubEnv("OTEL_TRACES_EXPORTER", "otlp");
  const database = await freshDatabase();
  const testbed = await openTestbed({ pace: { minMs: 5, maxMs: 10 } });
  const text = `targets:
  bed: { baseUrl: "${testbed.baseUrl}", model: gpt-4o-mini, key: { env: BED_KEY } }
probes:
  - { name: traced, target: bed, scenario: valid-request, every: 1s, locations: [traced] }
`;
  const env = { ...process.env, BED_KEY: testbed.key };
  const loaded = loadConfig(
    { file: "test", text },
    { env, readFile: () => undefined, scenarios: ["valid-request"], checkSecrets: true },
  );
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
  const service = await openService(loaded.config, {
    env,
    storage: { kind: "production", databaseUrl: database.url, redisUrl: inject("redisUrl") },
    roles: ["scheduler", "worker"],
    locations: [],
    concurrency: 1,
    reconcileMs: 1000,
    listen: undefined,
    log: silentLog,
  });
  await vi.waitFor(async () => expect((await service.overview()).probes[0]?.recent.length).toBeGreaterThan(3), {
    timeout: 20_000,
    interval: 100,
  });
  const { probes } = await service.overview();
  await service.stop();
  await testbed.close();
  collector.close();
  vi.unstubAllEnvs();
  await database.drop();

  const byId = new Map(collector.spans.map((span) => [span.spanId, span]));
  const lineage = (span: WireSpan | undefined): string[] =>
    span === undefined ? [] : [...lineage(byId.get(span.parentSpanId ?? "")), span.name];
  const attempts = collector.spans.filter(({ name }) => name === "POST");
  expect(attempts.length).toBeGreaterThanOrEqual(probes[0]?.recent.filter(({ state }) => state === "done").length ?? 0);
  expect(attempts.length).toBeGreaterThan(2);
  for (const attempt of attempts) {
    expect(lineage(attempt)).toEqual(["process plumbline-slots-traced", "probe", "chat gpt-4o-mini", "POST"]);
  }
  expect(new Set(attempts.map(({ traceId }) => traceId)).size).toBe(attempts.length);
}, 60_000);
