import { context, logs, ROOT_CONTEXT, SeverityNumber, trace, TraceFlags, type Context } from "@opentelemetry/api";
import { pino, type DestinationStream, type Level } from "pino";
import type { Log, LogFields } from "../std/log.ts";
import type { Redactor } from "../std/redact.ts";
import { humanLine } from "./human-line.ts";
import { instrumentationScope } from "./names.ts";

export interface LogOptions {
  /** `json`: one object a line, for machines; `human`: for a terminal. */
  readonly format?: "json" | "human" | undefined;
  /** Said in every line of JSON; what is exported has it as its resource. */
  readonly common?: Readonly<Record<string, string>> | undefined;
}

const severities = {
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
} as const;

type Severity = keyof typeof severities;

/**
 * Lines with an ISO time, a level by name and the ids of the span they belong to; the same records go out by OTLP when
 * logs are exported. Every text goes through the redactor first.
 */
export function createLog(
  destination: DestinationStream,
  level: Level | "silent",
  redact: Redactor,
  { format = "json", common = {} }: LogOptions = {},
): Log {
  const logger = pino(
    {
      level,
      base: format === "json" ? common : null,
      messageKey: "message",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    format === "json" ? destination : { write: (line: string) => destination.write(humanLine(line)) },
  );
  return {
    debug: (message, fields) => write("debug", message, fields),
    info: (message, fields) => write("info", message, fields),
    warn: (message, fields) => write("warn", message, fields),
    error: (message, fields) => write("error", message, fields),
  };

  function write(at: Severity, message: string, given: LogFields = {}): void {
    if (!logger.isLevelEnabled(at)) return;
    const fields = redactFields({ ...activeSpan(), ...given }, redact);
    const text = redact(message);
    logger[at](fields, text);
    const { trace_id, span_id, ...attributes } = fields;
    logs.getLogger(instrumentationScope).emit({
      severityNumber: severities[at],
      severityText: at,
      body: text,
      attributes: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value != null)) as Record<
        string,
        string | number | boolean
      >,
      context: spanOf(trace_id, span_id),
    });
  }
}

function activeSpan(): LogFields {
  const active = trace.getSpanContext(context.active());
  return active === undefined ? {} : { trace_id: active.traceId, span_id: active.spanId };
}

function spanOf(traceId: unknown, spanId: unknown): Context {
  if (typeof traceId !== "string" || typeof spanId !== "string") return context.active();
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED });
}

function redactFields(fields: LogFields, redact: Redactor): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === "string" ? redact(value) : Array.isArray(value) ? value.map(redact) : value,
    ]),
  );
}
