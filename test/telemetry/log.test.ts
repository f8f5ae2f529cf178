import { afterEach, expect, test, vi } from "vitest";
import { exceptionFields } from "../../src/std/log.ts";
import { createRedactor } from "../../src/std/redact.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { startTelemetry } from "../../src/telemetry/telemetry.ts";
import { startCollector } from "./collector.ts";

const key = "canaryKEY.3f9a1c77d2";

afterEach(() => vi.unstubAllEnvs());

function jsonLog() {
  const lines: string[] = [];
  const log = createLog({ write: (line) => void lines.push(line) }, "debug", createRedactor([key]), {
    common: { service: "plumbline", version: "1.2.3" },
  });
  return { log, lines };
}

test("a line says when, how bad, which program and which span, and holds no key", () => {
  const { log, lines } = jsonLog();
  log.warn(`it said ${key}`, {
    note: `Bearer ${key}`,
    many: [key, "fine"],
    trace_id: "a".repeat(32),
    nothing: undefined,
  });
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    level: "warn",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    service: "plumbline",
    version: "1.2.3",
    message: "it said [redacted]",
    note: expect.not.stringContaining("canary"),
    many: ["[redacted]", "fine"],
    trace_id: "a".repeat(32),
  });
});

test("of an exception, type and frames are told, not the message, which may quote what was read", () => {
  const { log, lines } = jsonLog();
  let thrown: unknown;
  try {
    JSON.parse("the eagle lands at dawn");
  } catch (error) {
    thrown = error;
  }
  log.error("queue job failed", exceptionFields(thrown));
  const line = JSON.parse(lines[0] ?? "") as Record<string, string>;
  expect(line["exception.type"]).toBe("SyntaxError");
  expect(line["exception.stacktrace"]).toMatch(/^\s+at JSON\.parse/);
  expect(lines.join("")).not.toContain("eagle");
});

test("a person at a terminal gets short lines in which nothing is obeyed", () => {
  const written: string[] = [];
  const log = createLog({ write: (line) => void written.push(line) }, "info", (text) => text, { format: "human" });
  log.info("run \u001b[31mred", {
    probe: "a@b",
    latencyMs: 12.5,
    forged: "x\n00:00:00 error all is lost",
    gone: undefined,
  });
  expect(written).toHaveLength(1);
  expect(written[0]?.replace(/^\d\d:\d\d:\d\d/, "12:00:00")).toBe(
    "12:00:00 info  run red  probe=a@b  latencyMs=12.5  forged=x 00:00:00 error all is lost\n",
  );
});

test("the same records reach a collector, with severity, resource and span", async () => {
  await using collector = await startCollector();
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url);
  vi.stubEnv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json");
  vi.stubEnv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test");
  const telemetry = await startTelemetry(process.env, false, { version: "1.2.3" });
  const { log } = jsonLog();
  const ids = { trace_id: "0af7651916cd43dd8448eb211c80319c", span_id: "b7ad6b7169203331" };
  log.info("run", { ...ids, probe: "a@b", status: 200, findings: ["latency"], reason: undefined, note: key });
  const span = telemetry.tracer.startSpan("work");
  const { context, trace } = await import("@opentelemetry/api");
  context.with(trace.setSpan(context.active(), span), () => log.error("inside", exceptionFields(new TypeError(key))));
  span.end();
  await telemetry.stop();

  const [run, inside] = collector.logs;
  expect(run).toMatchObject({
    body: "run",
    severity: "info",
    traceId: ids.trace_id,
    spanId: ids.span_id,
    attributes: { probe: "a@b", status: 200, findings: ["latency"], note: "[redacted]" },
    resource: { "service.name": "plumbline", "service.version": "1.2.3", "deployment.environment.name": "test" },
  });
  expect(inside).toMatchObject({
    severity: "error",
    spanId: span.spanContext().spanId,
    attributes: { "exception.type": "TypeError" },
  });
  expect(JSON.stringify(collector.logs)).not.toContain("canary");
});
