import { beforeEach, describe, expect, test } from "vitest";
import type { Probe } from "../../src/probe/probe.ts";
import { plan } from "../../src/schedule/plan.ts";
import { dueSlots } from "../../src/schedule/slots.ts";
import { newTickMemory, type TickMemory, tickEveryMs, tickOnce } from "../../src/schedule/tick.ts";
import { silentLog } from "../../src/std/log.ts";
import { probe as sample } from "../probe/samples.ts";
import { FakeClock, QueueDouble, StoreDouble } from "./doubles.ts";

const start = Date.UTC(2026, 10, 23, 12);
const everyMs = 10_000;
const probesOf = (count: number, over: Partial<Probe> = {}): Probe[] =>
  Array.from({ length: count }, (_, index) => ({
    ...sample,
    id: `p${index}@eu`,
    cadence: { kind: "every", everyMs },
    ...over,
  }));

let clock: FakeClock;
let queue: QueueDouble;
let store: StoreDouble;
let memory: TickMemory;
beforeEach(() => {
  clock = new FakeClock(start);
  queue = new QueueDouble(clock);
  store = new StoreDouble();
  memory = newTickMemory();
});

const tick = (probes: readonly Probe[], entries = plan(probes), mind = memory): Promise<void> =>
  tickOnce(
    {
      queue,
      store,
      timetable: { entries: () => entries },
      probes: new Map(probes.map((probe) => [probe.id, probe])),
      clock,
      log: silentLog,
    },
    mind,
  );
const slots = (): string[] => queue.added.map(({ probeId, slotMs }) => `${probeId} ${slotMs}`);
const dueOf = (probes: readonly Probe[], fromMs: number, toMs: number): string[] =>
  plan(probes).flatMap((entry) => dueSlots(entry, fromMs, toMs).map((slotMs) => `${entry.id} ${slotMs}`));

describe("ticks", () => {
  test("add every slot once, before it is due", async () => {
    const probes = probesOf(30);
    const entries = plan(probes);
    for (let second = 0; second < 30; second += 1) {
      const before = queue.added.length;
      await tick(probes, entries);
      expect(queue.added.slice(before).every(({ slotMs }) => slotMs > clock.nowMs())).toBe(true);
      clock.pass(tickEveryMs);
    }
    const toMs = Math.max(...queue.added.map(({ slotMs }) => slotMs));
    expect(slots().toSorted()).toEqual(dueOf(probes, start, toMs).toSorted());
  });

  test("that fail or are lost are made good by the next one", async () => {
    const probes = probesOf(30);
    const entries = plan(probes);
    await tick(probes, entries);
    const addAll = queue.addAll.bind(queue);
    queue.addAll = () => Promise.reject(new Error("no queue"));
    clock.pass(tickEveryMs);
    await expect(tick(probes, entries)).rejects.toThrow("no queue");
    queue.addAll = addAll;
    clock.pass(4 * tickEveryMs);
    await tick(probes, entries);
    expect(slots().toSorted()).toEqual(dueOf(probes, start, clock.nowMs() + 2_500).toSorted());
  });

  test("after a long pause add what can still begin in time, and nothing older", async () => {
    const probes = probesOf(30);
    const entries = plan(probes);
    await tick(probes, entries);
    const before = queue.added.length;
    clock.pass(3_600_000);
    await tick(probes, entries);
    const added = queue.added.slice(before);
    expect(added.every(({ slotMs }) => slotMs > clock.nowMs() - everyMs)).toBe(true);
    expect(new Set(added.map(({ probeId }) => probeId)).size).toBe(30);
  });

  test("follow a schedule that changes, and a clock that is set back", async () => {
    const probes = probesOf(2);
    await tick(probes);
    clock.pass(60_000);
    const slower = probesOf(2, { cadence: { kind: "every", everyMs: 7_000 } });
    await tick(slower);
    clock.jump(-3_600_000);
    const before = queue.added.length;
    for (let second = 0; second < 10; second += 1) {
      await tick(slower);
      clock.pass(tickEveryMs);
    }
    const added = queue.added.slice(before);
    expect(added.length).toBeGreaterThan(2);
    expect(added.every(({ slotMs }) => Math.abs(slotMs - clock.nowMs()) < 20_000)).toBe(true);
  });
});

/**
 * Workers that take so many slots a second, oldest first; a slot that is stale when it is taken is lost, which takes no
 * time. Counts the second half of the time.
 */
async function overload(probes: readonly Probe[], perSecond: number, seconds: number) {
  const entries = plan(probes);
  const done = new Map<string, number>();
  let waiting: { readonly probeId: string; readonly slotMs: number }[] = [];
  let known = 0;
  let stale = 0;
  for (let second = 0; second < seconds; second += 1) {
    await tick(probes, entries);
    clock.pass(tickEveryMs);
    waiting.push(...queue.added.slice(known));
    known = queue.added.length;
    let left = perSecond;
    const isSettled = second >= seconds / 2;
    const rest: typeof waiting = [];
    for (const job of waiting.toSorted((one, other) => one.slotMs - other.slotMs)) {
      if (job.slotMs > clock.nowMs() || left === 0) rest.push(job);
      else if (clock.nowMs() - job.slotMs > everyMs) stale += isSettled ? 1 : 0;
      else {
        left -= 1;
        if (isSettled) done.set(job.probeId, (done.get(job.probeId) ?? 0) + 1);
      }
    }
    waiting = rest;
    queue.backlog.set("eu", rest.filter(({ slotMs }) => slotMs <= clock.nowMs()).length);
  }
  return { done, stale };
}

describe("I14: offered more than workers take", () => {
  test.each([1.3, 2, 3, 10])(
    "%i times too much: they work all the time, on slots that are not stale",
    async (times) => {
      const perSecond = 20;
      const probes = probesOf((perSecond * times * everyMs) / 1000);
      const { done, stale } = await overload(probes, perSecond, 240);
      const shares = probes.map(({ id }) => done.get(id) ?? 0);
      const total = shares.reduce((sum, share) => sum + share, 0);
      expect(total).toBeGreaterThan(0.9 * perSecond * 120);
      expect(stale).toBeLessThan(0.02 * total);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(2);
      expect(store.shed.length).toBeGreaterThan(perSecond * (times - 1) * 180);
      expect(new Set([...slots(), ...store.shed.map(({ probeId, slotMs }) => `${probeId} ${slotMs}`)]).size).toBe(
        queue.added.length + store.shed.length,
      );
    },
  );

  test("no slot is left out when workers keep up, nor when a restart or a slow minute leaves some waiting", async () => {
    const probes = probesOf(150);
    await overload(probes, 20, 30);
    queue.backlog.set("eu", 15);
    await overload(probes, 20, 30);
    expect(store.shed).toEqual([]);
  });
});
