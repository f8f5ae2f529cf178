import { beforeEach, expect, test } from "vitest";
import { checkTicks, startTickWatch } from "../../src/schedule/tick-watch.ts";
import { silentLog } from "../../src/std/log.ts";
import { eventually } from "../setup/eventually.ts";
import { FakeClock, QueueDouble } from "./doubles.ts";

let clock: FakeClock;
let queue: QueueDouble;
let repairs: number;
const world = () => ({ queue, clock, log: silentLog, onRepair: () => void (repairs += 1) });

beforeEach(() => {
  clock = new FakeClock(Date.UTC(2026, 6, 1));
  queue = new QueueDouble(clock);
  repairs = 0;
});

test("ticks that stopped are started again, which is a repair unless they begin", async () => {
  const memory = { areTicksKnown: false };
  queue.hasStopped = true;
  await checkTicks(world(), memory);
  expect([repairs, queue.hasStopped]).toEqual([0, false]);
  queue.hasStopped = true;
  await checkTicks(world(), memory);
  expect([repairs, queue.hasStopped]).toEqual([1, false]);
  await checkTicks(world(), memory);
  expect(repairs).toBe(1);
});

test("a process whose clock is wrong leaves the ticks alone", async () => {
  queue.aheadMs = 60_000;
  queue.hasStopped = true;
  await checkTicks(world(), { areTicksKnown: true });
  expect([repairs, queue.hasStopped]).toEqual([0, true]);
});

test("the watch looks at once, and then every five seconds", async () => {
  let tick = (): void => {};
  const intervals: number[] = [];
  const every = (intervalMs: number, work: () => void) => {
    intervals.push(intervalMs);
    tick = work;
    return { stop: () => {} };
  };
  queue.hasStopped = true;
  const watch = startTickWatch(world(), every);
  await eventually(() => expect(queue.hasStopped).toBe(false));
  queue.hasStopped = true;
  await eventually(() => {
    tick();
    expect(repairs).toBe(1);
  });
  await watch.stop();
  expect(intervals[0]).toBe(5_000);
});
