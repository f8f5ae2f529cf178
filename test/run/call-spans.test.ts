import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { expect, test } from "vitest";
import { chat } from "../../src/protocol/chat/chat.ts";
import { inAttemptSpan } from "../../src/run/call-spans.ts";

test("an attempt that throws ends its span, with the type of the error and never its message", async () => {
  const exporter = new InMemorySpanExporter();
  const tracing = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const tracer = tracing.getTracer("test");
  const call = tracer.startSpan("call");
  const request = {
    method: "POST",
    url: "https://api.example.com/v1?key=sk-secret",
    headers: {},
    reader: chat,
  } as const;
  const attempt = (): Promise<never> => Promise.reject(new RangeError("sk-secret"));
  await expect(inAttemptSpan({ tracer, redact: (text) => text }, call, request, 1, attempt)).rejects.toThrow(
    RangeError,
  );
  const [span] = exporter.getFinishedSpans();
  expect(span).toMatchObject({ name: "POST", status: { code: 2 }, attributes: { "error.type": "RangeError" } });
  expect(JSON.stringify([span?.attributes, span?.events])).not.toContain("sk-secret");
});
