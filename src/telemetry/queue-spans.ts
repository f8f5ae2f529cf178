import {
  type Context,
  context,
  createContextKey,
  type Link,
  ROOT_CONTEXT,
  type SpanContext,
  SpanStatusCode,
  trace,
  TraceFlags,
} from "@opentelemetry/api";
import type { BullMQOtel } from "bullmq-otel";

const producerKey = createContextKey("plumbline.producer");

/** A link to the span that has put the job into the queue which is being worked on; undefined when nobody knows. */
export function producerLink(active: Context = context.active()): Link | undefined {
  const producer = active.getValue(producerKey) as SpanContext | undefined;
  return producer && { context: producer };
}

/**
 * The queue's spans, but a job begins a trace of its own and is linked to the span that has put it there. As its child it
 * would join that one's trace: with every other job of a schedule, for a schedule's jobs all carry the span in which
 * the schedule was made. What travels in a job is that span's ids and nothing else, whatever propagators are set.
 * A job that failed is an error, which BullMQ leaves unsaid.
 */
export function queueSpans({ tracer, contextManager }: BullMQOtel): QueueSpans {
  return {
    tracer: {
      startSpan(name, options, parent) {
        const link = parent && producerLink(parent);
        const span = tracer.startSpan(name, { ...options, ...(link && { links: [link] }) }, parent);
        return sayingFailures(span);
      },
    },
    contextManager: {
      with: (ctx, work) => contextManager.with(ctx, work),
      active: () => contextManager.active(),
      root: () => ROOT_CONTEXT,
      getMetadata: (ctx) => traceparentOf(trace.getSpanContext(ctx)),
      fromMetadata: (_active, metadata) => {
        const producer = spanContextOf(metadata);
        return producer === undefined ? ROOT_CONTEXT : ROOT_CONTEXT.setValue(producerKey, producer);
      },
    },
  };
}

type QueueSpan = ReturnType<BullMQOtel["tracer"]["startSpan"]>;

/** What BullMQ asks of its `telemetry`. */
export interface QueueSpans {
  readonly tracer: { startSpan(name: string, options?: object, parent?: Context): QueueSpan };
  readonly contextManager: {
    readonly with: BullMQOtel["contextManager"]["with"];
    active(): Context;
    root(): Context;
    getMetadata(ctx: Context): string;
    fromMetadata(active: Context, metadata: string): Context;
  };
}

function sayingFailures(span: QueueSpan): QueueSpan {
  const itself = trace.getSpan(span.setSpanOnContext(ROOT_CONTEXT));
  const addEvent = span.addEvent.bind(span);
  span.addEvent = (name, ...rest) => {
    if (name === "job failed") itself?.setStatus({ code: SpanStatusCode.ERROR });
    addEvent(name, ...rest);
  };
  return span;
}

/** As W3C Trace Context writes it. */
function traceparentOf(span: SpanContext | undefined): string {
  return span === undefined ? "" : `00-${span.traceId}-${span.spanId}-0${span.traceFlags & TraceFlags.SAMPLED}`;
}

const traceparent = /^00-(?<traceId>[0-9a-f]{32})-(?<spanId>[0-9a-f]{16})-0(?<flags>[01])$/;

/** Whoever can write to the queue can write this as well; a span that was not sampled is nowhere to be found. */
function spanContextOf(metadata: string): SpanContext | undefined {
  const { traceId, spanId, flags } = traceparent.exec(metadata)?.groups ?? {};
  if (traceId === undefined || spanId === undefined || flags !== "1") return undefined;
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
}
