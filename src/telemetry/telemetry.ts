import { context, metrics, propagation, trace, type Meter, type Tracer } from "@opentelemetry/api";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import type { BullMQOtel } from "bullmq-otel";
import { createMetrics, type Metrics } from "./metrics.ts";
import { conventionsOf, instrumentationScope } from "./names.ts";

export interface Telemetry {
  readonly tracer: Tracer;
  /** Spans of the queue itself, around those of the runs; none when nothing is exported. */
  readonly queue: BullMQOtel | undefined;
  readonly metrics: Metrics;
  /** All metrics in Prometheus' text format; undefined when nobody was going to ask. */
  readonly scrape: (() => Promise<string>) | undefined;
  /** Hands over what is still held; bounded by the exporter's own time limits. */
  stop(): Promise<void>;
}

interface Export {
  readonly tracer: Tracer;
  readonly queue: BullMQOtel | undefined;
  readonly meters: readonly Meter[];
  stop(): Promise<void>;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Starts the OpenTelemetry SDK when the standard `OTEL_*` variables ask for an exporter. Without one, spans
 * still carry ids, because alerts and rows name their trace, and metrics can be scraped where somebody listens.
 */
export async function startTelemetry(env: Env, canBeScraped = false): Promise<Telemetry> {
  const exported = exportIsConfigured(env) ? await startExport(env) : idsOnly();
  const scrape = canBeScraped ? (await import("./prometheus.ts")).openScrape() : undefined;
  return {
    tracer: exported.tracer,
    queue: exported.queue,
    // Rules and dashboards name what is scraped: those names stay, whatever the export is asked for.
    metrics: createMetrics([
      ...exported.meters.map((meter) => ({ meter, conventions: conventionsOf(env) })),
      ...(scrape === undefined ? [] : [{ meter: scrape.meter, conventions: "v1.41" as const }]),
    ]),
    scrape: scrape?.text,
    async stop() {
      await Promise.allSettled([exported.stop(), scrape?.stop()]);
    },
  };
}

function idsOnly(): Export {
  const provider = new TracerProvider();
  return {
    tracer: provider.getTracer(instrumentationScope),
    queue: undefined,
    meters: [],
    stop: () => provider.shutdown(),
  };
}

/** Loading the SDK with its exporters takes about a third of a second: only those who export pay for it. */
async function startExport(env: Env): Promise<Export> {
  const { NodeSDK } = await import("@opentelemetry/sdk-node");
  const queue = await import("bullmq-otel");
  const sdk = new NodeSDK({ serviceName: env["OTEL_SERVICE_NAME"] ?? "plumbline" });
  sdk.start();
  const tracesAreExported = env["OTEL_TRACES_EXPORTER"] !== "none";
  const ids = idsOnly();
  return {
    tracer: tracesAreExported ? trace.getTracer(instrumentationScope) : ids.tracer,
    queue: tracesAreExported ? new queue.BullMQOtel({ tracerName: instrumentationScope }) : undefined,
    meters: [metrics.getMeter(instrumentationScope)],
    async stop() {
      await sdk.shutdown();
      // What is global is given back, so that a service started after this one in the same process exports too.
      for (const api of [trace, metrics, context, propagation]) api.disable();
    },
  };
}

function exportIsConfigured(env: Env): boolean {
  if (env["OTEL_SDK_DISABLED"] === "true") return false;
  const exporters = [env["OTEL_TRACES_EXPORTER"], env["OTEL_METRICS_EXPORTER"]];
  if (exporters.some((exporter) => exporter !== undefined && exporter !== "" && exporter !== "none")) return true;
  if (exporters.every((exporter) => exporter === "none")) return false;
  return [
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    "OTEL_CONFIG_FILE",
    "OTEL_EXPERIMENTAL_CONFIG_FILE",
  ].some((name) => env[name] !== undefined && env[name] !== "");
}
