import {
  type BackendFactory,
  Queue,
  type QueueOptions,
  type WorkerOptions,
  Worker,
  createPostgresBackend,
  runMigrations,
} from "bullmq";
import { number, rowSchema } from "../../src/store/columns.ts";
import { databaseOn } from "../../src/store/database.ts";
import { sql } from "../../src/store/sql.ts";
import type { Pool } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openMemoryPool } from "../setup/pglite-stores.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";

let opened: StorePool;
beforeAll(async () => {
  opened = await openMemoryPool();
  const client = await (opened.pool as unknown as Pool).connect();
  await runMigrations(client as unknown as Parameters<typeof runMigrations>[0]);
  client.release();
});
afterAll(() => opened.close());

const connection = (): QueueOptions["connection"] => opened.pool as unknown as QueueOptions["connection"];
const factory = createPostgresBackend as unknown as BackendFactory;

test("500 jobs on the store's own pool, each a transaction that reads and then writes: none is lost, none runs twice", async () => {
  const db = databaseOn(opened);
  const counterRow = rowSchema({ n: number("n") });
  await opened.pool.query("CREATE TABLE public.counter (n int NOT NULL)");
  await opened.pool.query("INSERT INTO public.counter VALUES (0)");
  const queue = new Queue("counting", { connection: connection() }, factory);
  await queue.addBulk(Array.from({ length: 500 }, (_, i) => ({ name: "count", data: { i } })));
  const all = Promise.withResolvers<void>();
  const seen: number[] = [];
  const worker = new Worker(
    "counting",
    async (job: { data: { i: number } }) => {
      await db.transaction(async (tx) => {
        const [row] = await tx.select(counterRow, sql`SELECT n FROM public.counter`);
        await tx.execute(sql`UPDATE public.counter SET n = ${(row?.n ?? 0) + 1}::int`);
      });
      if (seen.push(job.data.i) === 500) all.resolve();
    },
    { connection: connection(), concurrency: 20 } as WorkerOptions,
    factory,
  );
  await all.promise;
  await worker.close();
  await queue.close();
  expect(await db.select(counterRow, sql`SELECT n FROM public.counter`)).toEqual([{ n: 500 }]);
  expect(new Set(seen).size).toBe(500);
});

test("a job added while the worker waits wakes it by a notification, not by its timeout", async () => {
  const done = Promise.withResolvers<void>();
  // The worker would look again by itself only after ten minutes.
  const options = {
    connection: connection(),
    drainDelay: 600,
    stalledInterval: 600_000,
  } as WorkerOptions;
  const worker = new Worker("waking", async () => done.resolve(), options, factory);
  await worker.waitUntilReady();
  const drained = new Promise<void>((resolve) => worker.once("drained", () => resolve()));
  const queue = new Queue("waking", { connection: connection() }, factory);
  await queue.add("first", {});
  await done.promise;
  await drained;
  const again = Promise.withResolvers<void>();
  worker.on("completed", (job) => job.name === "second" && again.resolve());
  await new Promise((resolve) => setTimeout(resolve, 200));
  await queue.add("second", {});
  await again.promise;
  await worker.close();
  await queue.close();
});

test("a job scheduler goes on by itself on the same pool", async () => {
  const thrice = Promise.withResolvers<void>();
  let runs = 0;
  const worker = new Worker(
    "ticking",
    async () => {
      runs += 1;
      if (runs === 3) thrice.resolve();
    },
    { connection: connection() } as WorkerOptions,
    factory,
  );
  const queue = new Queue("ticking", { connection: connection() }, factory);
  await queue.upsertJobScheduler("tick", { every: 200 });
  await thrice.promise;
  await worker.close();
  await queue.close();
});
