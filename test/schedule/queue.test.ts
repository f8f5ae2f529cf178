import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ScheduleEntry } from "../../src/schedule/queue.ts";
import { reconcile } from "../../src/schedule/reconcile.ts";
import { backends, type Opened } from "./backends.ts";
import { eventually } from "../setup/eventually.ts";

const entry: ScheduleEntry = {
  id: "valid@eu",
  location: "eu",
  cadence: { kind: "every", everyMs: 1000 },
  offsetMs: 137,
};
const daily: ScheduleEntry = {
  ...entry,
  cadence: { kind: "cron", pattern: "0 3 * * *", tz: "Europe/Berlin" },
  offsetMs: 0,
};

/** What every queue must do, whatever it runs on. */
describe.each(Object.entries(backends))("the queue on %s", (_name, open) => {
  let opened: Opened;
  let aheadMs: number;
  beforeEach(async () => {
    aheadMs = 0;
    opened = await open({ clock: { nowMs: () => Date.now() + aheadMs, monotonicMs: () => performance.now() } });
  });
  afterEach(() => opened.close());

  test("a scheduler is kept as it was asked for, asking twice is asking once", async () => {
    const { slots } = opened.queues;
    await slots.upsert(entry);
    const first = await slots.scheduled("eu");
    await slots.upsert(entry);
    const [scheduled, ...more] = await slots.scheduled("eu");
    expect(more).toEqual([]);
    expect(scheduled).toMatchObject({ ...entry, isQueued: true });
    expect(((scheduled?.nextMs ?? 0) - 137) % 1000).toBe(0);
    expect((scheduled?.nextMs ?? 0) - (first[0]?.nextMs ?? 0)).toBeLessThanOrEqual(5000);
    expect(reconcile([entry], scheduled === undefined ? [] : [scheduled], Date.now(), 5000)).toEqual([]);
  });

  test("cron and every replace each other, a removed scheduler is gone, its location is remembered", async () => {
    const { slots } = opened.queues;
    await slots.upsert(entry);
    await slots.remove(entry.id, "eu");
    await slots.upsert(daily);
    const [scheduled, ...more] = await slots.scheduled("eu");
    expect(more).toEqual([]);
    expect(scheduled).toMatchObject(daily);
    expect(reconcile([daily], scheduled === undefined ? [] : [scheduled], Date.now(), 5000)).toEqual([]);
    await slots.upsert({ ...entry, location: "us" });
    expect([...(await slots.locations())].toSorted()).toEqual(["eu", "us"]);
    await slots.remove(entry.id, "eu");
    expect(await slots.scheduled("eu")).toEqual([]);
    expect(await slots.scheduled("us")).toHaveLength(1);
  });

  test("a slot that somebody asks for comes once, beside the schedule", async () => {
    const { slots } = opened.queues;
    const seen: string[] = [];
    await slots.add({ probeId: "valid@eu", slotMs: 1_795_431_819_137 }, "eu");
    await slots.add({ probeId: "valid@eu", slotMs: 1_795_431_819_137 }, "eu");
    const worker = await slots.work("eu", 4, async ({ probeId, slotMs }) => void seen.push(`${probeId} ${slotMs}`));
    await slots.add({ probeId: "other@eu", slotMs: 5 }, "eu");
    await eventually(() => expect(seen.length).toBeGreaterThanOrEqual(2));
    await worker.stop();
    expect(seen.toSorted()).toEqual(["other@eu 5", "valid@eu 1795431819137"]);
  });

  test("a slot that is asked for ahead of its time comes at its time, and not before", async () => {
    const { slots } = opened.queues;
    const takenLateMs: number[] = [];
    const worker = await slots.work(
      "eu",
      4,
      async ({ slotMs }) => void takenLateMs.push(Date.now() + aheadMs - slotMs),
    );
    await slots.add({ probeId: "valid@eu", slotMs: Date.now() + aheadMs + 700 }, "eu");
    await eventually(() => expect(takenLateMs).toHaveLength(1));
    await worker.stop();
    expect(takenLateMs[0]).toBeGreaterThanOrEqual(0);
  });

  test("slots come on the grid, oldest first, each once, of one location only", async () => {
    const { slots } = opened.queues;
    const seen: number[] = [];
    const elsewhere = vi.fn<() => Promise<void>>(async () => {});
    const worker = await slots.work("eu", 4, async ({ probeId, slotMs }) => {
      expect(probeId).toBe(entry.id);
      seen.push(slotMs);
    });
    const other = await slots.work("us", 4, elsewhere);
    await slots.upsert(entry);
    await eventually(() => expect(seen.length).toBeGreaterThanOrEqual(3));
    await Promise.all([worker.stop(), other.stop()]);
    expect(seen.every((slotMs) => (slotMs - 137) % 1000 === 0)).toBe(true);
    expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b));
    expect(elsewhere).not.toHaveBeenCalled();
  });

  test("a changed cadence and phase hold from the next slot on", async () => {
    const { slots } = opened.queues;
    const seen: number[] = [];
    await slots.upsert({ ...entry, cadence: { kind: "every", everyMs: 3_600_000 } });
    const changed: ScheduleEntry = { ...entry, cadence: { kind: "every", everyMs: 2000 }, offsetMs: 1500 };
    await slots.upsert(changed);
    const worker = await slots.work("eu", 4, async ({ slotMs }) => void seen.push(slotMs));
    await eventually(() => expect(seen.length).toBeGreaterThanOrEqual(2));
    await worker.stop();
    expect(seen.map((slotMs) => (slotMs - 1500) % 2000)).toEqual(seen.map(() => 0));
    expect(await slots.scheduled("eu")).toMatchObject([changed]);
  });

  test("a slot that nobody takes stays where it is, which is no reason to repair", async () => {
    const { slots } = opened.queues;
    await slots.upsert(entry);
    aheadMs = 60_000;
    const scheduled = await slots.scheduled("eu");
    expect(scheduled).toMatchObject([{ isQueued: true }]);
    expect(reconcile([entry], scheduled, Date.now() + aheadMs, 5000)).toEqual([]);
  });

  test("a handler that throws ends its slot, not the chain", async () => {
    const { slots } = opened.queues;
    const seen: number[] = [];
    const worker = await slots.work("eu", 1, async ({ slotMs }) => {
      seen.push(slotMs);
      throw new Error("sk-secret-of-somebody");
    });
    await slots.upsert(entry);
    await eventually(() => expect(new Set(seen).size).toBeGreaterThanOrEqual(2));
    await worker.stop();
    expect(new Set(seen).size).toBe(seen.length);
  });

  test("a worker that stops lets what runs finish and takes nothing more", async () => {
    const { deliveries } = opened.queues;
    const { promise: running, resolve: started } = Promise.withResolvers<void>();
    const { promise: free, resolve: finish } = Promise.withResolvers<void>();
    const seen: string[] = [];
    await deliveries.enqueue("msg_1", 1);
    const worker = await deliveries.work(1, async (id) => {
      started();
      await free;
      seen.push(id);
    });
    await running;
    const stopped = worker.stop();
    await deliveries.enqueue("msg_2", 1);
    finish();
    await stopped;
    expect(seen).toEqual(["msg_1"]);
  });

  test("a delivery that is asked for twice is made once; made, it can be asked for again", async () => {
    const { deliveries } = opened.queues;
    const seen: string[] = [];
    await deliveries.enqueue("msg_1", 1);
    await deliveries.enqueue("msg_1", 1);
    await deliveries.enqueue("msg_1", 2);
    await deliveries.enqueue("msg_2", 1);
    const worker = await deliveries.work(1, async (id) => void seen.push(id));
    await eventually(() => expect(seen).toEqual(["msg_1", "msg_1", "msg_2"]));
    await eventually(async () => {
      await deliveries.enqueue("msg_2", 1);
      expect(seen.filter((id) => id === "msg_2").length).toBeGreaterThan(1);
    });
    await worker.stop();
  });

  test("a dozen locations on one process all get their slots", async () => {
    const { slots } = opened.queues;
    const locations = Array.from({ length: 12 }, (_, index) => `location-${index}`);
    const seen = new Set<string>();
    const workers = await Promise.all(
      locations.map((location) => slots.work(location, 1, async ({ probeId }) => void seen.add(probeId))),
    );
    await Promise.all(locations.map((location) => slots.upsert({ ...entry, id: `p@${location}`, location })));
    await eventually(() => expect(seen.size).toBe(12));
    await Promise.all(workers.map((worker) => worker.stop()));
  });

  test("its clock is ours, on this machine", async () => {
    const beforeMs = Date.now();
    const queueMs = await opened.queues.slots.clockMs();
    expect(queueMs).toBeGreaterThan(beforeMs - 2000);
    expect(queueMs).toBeLessThan(Date.now() + 2000);
  });
});
