import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openQueues, type Queues } from "../../src/schedule/bullmq.ts";
import { plan } from "../../src/schedule/plan.ts";
import type { SlotQueue } from "../../src/schedule/queue.ts";
import {
  newMemory,
  type ReconcilerMemory,
  type ReconcileReport,
  reconcileOnce,
} from "../../src/schedule/reconciler.ts";
import { jobIdOf } from "../../src/schedule/slot-of-job.ts";
import { newTickMemory, tickOnce } from "../../src/schedule/tick.ts";
import { checkTicks, type TickWatchMemory } from "../../src/schedule/tick-watch.ts";
import { createTimetable, type Timetable } from "../../src/schedule/timetable.ts";
import { silentLog } from "../../src/std/log.ts";
import { openPostgresPool } from "../../src/store/pools/postgres.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { probe as sample } from "../probe/samples.ts";
import { freshDatabase, freshRedis } from "../setup/databases.ts";
import { claimOf } from "../store/samples.ts";
import { eventually } from "../setup/eventually.ts";

const everyMs = 1000;
const probe = { ...sample, cadence: { kind: "every", everyMs } as const };
const prefix = "{plumbline}";
const name = "plumbline-slots-eu";

let redisUrl: string;
let databaseUrl: string;
let redis: Redis;
let queues: Queues;
let store: Store;
/** What BullMQ itself keeps. */
let inside: Queue;
/** How far this machine's clock is from the truth. */
let aheadMs: number;
const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
const children: ChildProcess[] = [];
let closing: (() => unknown)[];

beforeEach(async () => {
  aheadMs = 0;
  closing = [];
  const database = await freshDatabase();
  closing.push(database.drop);
  const ownRedis = await freshRedis();
  closing.push(ownRedis.drop);
  ({ url: databaseUrl } = database);
  ({ url: redisUrl } = ownRedis);
  const pool = await openPostgresPool(databaseUrl, silentLog);
  closing.push(pool.close);
  store = await openStore(pool, Date.now(), 30);
  redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
  closing.push(() => redis.disconnect());
  inside = new Queue(name, { connection: redis, prefix });
  closing.push(() => inside.close());
  queues = await openQueues({ kind: "redis", url: redisUrl }, silentLog, { clock, lockMs: 2000, lockCheckMs: 500 });
  closing.push(() => queues.close());
  timetable = createTimetable(() => store.schedules(), clock);
  memory = newMemory(clock);
  watched = { areTicksKnown: false };
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const close of closing.toReversed()) await close();
});

let timetable: Timetable;
let memory: ReconcilerMemory;
let watched: TickWatchMemory;

/** A look by a process whose clock is that of the queue's machine, whatever it says. */
const look = (): Promise<ReconcileReport> => {
  const queue: SlotQueue = { ...queues.slots, clockMs: async () => clock.nowMs() };
  const world = { queue, store, timetable, clock, log: silentLog, holder: "one", probes: [probe], intervalMs: 30_000 };
  return reconcileOnce(world, memory);
};

/** Looks after the ticks as such a process does; resolves to how often it had to start them again. */
const repairs = async (): Promise<number> => {
  let times = 0;
  const queue: SlotQueue = { ...queues.slots, clockMs: async () => clock.nowMs() };
  await checkTicks({ queue, clock, log: silentLog, onRepair: () => (times += 1) }, watched);
  return times;
};

/** Adds slots at each tick, as the scheduler does. */
async function schedule(): Promise<void> {
  const ticks = newTickMemory();
  const world = { queue: queues.slots, store, timetable, probes: new Map([[probe.id, probe]]), clock, log: silentLog };
  await queues.slots.takeTicks(() => tickOnce(world, ticks));
  expect(await look()).toMatchObject({ actions: 1 });
  expect(await repairs()).toBe(0);
}

/** Collects the slots that a worker in this process gets, with what the claim said. */
async function worker(): Promise<{ slotMs: number; claim: string }[]> {
  const seen: { slotMs: number; claim: string }[] = [];
  await queues.slots.work("eu", 4, async ({ probeId, slotMs }) => {
    const { kind } = await store.claim(claimOf(probeId, slotMs));
    seen.push({ slotMs, claim: kind });
  });
  return seen;
}

const more = (seen: readonly unknown[], than: number): Promise<void> =>
  eventually(() => expect(seen.length).toBeGreaterThan(than));

function phases(seen: readonly { slotMs: number }[]): Set<number> {
  return new Set(seen.map(({ slotMs }) => slotMs % everyMs));
}

