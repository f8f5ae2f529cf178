import { beforeEach, describe, expect, test } from "vitest";
import { plan } from "../../src/schedule/plan.ts";
import {
  newMemory,
  type ReconcilerMemory,
  type ReconcilerWorld,
  reconcileOnce,
  startReconciler,
} from "../../src/schedule/reconciler.ts";
import { dueSlots } from "../../src/schedule/slots.ts";
import { createTimetable } from "../../src/schedule/timetable.ts";
import { silentLog } from "../../src/std/log.ts";
import { probe as sample } from "../probe/samples.ts";
import { eventually } from "../setup/eventually.ts";
import { StoreDouble, FakeClock, QueueDouble } from "./doubles.ts";

const start = Date.UTC(2026, 10, 23, 12);
const everyMs = 60_000;
const hourMs = 3_600_000;
const a = { ...sample, id: "a@eu", name: "a" };
const b = { ...sample, id: "b@us", name: "b", location: "us" };

let clock: FakeClock;
let queue: QueueDouble;
let store: StoreDouble;
let memory: ReconcilerMemory;

beforeEach(() => {
  clock = new FakeClock(start);
  queue = new QueueDouble(clock);
  store = new StoreDouble();
  memory = newMemory(clock);
});

const world = (over: Partial<ReconcilerWorld> = {}): ReconcilerWorld => ({
  queue,
  store,
  timetable: createTimetable(() => store.schedules(), clock),
  clock,
  log: silentLog,
  holder: "one",
  probes: [a, b],
  intervalMs: 30_000,
  ...over,
});
const look = (over: Partial<ReconcilerWorld> = {}, mind = memory) => reconcileOnce(world(over), mind);
const [entry] = plan([a, b]);
const slotsOf = (fromMs: number, toMs: number): number[] => (entry === undefined ? [] : dueSlots(entry, fromMs, toMs));

/** Time passes with a look every 30 s and a worker that takes every slot that `takes` lets it. */
async function live(durationMs: number, takes: (slotMs: number, index: number) => boolean): Promise<void> {
  const endMs = clock.nowMs() + durationMs;
  let index = 0;
  while (clock.nowMs() < endMs) {
    const fromMs = clock.nowMs();
    clock.pass(30_000);
    for (const slotMs of slotsOf(fromMs, clock.nowMs())) if (takes(slotMs, index++)) store.row(a.id, slotMs);
    await look();
  }
}

describe("schedules", () => {
  test("are made from the configuration, then left alone", async () => {
    expect(await look()).toMatchObject({ kind: "done", actions: 2 });
    expect(await look()).toMatchObject({ kind: "done", actions: 0 });
    expect(store.changes).toEqual(["put a@eu", "put b@us"]);
  });

  test("of a probe that was removed disappear", async () => {
    await look();
    expect(await look({ probes: [a] })).toMatchObject({ actions: 1 });
    expect(store.changes.slice(2)).toEqual(["remove b@us"]);
    expect([...store.inForce.keys()]).toEqual(["a@eu"]);
  });

  test("of a probe that was changed are replaced, the others are not touched", async () => {
    await look();
    const other = store.inForce.get("b@us");
    await look({ probes: [{ ...a, cadence: { kind: "every", everyMs: 30_000 } }, b] });
    expect(store.changes.slice(2)).toEqual(["put a@eu"]);
    expect(store.inForce.get("b@us")).toEqual(other);
  });

  test("that were changed are read by those that are not elected", async () => {
    await look();
    const timetable = createTimetable(() => store.schedules(), clock);
    expect(await look({ holder: "two", timetable })).toMatchObject({ kind: "not-elected" });
    expect(timetable.entries()).toHaveLength(2);
  });
});

