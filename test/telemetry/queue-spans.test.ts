import { context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { BullMQOtel } from "bullmq-otel";
import { expect, test } from "vitest";
import { producerLink, queueSpans } from "../../src/telemetry/queue-spans.ts";

const { contextManager } = queueSpans(new BullMQOtel({ tracerName: "test" }));
const producer = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", traceFlags: 1 };
const spanned = (traceFlags: number) => trace.setSpanContext(ROOT_CONTEXT, { ...producer, traceFlags });

test("what travels in a job is the ids of a span, as W3C Trace Context writes them, and comes out as a link", () => {
  const metadata = contextManager.getMetadata(spanned(1));
  expect(metadata).toBe("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  const received = contextManager.fromMetadata(context.active(), metadata);
  expect(trace.getSpanContext(received)).toBeUndefined();
  expect(producerLink(received)).toEqual({ context: { ...producer, isRemote: true } });
});

test.each([
  contextManager.getMetadata(spanned(0)),
  contextManager.getMetadata(ROOT_CONTEXT),
  "",
  '{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}',
  "{",
  "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
  "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\n",
])("of %j no link is made, and nothing throws", (metadata) => {
  expect(producerLink(contextManager.fromMetadata(context.active(), metadata))).toBeUndefined();
});
