import { trace, type Tracer } from "@opentelemetry/api";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import type { BullMQOtel } from "bullmq-otel";
import { instrumentationScope } from "./names.ts";

export interface Tracing {
  readonly tracer: Tracer;
  /** Spans of the queue itself, around those of the runs; none when nothing is exported. */
  readonly queue: BullMQOtel | undefined;
  /** Hands over what is still held; bounded by the exporter's own time limits. */
  stop(): Promise<void>;
}

/**
 * Starts the OpenTelemetry SDK when the standard `OTEL_*` variables ask for an exporter. Without one, spans
 * still carry ids, because alerts and rows name their trace, but nothing is exported.
 */
export async function startTracing(env: Readonly<Record<string, string | undefined>>): Promise<Tracing> {
  if (!exportIsConfigured(env)) {
    const provider = new TracerProvider();
    return { tracer: provider.getTracer(instrumentationScope), queue: undefined, stop: () => provider.shutdown() };
  }
  // Loading the SDK with its exporters takes about a third of a second: only those who export pay for it.
  const { NodeSDK } = await import("@opentelemetry/sdk-node");
  const queue = await import("bullmq-otel");
  const sdk = new NodeSDK({ serviceName: env["OTEL_SERVICE_NAME"] ?? "plumbline" });
  sdk.start();
  return {
    tracer: trace.getTracer(instrumentationScope),
    queue: new queue.BullMQOtel({ tracerName: instrumentationScope }),
    stop: () => sdk.shutdown(),
  };
}

function exportIsConfigured(env: Readonly<Record<string, string | undefined>>): boolean {
  if (env["OTEL_SDK_DISABLED"] === "true") return false;
  const tracesExporter = env["OTEL_TRACES_EXPORTER"];
  if (tracesExporter !== undefined) return tracesExporter !== "none";
  return [
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_CONFIG_FILE",
    "OTEL_EXPERIMENTAL_CONFIG_FILE",
  ].some((name) => env[name] !== undefined && env[name] !== "");
}
