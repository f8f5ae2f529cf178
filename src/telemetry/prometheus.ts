import type { Meter } from "@opentelemetry/api";
import { PrometheusExporter, PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { metrics, type MetricSpec, prometheusName } from "./metric-names.ts";
import { instrumentationScope } from "./names.ts";

export interface Scrape {
  readonly meter: Meter;
  /** All metrics in Prometheus' text format. */
  text(): Promise<string>;
  stop(): Promise<void>;
}

/** Metrics for whoever comes and asks, whether or not anything is exported. Opens no port of its own. */
export function openScrape(): Scrape {
  const reader = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({ readers: [reader], views: Object.values<MetricSpec>(metrics).map(renamed) });
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true);
  return {
    meter: provider.getMeter(instrumentationScope),
    async text() {
      const { resourceMetrics } = await reader.collect();
      return serializer.serialize(resourceMetrics);
    },
    stop: () => provider.shutdown(),
  };
}

/** The serializer adds `_total` and no units; collectors add both. The names must not depend on the way taken. */
function renamed(spec: MetricSpec) {
  return {
    instrumentName: spec.name,
    name: prometheusName(spec).replace(/_total$/, ""),
    aggregationCardinalityLimit: mostSeries,
  };
}

/** Only the configuration multiplies series. Above the SDK's own limit, 2,000, probes would vanish into one. */
const mostSeries = 200_000;
