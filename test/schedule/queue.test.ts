import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { backends, type Opened } from "./backends.ts";
import { eventually } from "../setup/eventually.ts";

const probeId = "valid@eu";

/** What every queue must do, whatever it runs on. */
describe.each(Object.entries(backends))("the queue on %s", (_name, open) => {
  let opened: Opened;
  let aheadMs: number;
  beforeEach(async () => {
    aheadMs = 0;
    opened = await open({ clock: { nowMs: () => Date.now() + aheadMs, monotonicMs: () => performance.now() } });
  });
  afterEach(() => opened.close());

  test("ticks come, each to one of those who take them, and are begun anew when they have stopped", async () => {
    const { slots } = opened.queues;
    const taken = [0, 0];
    const one = await slots.takeTicks(async () => void (taken[0] = (taken[0] ?? 0) + 1));
    const other = await slots.takeTicks(async () => void (taken[1] = (taken[1] ?? 0) + 1));
    const startMs = Date.now();
    expect(await slots.keepTicking(200)).toBe(true);
    await eventually(() => expect((taken[0] ?? 0) + (taken[1] ?? 0)).toBeGreaterThan(4));
    expect((taken[0] ?? 0) + (taken[1] ?? 0)).toBeLessThanOrEqual((Date.now() - startMs) / 200 + 2);
    expect(await slots.keepTicking(200)).toBe(false);
    // By this clock the next tick is an hour away from where it should be.
    aheadMs = 3_600_000;
    expect(await slots.keepTicking(200)).toBe(true);
    await Promise.all([one.stop(), other.stop()]);
  });

  test("slots that are added many at once come at their time, oldest first, each once, of one location only", async () => {
    const { slots } = opened.queues;
    const seen: { readonly slotMs: number; readonly lateMs: number }[] = [];
    const elsewhere = vi.fn<() => Promise<void>>(async () => {});
    const worker = await slots.work("eu", 1, async (slot) => {
      expect(slot).toMatchObject({ probeId, origin: "schedule" });
      seen.push({ slotMs: slot.slotMs, lateMs: Date.now() - slot.slotMs });
    });
    const other = await slots.work("us", 1, elsewhere);
    const firstMs = Date.now() + 300;
    const due = Array.from({ length: 20 }, (_, index) => ({ probeId, slotMs: firstMs + 25 * index }));
    await slots.addAll(due, "eu");
    await slots.addAll(due, "eu");
    await eventually(() => expect(seen).toHaveLength(20));
    await Promise.all([worker.stop(), other.stop()]);
    expect(seen.map(({ slotMs }) => slotMs)).toEqual(due.map(({ slotMs }) => slotMs));
    expect(seen.every(({ lateMs }) => lateMs >= 0)).toBe(true);
    expect(elsewhere).not.toHaveBeenCalled();
  });

  test("due slots that nobody takes are counted", async () => {
    const { slots } = opened.queues;
    expect(await slots.waiting("eu")).toBe(0);
    await slots.addAll(
      [1, 2, 3].map((slotMs) => ({ probeId, slotMs })),
      "eu",
    );
    expect(await slots.waiting("eu")).toBe(3);
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

  test("a handler that throws ends its slot, not the others", async () => {
    const { slots } = opened.queues;
    const seen: number[] = [];
    const worker = await slots.work("eu", 1, async ({ slotMs }) => {
      seen.push(slotMs);
      throw new Error("sk-secret-of-somebody");
    });
    await slots.addAll(
      [1, 2].map((slotMs) => ({ probeId, slotMs })),
      "eu",
    );
    await eventually(() => expect(seen).toEqual([1, 2]));
    await worker.stop();
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

  test("at most so many slots of a batch run at once; what was not begun when work stops comes to the next worker", async () => {
    const { slots } = opened.queues;
    const due = Array.from({ length: 7 }, (_, index) => ({ probeId, slotMs: index + 1 }));
    const { promise: free, resolve: finish } = Promise.withResolvers<void>();
    const begun: number[] = [];
    const worker = await slots.work("eu", 2, async ({ slotMs }, onClaimed) => {
      begun.push(slotMs);
      onClaimed();
      await free;
    });
    await slots.addAll(due, "eu");
    await eventually(() => expect(begun).toEqual([1, 2]));
    const stopped = worker.stop();
    const seen: number[] = [];
    const next = await slots.work("eu", 2, async ({ slotMs }) => void seen.push(slotMs));
    try {
      await eventually(() => expect(seen).toEqual([3, 4, 5, 6, 7]));
    } finally {
      finish();
      await Promise.all([stopped, next.stop()]);
    }
    expect(begun).toEqual([1, 2]);
  });

  test("a dozen locations on one process all get their slots", async () => {
    const { slots } = opened.queues;
    const locations = Array.from({ length: 12 }, (_, index) => `location-${index}`);
    const seen = new Set<string>();
    const workers = await Promise.all(
      locations.map((location) => slots.work(location, 1, async ({ probeId }) => void seen.add(probeId))),
    );
    await Promise.all(
      locations.map((location) => slots.addAll([{ probeId: `p@${location}`, slotMs: Date.now() }], location)),
    );
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
