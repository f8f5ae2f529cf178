import {
  context,
  diag,
  DiagLogLevel,
  logs,
  metrics,
  propagation,
  trace,
  type Meter,
  type Tracer,
} from "@opentelemetry/api";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import { createMetrics, type Metrics } from "./metrics.ts";
import { type ExportTrouble, troubleListener } from "./export-trouble.ts";
import { metricDetailOf } from "./metric-detail.ts";
import { conventionsOf } from "./metric-names.ts";
import { instrumentationScope } from "./names.ts";
import { queueSpans, type QueueSpans } from "./queue-spans.ts";

export interface Telemetry {
  readonly tracer: Tracer;
  /** Spans of the queue itself, around those of the runs; none when nothing is exported. */
  readonly queue: QueueSpans | undefined;
  readonly metrics: Metrics;
  /** All metrics in Prometheus' text format; undefined when nobody was going to ask. */
  readonly scrape: (() => Promise<string>) | undefined;
  /** Hands over what is still held; bounded by the exporter's own time limits. */
  stop(): Promise<void>;
}

interface Export {
  readonly tracer: Tracer;
  readonly queue: QueueSpans | undefined;
  readonly meters: readonly Meter[];
  readonly isExported: boolean;
  stop(): Promise<void>;
}

type Env = Readonly<Record<string, string | undefined>>;

export interface About {
  readonly version: string;
  /** Hears of each batch that no collector took, and of what was dropped. */
  readonly onTrouble?: ((trouble: ExportTrouble) => void) | undefined;
  /** How many there are decides how many series are kept of each. */
  readonly probes?: number;
}

const unnamed: About = { version: "unknown" };

/**
 * Starts the OpenTelemetry SDK when the standard `OTEL_*` variables ask for an exporter. Without one, spans
 * still carry ids, because alerts and rows name their trace, and metrics can be scraped where somebody listens.
 */
export async function startTelemetry(env: Env, canBeScraped = false, about: About = unnamed): Promise<Telemetry> {
  const exported = exportIsConfigured(env) ? await startExport(env, about.version) : idsOnly();
  const scrape = canBeScraped ? (await import("./prometheus.ts")).openScrape() : undefined;
  // Rules and dashboards name what is scraped: those names stay, whatever the export is asked for.
  const meters = [
    ...exported.meters.map((meter) => ({ meter, conventions: conventionsOf(env) })),
    ...(scrape === undefined ? [] : [{ meter: scrape.meter, conventions: "v1.41" as const }]),
  ];
  const recorded = createMetrics(meters, metricDetailOf(env, about.probes ?? 0));
  recorded.record("exportFailures", 0, {});
  recorded.record("droppedSpans", 0, {});
  if (exported.isExported) {
    listenForTrouble((trouble) => {
      if (trouble.kind === "dropped") recorded.record("droppedSpans", trouble.spans, {});
      else recorded.record("exportFailures", 1, {});
      about.onTrouble?.(trouble);
    });
  }
  return {
    tracer: exported.tracer,
    queue: exported.queue,
    metrics: recorded,
    scrape: scrape?.text,
    async stop() {
      await Promise.allSettled([exported.stop(), scrape?.stop()]);
    },
  };
}

/** The SDK reports what it could not hand over to one place for the whole process. */
function listenForTrouble(onTrouble: (trouble: ExportTrouble) => void): void {
  diag.setLogger(troubleListener(onTrouble), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

function idsOnly(): Export {
  const provider = new TracerProvider();
  return {
    tracer: provider.getTracer(instrumentationScope),
    queue: undefined,
    meters: [],
    isExported: false,
    stop: () => provider.shutdown(),
  };
}

/** Loading the SDK with its exporters takes about a third of a second: only those who export pay for it. */
async function startExport(env: Env, version: string): Promise<Export> {
  const { startNodeSdk } = await import("@opentelemetry/sdk-node");
  const queue = await import("bullmq-otel");
  const sdk = startNodeSdk({ resourceAttributes: resourceOf(env, version), logLevel: env["OTEL_LOG_LEVEL"] ?? "warn" });
  const tracesAreExported = env["OTEL_TRACES_EXPORTER"] !== "none";
  const ids = idsOnly();
  return {
    tracer: tracesAreExported ? trace.getTracer(instrumentationScope) : ids.tracer,
    queue:
      tracesAreExported && env["PLUMBLINE_QUEUE_SPANS"] === "on"
        ? queueSpans(new queue.BullMQOtel({ tracerName: instrumentationScope }))
        : undefined,
    meters: [metrics.getMeter(instrumentationScope)],
    isExported: true,
    async stop() {
      // The last batch may be refused as well; that has been counted.
      await sdk.shutdown().catch(() => {});
      // What is global is given back, so that a service started after this one in the same process exports too.
      for (const api of [trace, metrics, logs, context, propagation, diag]) api.disable();
    },
  };
}

/** What people say of the resource wins; a declarative file says all of it itself. */
function resourceOf(env: Env, version: string): Record<string, string> {
  const said = env["OTEL_RESOURCE_ATTRIBUTES"] ?? "";
  const isNamed = (env["OTEL_SERVICE_NAME"] ?? "") !== "" || /(?:^|,)\s*service\.name\s*=/.test(said);
  return {
    ...(!isNamed && { "service.name": "plumbline" }),
    ...(!/(?:^|,)\s*service\.version\s*=/.test(said) && { "service.version": version }),
  };
}

function exportIsConfigured(env: Env): boolean {
  if (env["OTEL_SDK_DISABLED"] === "true") return false;
  const exporters = [env["OTEL_TRACES_EXPORTER"], env["OTEL_METRICS_EXPORTER"], env["OTEL_LOGS_EXPORTER"]];
  if (exporters.some((exporter) => exporter !== undefined && exporter !== "" && exporter !== "none")) return true;
  if (exporters.every((exporter) => exporter === "none")) return false;
  return [
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
    "OTEL_CONFIG_FILE",
  ].some((name) => env[name] !== undefined && env[name] !== "");
}
