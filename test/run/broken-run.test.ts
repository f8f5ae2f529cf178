import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { expect, test } from "vitest";
import { runProbe } from "../../src/run/run-probe.ts";
import type { RunStore } from "../../src/run/world.ts";
import { silentLog } from "../../src/std/log.ts";
import { probe } from "../probe/samples.ts";
import { fakeExchanger, ok } from "./fake-exchanger.ts";

const secret = "postgres://plumbline:a-password@db/plumbline";
const broken = (): Promise<never> => Promise.reject(new RangeError(`no answer from ${secret}`));

const stores: readonly (readonly [place: string, store: RunStore, spans: readonly string[]])[] = [
  ["claim", { claim: broken, commit: broken, miss: broken }, ["probe"]],
  [
    "commit",
    { claim: () => Promise.resolve({ kind: "claimed" }), commit: broken, miss: broken },
    ["chat gpt-4o-mini", "commit", "probe"],
  ],
];

test.each(stores)(
  "a run that breaks off at its %s ends its span, says of which kind, and passes it on",
  async (...it) => {
    const [, runs, names] = it;
    const exporter = new InMemorySpanExporter();
    const tracing = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
    const nowMs = Date.UTC(2026, 10, 23);
    const running = runProbe(
      {
        clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
        random: () => 0.5,
        exchanger: fakeExchanger(() => ok()),
        runs,
        secret: () => "none",
        redact: (text) => text,
        log: silentLog,
        tracer: tracing.getTracer("test"),
      },
      probe,
      nowMs,
    );
    await expect(running).rejects.toThrow(RangeError);
    const spans = exporter.getFinishedSpans();
    expect(spans.map(({ name }) => name)).toEqual(names);
    const last = spans.at(-1);
    expect(last?.status).toEqual({ code: 2 });
    expect(last?.attributes).toMatchObject({ "error.type": "RangeError" });
    expect(JSON.stringify(spans.map(({ attributes, events, status }) => [attributes, events, status]))).not.toContain(
      "a-password",
    );
  },
);
