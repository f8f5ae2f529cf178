import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ExportTrouble } from "../../src/telemetry/export-trouble.ts";
import { startTelemetry, type Telemetry } from "../../src/telemetry/telemetry.ts";
import { startCollector } from "./collector.ts";
import { samplesOf } from "./exposition.ts";
import { eventually } from "../setup/eventually.ts";

beforeEach(() => vi.spyOn(console, "error").mockImplementation(() => {}));
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function badCollector(answer: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(answer);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => new Promise((closed) => void server.close(() => closed()).closeAllConnections()),
  };
}

/** Telemetry to that address, impatient, and what it counts. */
async function exportTo(url: string) {
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", url);
  vi.stubEnv("OTEL_BSP_SCHEDULE_DELAY", "20");
  vi.stubEnv("OTEL_BSP_MAX_QUEUE_SIZE", "64");
  vi.stubEnv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "16");
  vi.stubEnv("OTEL_EXPORTER_OTLP_TIMEOUT", "200");
  vi.stubEnv("OTEL_BSP_EXPORT_TIMEOUT", "300");
  const troubles: ExportTrouble[] = [];
  const telemetry = await startTelemetry(process.env, true, { version: "1", onTrouble: (it) => troubles.push(it) });
  const counted = async (name: string): Promise<number> => {
    const samples = samplesOf((await telemetry.scrape?.()) ?? "");
    return samples.filter((it) => it.name === name).reduce((sum, { value }) => sum + value, 0);
  };
  return { telemetry, troubles, counted };
}

function work({ tracer }: Telemetry, spans: number): number {
  const startedMs = performance.now();
  for (let span = 0; span < spans; span += 1) tracer.startSpan("work").end();
  return performance.now() - startedMs;
}

const cases: Record<string, { answer: RequestListener; reason: string }> = {
  "answers 413": {
    answer: (request, response) => {
      request.resume();
      response.writeHead(413, "Payload Too Large").end("sk-secret-of-the-collector-1234");
    },
    reason: "the collector answered 413: the batch is too large",
  },
  "never answers": { answer: (request) => void request.resume(), reason: "the collector did not answer in time" },
};

test.each(Object.entries(cases))(
  "a collector that %s costs batches, which are counted, and no time",
  async (_, bad) => {
    await using collector = await badCollector(bad.answer);
    const { telemetry, troubles, counted } = await exportTo(collector.url);
    expect(work(telemetry, 10)).toBeLessThan(10_000);
    await eventually(async () => expect(await counted("plumbline_telemetry_failed_exports_total")).toBeGreaterThan(0));
    expect(troubles).toContainEqual({ kind: "failed", reason: bad.reason });
    expect(JSON.stringify(troubles)).not.toContain("sk-secret");
    const startedMs = performance.now();
    await telemetry.stop();
    expect(performance.now() - startedMs).toBeLessThan(60_000);
  },
);

test("a collector that is not there: more spans than may wait are dropped and counted", async () => {
  const { telemetry, counted } = await exportTo("http://127.0.0.1:9");
  expect(work(telemetry, 5000)).toBeLessThan(10_000);
  await eventually(async () => {
    work(telemetry, 10);
    expect(await counted("plumbline_telemetry_dropped_spans_total")).toBeGreaterThan(4000);
  });
  await telemetry.stop();
});

test("a declarative file says it all: OTEL_CONFIG_FILE", async () => {
  await using collector = await startCollector();
  vi.spyOn(console, "log").mockImplementation(() => {});
  const folder = mkdtempSync(join(tmpdir(), "plumbline-otel-"));
  const file = join(folder, "otel.yaml");
  const text = `file_format: "1.0"
resource: { attributes: [{ name: service.name, value: declared }] }
tracer_provider:
  processors: [{ batch: { schedule_delay: 20, exporter: { otlp_http: { endpoint: "${collector.url}/v1/traces", encoding: json } } } }]
`;
  writeFileSync(file, text);
  vi.stubEnv("OTEL_CONFIG_FILE", file);
  const telemetry = await startTelemetry(process.env);
  work(telemetry, 1);
  await telemetry.stop();
  rmSync(folder, { recursive: true });
  expect(collector.spans.map(({ name }) => name)).toEqual(["work"]);
});

test("switched off by the standard variable nothing is sent, and spans have ids all the same", async () => {
  await using collector = await startCollector();
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url);
  vi.stubEnv("OTEL_SDK_DISABLED", "true");
  const telemetry = await startTelemetry(process.env);
  expect(telemetry.tracer.startSpan("work").spanContext().traceId).toMatch(/^[0-9a-f]*[1-9a-f][0-9a-f]*$/);
  await telemetry.stop();
  expect(collector.spans).toEqual([]);
});
