import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startRunSpan } from "../../src/run/spans.ts";
import { startTelemetry, type Telemetry } from "../../src/telemetry/telemetry.ts";
import { probe } from "../probe/samples.ts";
import { attributesOf, type Collector, startCollector, type WireSpan } from "../telemetry/collector.ts";
import { backends } from "./backends.ts";
import { eventually } from "../setup/eventually.ts";

let collector: Collector;
let telemetry: Telemetry;
const asked = 1_795_431_819_137;

/** On everything the queue runs on: slots that were added at once, and one slot that somebody asked for. */
beforeAll(async () => {
  collector = await startCollector();
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url);
  vi.stubEnv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
  vi.stubEnv("PLUMBLINE_QUEUE_SPANS", "on");
  vi.stubEnv("OTEL_LOGS_EXPORTER", "none");
  telemetry = await startTelemetry(process.env);
  for (const [name, open] of Object.entries(backends)) {
    const opened = await open({ telemetry: telemetry.queue });
    const { slots } = opened.queues;
    const taken: number[] = [];
    const nowMs = Date.now();
    await slots.addAll(
      [1, 2, 3].map((later) => ({ probeId: name, slotMs: nowMs + later })),
      name,
    );
    await slots.add({ probeId: name, slotMs: asked }, name);
    const worker = await slots.work(name, 2, async ({ probeId, slotMs }) => {
      startRunSpan(telemetry.tracer, { ...probe, id: probeId }, { runId: "run", slotMs }, 0).end();
      taken.push(slotMs);
      if (slotMs === asked) throw new Error("a bug");
    });
    await eventually(() => expect(taken.length).toBeGreaterThan(3));
    await worker.stop();
    await opened.close();
  }
  await telemetry.stop();
  vi.unstubAllEnvs();
});

afterAll(() => collector[Symbol.asyncDispose]());

const runsOf = (name: string): WireSpan[] =>
  collector.spans.filter((span) => span.name === "probe" && attributesOf(span)["plumbline.probe"] === name);
const spanWith = (id: string | undefined): WireSpan | undefined => collector.spans.find(({ spanId }) => spanId === id);
const isAsked = (run: WireSpan): boolean => attributesOf(run)["plumbline.slot"] === new Date(asked).toISOString();

test.each(Object.keys(backends))("%s: each run is linked to the span that put its slot into the queue", (name) => {
  const runs = runsOf(name);
  expect(runs.length).toBeGreaterThan(3);
  for (const run of runs) {
    const [link, ...more] = run.links ?? [];
    expect(more).toEqual([]);
    expect(attributesOf(link ?? {})).toEqual({ "plumbline.link": "producer" });
    const producer = spanWith(link?.spanId);
    const [verb, what] = isAsked(run) ? ["add", ".slots"] : ["addBulk", ""];
    expect(producer).toMatchObject({
      traceId: link?.traceId,
      name: `${verb} plumbline-slots-${name}${what}`,
      kind: 4,
    });
  }
  expect(runs.filter(isAsked)).toHaveLength(1);
  const producers = new Set(runs.map(({ links }) => links?.[0]?.spanId));
  expect(producers.size).toBe(2);
});

test.each(Object.keys(backends))("%s: and all the same each slot begins a trace of its own", (name) => {
  const runs = runsOf(name);
  expect(new Set(runs.map(({ traceId }) => traceId)).size).toBe(runs.length);
  expect(runs.every(({ parentSpanId = "" }) => parentSpanId === "")).toBe(true);
  const jobs = collector.spans.filter((span) => span.name === `process plumbline-slots-${name}`);
  expect(jobs.filter(({ status }) => status?.code === 2)).toHaveLength(1);
  for (const job of jobs) {
    expect(job.kind).toBe(5);
    expect(job.parentSpanId ?? "").toBe("");
    expect(job.links?.map(({ spanId }) => spanWith(spanId)?.name.split(" ")[0])).toHaveLength(1);
  }
});