describe("one of several", () => {
  test("is elected; another takes over when it is gone, at once when it said so", async () => {
    expect(await look()).toMatchObject({ kind: "done" });
    expect(await look({ holder: "two" })).toMatchObject({ kind: "not-elected" });
    clock.pass(89_000);
    expect(await look({ holder: "two" })).toMatchObject({ kind: "not-elected" });
    clock.pass(2_000);
    expect(await look({ holder: "two" })).toMatchObject({ kind: "done" });
    const reconciler = startReconciler(world({ holder: "two" }), () => ({ stop() {} }));
    await reconciler.stop();
    expect(await look({ holder: "three" })).toMatchObject({ kind: "done" });
  });

  test("one whose clock is wrong does nothing and keeps nobody from it", async () => {
    for (const aheadMs of [-3000, hourMs]) {
      queue.aheadMs = aheadMs;
      expect(await look()).toEqual({ kind: "skewed", atMs: start, skewMs: aheadMs });
    }
    expect(store.changes).toEqual([]);
    expect(store.lease).toBeUndefined();
  });

  test("a slow answer of the queue is no skew", async () => {
    const slow = { clockMs: async () => (clock.pass(4000), clock.nowMs() - 2000) };
    expect(await look({ queue: Object.assign(new QueueDouble(clock), slow) })).toMatchObject({
      kind: "done",
      skewMs: 0,
    });
  });
});

describe("I2: what did not run", () => {
  test("nothing is missed when all ran; a new probe owes nothing for the time before it", async () => {
    await look();
    await live(hourMs, () => true);
    expect(store.missed(a.id)).toEqual([]);
  });

  test("no worker at all: every slot since the probe was first seen", async () => {
    await look();
    await live(10 * everyMs, () => false);
    expect(store.missed(a.id)).toEqual(slotsOf(start, clock.nowMs() - everyMs));
    expect(store.missed(b.id).length).toBeGreaterThanOrEqual(8);
  });

  test("a slot between two that ran", async () => {
    await look();
    await live(10 * everyMs, (_slotMs, index) => index % 3 !== 1);
    const due = slotsOf(start, clock.nowMs() - everyMs);
    expect(store.missed(a.id)).toEqual(due.filter((_slotMs, index) => index % 3 === 1));
  });

  test("slots of the time when nothing of Plumbline ran", async () => {
    await look();
    await live(5 * everyMs, () => true);
    const diedMs = clock.nowMs();
    clock.pass(2 * hourMs);
    memory = newMemory(clock);
    await look();
    await live(5 * everyMs, () => true);
    expect(store.missed(a.id)).toEqual(slotsOf(diedMs, diedMs + 2 * hourMs));
  });

  test("slots of the time before a crash, although a worker has taken a newer one before the first look", async () => {
    await live(10 * everyMs, () => true);
    const [crashMs, downMs] = [clock.nowMs(), 5 * everyMs];
    clock.pass(downMs);
    memory = newMemory(clock);
    const [newest = 0] = slotsOf(clock.nowMs() - everyMs, clock.nowMs()).toReversed();
    store.row(a.id, newest);
    await live(5 * everyMs, () => true);
    const lost = slotsOf(crashMs, crashMs + downMs).filter((slotMs) => slotMs !== newest);
    expect(lost.length).toBeGreaterThan(3);
    expect(store.missed(a.id)).toEqual(lost);
  });

  test("slots of the time after a crash, when the one that crashed still holds the election", async () => {
    await live(10 * everyMs, () => true);
    const crashMs = clock.nowMs();
    clock.pass(80_000);
    const restarted = newMemory(clock);
    expect(await look({ holder: "two" }, restarted)).toMatchObject({ kind: "not-elected" });
    for (let looks = 0; looks < 8; looks += 1) {
      clock.pass(30_000);
      await look({ holder: "two" }, restarted);
    }
    const due = slotsOf(crashMs, clock.nowMs() - everyMs);
    expect(due.length).toBeGreaterThan(2);
    expect(store.missed(a.id)).toEqual(due);
  });

  test("slots that fell out while the elected one died and another took over", async () => {
    const second = newMemory(clock);
    await look();
    await look({ holder: "two" }, second);
    const mutedFrom = clock.nowMs();
    for (let minute = 0; minute < 5; minute += 1) {
      clock.pass(everyMs);
      await look({ holder: "two" }, second);
    }
    store.row(a.id, slotsOf(mutedFrom, clock.nowMs()).at(-1) ?? 0);
    clock.pass(2 * everyMs);
    await look({ holder: "two" }, second);
    const due = slotsOf(mutedFrom, clock.nowMs() - everyMs);
    expect([...(store.rows.get(a.id)?.keys() ?? [])].toSorted((x, y) => x - y)).toEqual(due);
  });

  test("a cadence that was changed during an absence: the old one's slots until now, none of the new one's before", async () => {
    await look();
    await live(2 * everyMs, () => true);
    const diedMs = clock.nowMs();
    clock.pass(10 * everyMs);
    const faster = { ...a, cadence: { kind: "every", everyMs: 10_000 } as const };
    await look({ probes: [faster] }, newMemory(clock));
    expect(store.missed(a.id)).toEqual(slotsOf(diedMs, clock.nowMs()));
  });

  test("a probe that comes back after days owes nothing for them", async () => {
    store.row(a.id, start - 72 * hourMs);
    await look();
    expect(store.missed(a.id)).toEqual([]);
  });

  test("Redis lost what was in it: the slots until ticks were begun anew", async () => {
    await look();
    await live(3 * everyMs, () => true);
    const flushedMs = clock.nowMs();
    clock.pass(3 * everyMs);
    await look();
    await live(3 * everyMs, () => true);
    expect(store.missed(a.id)).toEqual(slotsOf(flushedMs, flushedMs + 3 * everyMs));
  });

  test("of a very long absence the newest thousand", async () => {
    await look();
    await live(2 * everyMs, () => true);
    clock.pass(48 * hourMs);
    expect(await look({ probes: [a] }, newMemory(clock))).toMatchObject({ missed: 1000 });
  });
});

