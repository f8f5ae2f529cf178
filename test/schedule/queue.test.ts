import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, inject, test, vi } from "vitest";
import { openQueues, type Queues } from "../../src/schedule/bullmq.ts";
import type { ScheduleEntry } from "../../src/schedule/queue.ts";
import { reconcile } from "../../src/schedule/reconcile.ts";
import { silentLog } from "../../src/std/log.ts";
import { openPglitePool } from "../../src/store/pools/pglite.ts";
import { openPostgresPool } from "../../src/store/pools/postgres.ts";
import { freshDatabase } from "../setup/databases.ts";

type Opened = { readonly queues: Queues; close(): Promise<void> };

const backends: Record<string, () => Promise<Opened>> = {
  async Redis() {
    const redis = new Redis(inject("redisUrl"));
    await redis.flushall();
    redis.disconnect();
    const queues = await openQueues({ kind: "redis", url: inject("redisUrl") }, silentLog);
    return { queues, close: () => queues.close() };
  },
  async PostgreSQL() {
    const database = await freshDatabase();
    const pool = await openPostgresPool(database.url, silentLog);
    const queues = await openQueues({ kind: "postgres", pool: pool.pool }, silentLog);
    return {
      queues,
      async close() {
        await queues.close();
        await pool.close();
        await database.drop();
      },
    };
  },
  async PGlite() {
    const pool = await openPglitePool(undefined);
    const queues = await openQueues({ kind: "postgres", pool: pool.pool }, silentLog);
    return {
      queues,
      async close() {
        await queues.close();
        await pool.close();
      },
    };
  },
};

const entry: ScheduleEntry = {
  id: "valid@eu",
  location: "eu",
  cadence: { kind: "every", everyMs: 1000 },
  offsetMs: 137,
};

describe.each(Object.entries(backends))("the queue on %s", (_name, open) => {
  let opened: Opened;
  beforeEach(async () => {
    opened = await open();
  });
  afterEach(() => opened.close());

  test("a scheduler is kept as it was asked for, asking twice is asking once", async () => {
    const { slots } = opened.queues;
    await slots.upsert(entry);
    await slots.upsert(entry);
    const [scheduled, ...more] = await slots.scheduled("eu");
    expect(more).toEqual([]);
    expect(scheduled).toMatchObject(entry);
    expect(((scheduled?.nextMs ?? 0) - 137) % 1000).toBe(0);
    expect(reconcile([entry], scheduled === undefined ? [] : [scheduled], Date.now(), 5000)).toEqual([]);
  });

  test("a changed cadence replaces the old one, a removed scheduler is gone", async () => {
    const { slots } = opened.queues;
    await slots.upsert(entry);
    await slots.upsert({ ...entry, cadence: { kind: "cron", pattern: "0 3 * * *", tz: "Europe/Berlin" }, offsetMs: 0 });
    expect(await slots.scheduled("eu")).toMatchObject([
      { cadence: { kind: "cron", pattern: "0 3 * * *", tz: "Europe/Berlin" } },
    ]);
    await slots.remove(entry.id, "eu");
    expect(await slots.scheduled("eu")).toEqual([]);
  });

  test("slots come on the grid, each once, of one location only", async () => {
    const { slots } = opened.queues;
    const seen: number[] = [];
    const elsewhere = vi.fn<() => Promise<void>>(async () => {});
    const worker = await slots.work("eu", 4, async ({ probeId, slotMs }) => {
      expect(probeId).toBe(entry.id);
      seen.push(slotMs);
    });
    const other = await slots.work("us", 4, elsewhere);
    await slots.upsert(entry);
    await vi.waitFor(() => expect(seen.length).toBeGreaterThanOrEqual(3), { timeout: 20_000, interval: 50 });
    await Promise.all([worker.stop(), other.stop()]);
    expect(seen.every((slotMs) => (slotMs - 137) % 1000 === 0)).toBe(true);
    expect(new Set(seen).size).toBe(seen.length);
    expect(elsewhere).not.toHaveBeenCalled();
  });

  test("a delivery that is asked for twice is made once, and can be asked for again", async () => {
    const { deliveries } = opened.queues;
    const seen: string[] = [];
    await deliveries.enqueue("msg_1", 1);
    await deliveries.enqueue("msg_1", 1);
    const worker = await deliveries.work(2, async (id) => void seen.push(id));
    await vi.waitFor(() => expect(seen).toEqual(["msg_1"]), { timeout: 10_000, interval: 20 });
    await deliveries.enqueue("msg_1", 1);
    await vi.waitFor(() => expect(seen).toEqual(["msg_1", "msg_1"]), { timeout: 10_000, interval: 20 });
    await worker.stop();
  });

  test("its clock is ours, on this machine", async () => {
    expect(Math.abs((await opened.queues.slots.clockMs()) - Date.now())).toBeLessThan(2000);
  });
});

describe("Redis in trouble", () => {
  test("flushed: the reconciler finds every scheduler missing", async () => {
    const redis = new Redis(inject("redisUrl"));
    const queues = await openQueues({ kind: "redis", url: inject("redisUrl") }, silentLog);
    await queues.slots.upsert(entry);
    await redis.flushall();
    expect(reconcile([entry], await queues.slots.scheduled("eu"), Date.now(), 5000)).toEqual([
      { kind: "upsert", entry, reason: "missing" },
    ]);
    await queues.close();
    redis.disconnect();
  });

  test("the delayed set lost: the chain is found in the past and repaired in phase", async () => {
    const redis = new Redis(inject("redisUrl"));
    await redis.flushall();
    const queues = await openQueues({ kind: "redis", url: inject("redisUrl") }, silentLog);
    await queues.slots.upsert(entry);
    await redis.del("bull:plumbline-slots-eu:delayed");
    const lost = await queues.slots.scheduled("eu");
    const later = Date.now() + 60_000;
    expect(reconcile([entry], lost, later, 5000)).toEqual([{ kind: "repair", entry, reason: "next-in-the-past" }]);
    await queues.slots.remove(entry.id, "eu");
    await queues.slots.upsert(entry);
    expect(await redis.zcard("bull:plumbline-slots-eu:delayed")).toBe(1);
    expect((((await queues.slots.scheduled("eu"))[0]?.nextMs ?? 0) - 137) % 1000).toBe(0);
    await queues.close();
    redis.disconnect();
  });
});
