import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Queues } from "../../src/schedule/bullmq.ts";
import type { ScheduledEntry, ScheduleEntry } from "../../src/schedule/queue.ts";
import { producerLink } from "../../src/telemetry/queue-spans.ts";
import { startTelemetry, type Telemetry } from "../../src/telemetry/telemetry.ts";
import { type Collector, startCollector } from "../telemetry/collector.ts";
import { places } from "./backends.ts";
import { eventually } from "../setup/eventually.ts";

let collector: Collector;
let telemetry: Telemetry;
beforeAll(async () => {
  collector = await startCollector();
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url);
  vi.stubEnv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
  vi.stubEnv("OTEL_LOGS_EXPORTER", "none");
  telemetry = await startTelemetry(process.env);
});
afterAll(async () => {
  await telemetry.stop();
  vi.unstubAllEnvs();
  await collector[Symbol.asyncDispose]();
});

const hourMs = 3_600_000;
const entries: readonly ScheduleEntry[] = [
  { id: "hourly", location: "x", cadence: { kind: "every", everyMs: hourMs }, offsetMs: 1_234_567 },
  { id: "daily", location: "x", cadence: { kind: "every", everyMs: 24 * hourMs }, offsetMs: 0 },
  { id: "monthly", location: "x", cadence: { kind: "cron", pattern: "17 3 1 * *", tz: "Europe/Berlin" }, offsetMs: 0 },
];
const quick: ScheduleEntry = { id: "quick", location: "x", cadence: { kind: "every", everyMs: 2000 }, offsetMs: 77 };

const inX = async ({ slots }: Queues): Promise<readonly ScheduledEntry[]> =>
  (await slots.scheduled("x")).toSorted((one, other) => one.id.localeCompare(other.id));

test.each(Object.entries(places))(
  "%s: schedules made untraced get their span, and no slot moves",
  async (_name, find) => {
    await using opened = new AsyncDisposableStack();
    const place = opened.adopt(await find(), (it) => it.close());
    const untraced = await place.open();
    for (const entry of entries) await untraced.slots.upsert(entry);
    // The slot that an interval begins with may be over, and is taken at once; then each waits for its next.
    const worker = await untraced.slots.work("x", 1, () => Promise.resolve());
    const isFar = ({ nextMs = 0 }: ScheduledEntry): boolean => nextMs > Date.now() + 15_000;
    await eventually(async () => expect((await inX(untraced)).every(isFar)).toBe(true));
    await worker.stop();
    const before = await inX(untraced);
    expect(before.map(({ id }) => id)).toEqual(["daily", "hourly", "monthly"]);
    for (const entry of before) expect(await untraced.slots.trace(entry)).toBe(true);
    await untraced.close();

    const made: string[] = [];
    const { tracer, contextManager } = telemetry.queue!;
    const startSpan: typeof tracer.startSpan = (name, ...rest) => {
      if (name.startsWith("add ")) made.push(name);
      return tracer.startSpan(name, ...rest);
    };
    const counting = { tracer: { startSpan }, contextManager };
    const traced = opened.adopt(await place.open({ telemetry: counting }), (it) => it.close());
    for (let look = 0; look < 2; look += 1) {
      for (const entry of await inX(traced)) expect(await traced.slots.trace(entry)).toBe(true);
      expect(await inX(traced)).toEqual(before);
    }
    expect(made).toHaveLength(3);
    // Neither does a job that is made anew stand beside the one before.
    for (const { id } of before) await traced.slots.remove(id, "x");
    expect(await inX(traced)).toEqual([]);
    expect((await traced.depths()).filter(({ jobs }) => jobs > 0)).toEqual([]);
  },
);

test.each(Object.entries(places))(
  "%s: each of its slots leads to that span from then on, once and in time",
  async (_name, find) => {
    await using opened = new AsyncDisposableStack();
    const place = opened.adopt(await find(), (it) => it.close());
    const untraced = await place.open();
    await untraced.slots.upsert(quick);
    await untraced.close();

    // Nobody takes what is due meanwhile: to this clock it is far away.
    const clock = { nowMs: () => Date.now() - 60_000, monotonicMs: () => performance.now() };
    const traced = opened.adopt(await place.open({ telemetry: telemetry.queue, clock }), (it) => it.close());
    const [scheduled] = await inX(traced);
    for (let look = 0; look < 2; look += 1) expect(await traced.slots.trace(scheduled!)).toBe(true);
    expect(await inX(traced)).toEqual([scheduled]);

    const taken: { readonly slotMs: number; readonly producer: string | undefined }[] = [];
    await traced.slots.work("x", 1, async ({ slotMs }) => {
      taken.push({ slotMs, producer: producerLink()?.context.spanId });
    });
    await eventually(() => expect(taken.length).toBeGreaterThan(2));
    expect(taken.map(({ slotMs }) => slotMs - (scheduled?.nextMs ?? 0)).slice(0, 3)).toEqual([0, 2000, 4000]);
    const producers = new Set(taken.map(({ producer }) => producer));
    expect([...producers]).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/)]);
  },
);

test.each(Object.entries(places))("%s: what is nearly due, or gone, is left alone", async (_name, find) => {
  await using opened = new AsyncDisposableStack();
  const place = opened.adopt(await find(), (it) => it.close());
  const traced = opened.adopt(await place.open({ telemetry: telemetry.queue }), (it) => it.close());
  await traced.slots.upsert(quick);
  const [nearly] = await inX(traced);
  expect(await traced.slots.trace(nearly!)).toBe(false);
  await traced.slots.upsert(entries[0]!);
  const [hourly] = await inX(traced);
  await traced.slots.remove("hourly", "x");
  expect(await traced.slots.trace(hourly!)).toBe(false);
  expect((await inX(traced)).map(({ id }) => id)).toEqual(["quick"]);
});
