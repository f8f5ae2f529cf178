import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { expect, test } from "vitest";
import { probe as sample } from "../probe/samples.ts";
import { announceProbes } from "../../src/app/measure.ts";
import { measureRun } from "../../src/run/measure.ts";
import { openScrape } from "../../src/telemetry/prometheus.ts";
import { metricDetailOf } from "../../src/telemetry/metric-detail.ts";
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

test.each([
  ["full", 12_000_000],
  ["lean", 2_000_000],
] as const)("%s metrics of 10,000 probes at 500 targets take at most %i bytes", async (detail, most) => {
  const scrape = openScrape();
  const metrics = createMetrics([{ meter: scrape.meter, conventions: "v1.41" }], detail);
  const probes = Array.from({ length: 10_000 }, (_, index) => ({
    ...sample,
    id: `probe-${index}@place`,
    scenario: { kind: "built-in" as const, name: `scenario-${Math.floor(index / 500) % 10}` },
    target: { ...sample.target, name: `target-${index % 500}` },
    location: `place-${Math.floor(index / 5_000)}`,
  }));
  announceProbes(metrics, probes);
  const spent = { requests: 1, tokens: 20, microUsd: 40 };
  for (const { id, name, target, scenario, location } of probes) {
    const slot = {
      probeId: `${id}-${location}`,
      target: target.name,
      model: target.model,
      scenario: scenario.name,
      location,
    };
    const report = { ...slot, runId: "r", probe: name, traceId: "t", slotMs: 0, spent, findings: [], unjudged: [] };
    measureRun(metrics, { ...report, state: "done", verdict: "ok", totalMs: 12 }, 0);
  }
  const text = await scrape.text();
  await scrape.stop();
  expect(text.match(/^probe_success/gm)).toHaveLength(10_000);
  expect(text.length).toBeLessThan(most);
  expect(text.includes("plumbline_run_timestamp_seconds{")).toBe(detail === "full");
});

test("many probes have lean metrics unless full ones are asked for", () => {
  expect(metricDetailOf({}, 2_000)).toBe("full");
  expect(metricDetailOf({}, 10_000)).toBe("lean");
  expect(metricDetailOf({ PLUMBLINE_METRICS: "full" }, 10_000)).toBe("full");
  expect(metricDetailOf({ PLUMBLINE_METRICS: "lean" }, 1)).toBe("lean");
});