describe("a clock that jumps an hour ahead and back", () => {
  test("nothing is declared missed or interrupted by the wrong clock, and all is as before", async () => {
    await look();
    await live(3 * everyMs, () => true);
    store.overdue = ["a@eu/still running"];
    clock.jump(hourMs);
    expect(await look()).toMatchObject({ kind: "done", isClockSteady: false, missed: 0, interrupted: 0 });
    clock.pass(30_000);
    expect(await look()).toMatchObject({ isClockSteady: false, missed: 0 });
    clock.jump(-hourMs);
    expect(await look()).toMatchObject({ isClockSteady: false, missed: 0 });
    await live(hourMs, () => true);
    expect(store.missed(a.id).filter((slotMs) => slotMs > start + 3 * everyMs + 30_000)).toEqual([]);
  });

  test("a jump that stays, such as a machine that slept, is told after a while", async () => {
    await look();
    await live(3 * everyMs, () => true);
    const sleptMs = clock.nowMs();
    clock.jump(hourMs);
    await look();
    await live(5 * everyMs, () => true);
    expect(store.missed(a.id)).toEqual(slotsOf(sleptMs, sleptMs + hourMs));
  });
});

describe("the loop", () => {
  test("looks never overlap, a failed look is followed by another, stopping waits and gives back the lease", async () => {
    let fail = true;
    let running = 0;
    let most = 0;
    const reports: string[] = [];
    const flaky = Object.assign(new QueueDouble(clock), {
      async clockMs() {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        if (fail) throw new Error("no queue");
        return clock.nowMs();
      },
    });
    let tick: () => void = () => {};
    const every = (_intervalMs: number, work: () => void) => {
      tick = work;
      return { stop: () => void (tick = () => {}) };
    };
    const reconciler = startReconciler(world({ queue: flaky }), every, ({ kind }) => reports.push(kind));
    tick();
    tick();
    await eventually(() => expect([most, running]).toEqual([1, 0]));
    expect(reports).toEqual([]);
    fail = false;
    tick();
    tick();
    await reconciler.stop();
    expect(reports).toEqual(["done"]);
    expect(most).toBe(1);
    expect(store.lease).toBeUndefined();
  });
});
