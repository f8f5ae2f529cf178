import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { expect, test } from "vitest";
import type { Probe } from "../../src/probe/probe.ts";
import { play } from "../../src/run/play.ts";
import type { RunReport } from "../../src/run/run.ts";
import { runRecord } from "../../src/run/record.ts";
import type { World } from "../../src/run/world.ts";
import { scenarioOf } from "../../src/scenario/resolve.ts";
import { systemClock } from "../../src/std/clock.ts";
import { silentLog } from "../../src/std/log.ts";
import { probe as sample } from "../probe/samples.ts";
import { fakeExchanger, ok } from "./fake-exchanger.ts";

const billing = { kind: "openrouter", lagMs: 0 } as const;
const terms = { environment: "production", warnAfterMs: 1000, accept: [], billing };
const target = { ...sample.target, key: { env: "KEY" }, audit: terms };

/** The spans of the scenario's calls, what metrics counted them, and what the run's record calls what was asked. */
async function notified(name: string) {
  const exporter = new InMemorySpanExporter();
  const tracing = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const counted: string[] = [];
  const probe: Probe = { ...sample, target, scenario: { kind: "built-in", name } };
  const tracer = tracing.getTracer("test");
  const world: World = {
    clock: systemClock,
    random: () => 0.5,
    exchanger: fakeExchanger(({ method }) =>
      method === "POST"
        ? ok()
        : ok({ id: "gpt", model: "gpt", data: [{ id: "gpt-4o-mini" }], usage: { prompt_tokens: 3 } }),
    ),
    runs: undefined as never,
    secret: () => "none",
    redact: (text) => text,
    log: silentLog,
    tracer,
    metrics: { record: (metric) => void counted.push(metric) },
  };
  const span = tracer.startSpan("probe");
  const seen = await play(world, probe, scenarioOf(probe.scenario), span);
  const report: RunReport = {
    runId: "r",
    traceId: "t",
    probe: "p",
    probeId: probe.id,
    slotMs: 0,
    location: "eu",
    target: "t",
    model: "m",
    scenario: name,
    state: "done",
    findings: [],
    unjudged: [],
    spent: { requests: 1, tokens: 0, microUsd: 0 },
  };
  const spans = exporter.getFinishedSpans().map((it) => ({ name: it.name, attributes: it.attributes }));
  return { spans, counted, record: runRecord(probe, report, seen, "s") };
}

test.each([
  ["model-listed", "models"],
  ["billing-figures", "billing"],
])(
  "%s reads %s: no chat in spans, metrics and the run's record, whatever the document says",
  async (name, document) => {
    const { spans, counted, record } = await notified(name);
    expect(spans).not.toEqual([]);
    for (const span of spans) {
      expect(span.name).toBe(`read ${document}`);
      expect(Object.keys(span.attributes).filter((key) => key.startsWith("gen_ai."))).toEqual(["gen_ai.provider.name"]);
      expect(span.attributes["plumbline.document"]).toBe(document);
    }
    expect(counted).toEqual([]);
    expect(record).toMatchObject({ endpoint: document, fallback: false });
  },
);

test("beside questions to the model, which stay chats", async () => {
  const { spans, counted } = await notified("usage-reconciliation");
  const names = spans.map(({ name }) => name);
  expect(new Set(names)).toEqual(new Set(["read billing", "chat gpt-4o-mini"]));
  expect(counted.filter((metric) => metric === "callDuration")).toHaveLength(
    names.filter((name) => name.startsWith("chat ")).length,
  );
});