function child(...args: string[]): { process: ChildProcess; lines: AsyncIterator<string>; ended: Promise<unknown[]> } {
  const script = fileURLToPath(new URL("./slot-worker.ts", import.meta.url));
  const process_ = spawn(process.execPath, [script, redisUrl, databaseUrl, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(process_);
  const lines = createInterface({ input: process_.stdout })[Symbol.asyncIterator]();
  return { process: process_, lines, ended: once(process_, "exit") };
}

const lineOf = async ({ lines }: ReturnType<typeof child>): Promise<string> => {
  const { value, done } = await lines.next();
  if (done === true) throw new Error("the worker ended without a word");
  return value;
};

describe("schedules on a real Redis", () => {
  test("Redis is emptied while all runs: ticks are begun anew, and slots come in their phase", async () => {
    const seen = await worker();
    await schedule();
    await more(seen, 1);
    await redis.flushdb();
    const before = seen.length;
    expect(await look()).toMatchObject({ actions: 0 });
    expect(await repairs()).toBe(1);
    await more(seen, before + 4);
    expect([...phases(seen)]).toEqual(plan([probe]).map(({ offsetMs }) => offsetMs));
    expect(new Set(seen.map(({ slotMs }) => slotMs)).size).toBe(seen.length);
  });

  test("the next tick is lost: nothing would ever run again, the look repairs it", async () => {
    await look();
    await repairs();
    expect(await redis.del(`${prefix}:plumbline-ticks:wait`, `${prefix}:plumbline-ticks:delayed`)).toBe(1);
    const seen = await worker();
    const world = { queue: queues.slots, store, timetable, probes: new Map(), clock, log: silentLog };
    const ticks = newTickMemory();
    await queues.slots.takeTicks(() => tickOnce(world, ticks));
    await eventually(async () => expect(await repairs()).toBe(1));
    expect(seen).toEqual([]);
    await more(seen, 1);
    expect(await repairs()).toBe(0);
  });

  test("the clock jumps an hour ahead and back: no tick for an hour, were it not for the look", async () => {
    const truth = Date.now.bind(Date);
    vi.spyOn(Date, "now").mockImplementation(() => truth() + aheadMs);
    const seen = await worker();
    await schedule();
    await more(seen, 1);
    aheadMs = 3_600_000;
    await eventually(() => expect(seen.at(-1)?.slotMs).toBeGreaterThan(truth() + 3_000_000));
    aheadMs = 0;
    const before = seen.length;
    expect(await repairs()).toBe(1);
    await eventually(() =>
      expect(seen.slice(before).filter(({ slotMs }) => Math.abs(slotMs - truth()) < 60_000).length).toBeGreaterThan(2),
    );
    expect([...phases(seen)]).toEqual(plan([probe]).map(({ offsetMs }) => offsetMs));
    expect(await look()).toMatchObject({ actions: 0 });
    expect(await repairs()).toBe(0);
  });

  test("what a handler throws leaves its class in Redis, not its words", async () => {
    await queues.slots.work("eu", 1, async () => {
      throw new TypeError("sk-a-secret-in-an-error");
    });
    await schedule();
    await eventually(async () => expect(await inside.getFailedCount()).toBeGreaterThan(0));
    const [failed] = await inside.getFailed();
    expect(failed?.failedReason).toBe("TypeError");
    const everything = await Promise.all(
      (await redis.keys("*slots|*")).map((key) => redis.hgetall(key).catch(() => ({}))),
    );
    expect(JSON.stringify([failed?.stacktrace, everything])).not.toContain("secret");
  });
});

describe("I1: kill -9 of a worker", () => {
  test("its slot comes to another one, which does not run it again; the run is interrupted", async () => {
    await schedule();
    const first = child("hang");
    const slotMs = Number(await lineOf(first));
    expect(await lineOf(first)).toBe("claimed");
    first.process.kill("SIGKILL");
    const seen = await worker();
    await eventually(() => expect(seen).toContainEqual({ slotMs, claim: "taken" }));
    await more(seen, 2);
    // The others meet a run that seems to go on, until it is swept: that is an overlap.
    expect(seen.filter(({ claim }) => claim !== "skipped")).toEqual([{ slotMs, claim: "taken" }]);
    const { runId, deadlineMs } = claimOf(probe.id, slotMs);
    expect(await store.sweepInterrupted(deadlineMs + 1)).toEqual([runId]);
    await eventually(() => expect(seen.at(-1)?.claim).toBe("claimed"));
  });

  test("a slot that kills its worker twice is given up, the next ones go on", async () => {
    await schedule();
    const first = child("die", "any");
    const slot = await lineOf(first);
    await first.ended;
    const second = child("die", slot);
    expect(await lineOf(second)).toBe(slot);
    await second.ended;
    const seen = await worker();
    await eventually(async () => {
      const failed = await inside.getFailed();
      expect(failed.map(({ id }) => id)).toEqual([
        jobIdOf([{ probeId: probe.id, slotMs: Number(slot) }], "schedule", ""),
      ]);
      expect(failed[0]?.failedReason).toContain("more than allowable");
    });
    await more(seen, 1);
    expect(seen.map(({ slotMs }) => `${slotMs}`)).not.toContain(slot);
  });

  test("a worker that closes what it opened ends by itself", async () => {
    await schedule();
    const { ended } = child("once");
    expect(await ended).toEqual([0, null]);
  });
});
