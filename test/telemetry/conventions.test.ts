import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { expect, test } from "vitest";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { type Conventions, conventionsOf } from "../../src/telemetry/metric-names.ts";

async function recordedNames(conventions: Conventions): Promise<Record<string, string[]>> {
  const reader = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({ readers: [reader] });
  const metrics = createMetrics([{ meter: provider.getMeter("test"), conventions }]);
  metrics.record("callDuration", 1, {});
  metrics.record("firstChunk", 1, {});
  metrics.record("tokenUsage", 7, { "gen_ai.token.type": "input" });
  metrics.record("tokenUsage", 3, { "gen_ai.token.type": "output" });
  metrics.record("spend", Number.NaN, {});
  const { resourceMetrics } = await reader.collect();
  await provider.shutdown();
  const notified = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  return Object.fromEntries(
    notified
      .filter(({ descriptor, dataPoints }) => dataPoints.length > 0 && !descriptor.name.startsWith("nodejs"))
      .map(({ descriptor, dataPoints }) => [
        descriptor.name,
        dataPoints.map(({ attributes }) => JSON.stringify(attributes)),
      ]),
  );
}

test("GenAI metrics have the names of v1.41", async () => {
  expect(await recordedNames("v1.41")).toEqual({
    "gen_ai.client.operation.duration": ["{}"],
    "gen_ai.client.operation.time_to_first_chunk": ["{}"],
    "gen_ai.client.token.usage": ['{"gen_ai.token.type":"input"}', '{"gen_ai.token.type":"output"}'],
  });
});

test("and the newest when asked for, one set, not both", async () => {
  expect(await recordedNames("latest")).toEqual({
    "gen_ai.client.inference.duration": ["{}"],
    "gen_ai.client.inference.time_to_first_chunk": ["{}"],
    "gen_ai.client.inference.operation.input_tokens": ["{}"],
    "gen_ai.client.inference.operation.output_tokens": ["{}"],
  });
});

test("they are asked for by the standard variable", () => {
  expect(conventionsOf({})).toBe("v1.41");
  expect(conventionsOf({ OTEL_SEMCONV_STABILITY_OPT_IN: "http, gen_ai_latest_experimental" })).toBe("latest");
});
