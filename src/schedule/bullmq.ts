import {
  type BackendFactory,
  type JobSchedulerTemplateOptions,
  Queue,
  Worker,
  createPostgresBackend,
  runMigrations,
} from "bullmq";
import { Redis } from "ioredis";
import type { Log } from "../std/log.ts";
import type { DeliveryQueue, ScheduledEntry, ScheduleEntry, SlotQueue, Stoppable } from "./queue.ts";
import { slotOfJob } from "./slot-of-job.ts";

export type QueueBackend =
  | { readonly kind: "redis"; readonly url: string }
  | { readonly kind: "postgres"; readonly pool: unknown };

export interface Queues {
  readonly slots: SlotQueue;
  readonly deliveries: DeliveryQueue;
  close(): Promise<void>;
}

const deliveriesQueue = "plumbline-deliveries";
const slotsQueue = (location: string): string => `plumbline-slots-${location}`;

/** A probe job is never retried: a verdict that is asked for twice is two verdicts. */
const jobOptions = { attempts: 1, removeOnComplete: { count: 100 }, removeOnFail: { count: 100 } } as const;
const workerOptions = { lockDuration: 15_000, stalledInterval: 5_000, maxStartedAttempts: 2, drainDelay: 1 } as const;

interface Connections {
  readonly factory: BackendFactory | undefined;
  forQueue(): object;
  forWorker(): object;
  clockMs(): Promise<number>;
  close(): Promise<void>;
}

/** BullMQ on Redis, or on a pool of PostgreSQL or PGlite. It closes what it opens; the pool stays its owner's. */
export async function openQueues(backend: QueueBackend, log: Log): Promise<Queues> {
  const connections = backend.kind === "redis" ? await openRedis(backend.url, log) : await openPostgres(backend.pool);
  const queues = new Map<string, Queue>();
  const workers = new Set<Worker>();

  const queueNamed = (name: string): Queue => {
    const known = queues.get(name);
    if (known !== undefined) return known;
    const queue = new Queue(
      name,
      { connection: connections.forQueue(), defaultJobOptions: jobOptions },
      connections.factory as never,
    );
    queue.on("error", (error) => log.warn("queue error", { queue: name, error: error.name }));
    queues.set(name, queue);
    return queue;
  };

  const workOn = async (
    name: string,
    concurrency: number,
    handle: (id: string | undefined, data: unknown) => Promise<void>,
  ): Promise<Stoppable> => {
    const worker = new Worker(
      name,
      async (job) => {
        try {
          await handle(job.id, job.data);
        } catch (error) {
          // BullMQ keeps message and stack as thrown; neither is known to be free of secrets.
          const kind = error instanceof Error ? error.name : "unknown";
          log.error("job failed", { queue: name, job: job.id, error: kind });
          throw new ScrubbedError(kind);
        }
      },
      { connection: connections.forWorker(), concurrency, ...workerOptions },
      connections.factory as never,
    );
    worker.on("error", (error) => log.warn("worker error", { queue: name, error: error.name }));
    workers.add(worker);
    await worker.waitUntilReady();
    return {
      async stop() {
        workers.delete(worker);
        await worker.close();
      },
    };
  };

  return {
    slots: {
      async scheduled(location) {
        const schedulers = await queueNamed(slotsQueue(location)).getJobSchedulers(0, -1, true);
        return schedulers.map((scheduler) => entryOf(scheduler, location));
      },
      async upsert(entry) {
        const { id, location, cadence, offsetMs } = entry;
        const repeat =
          cadence.kind === "every"
            ? { every: cadence.everyMs, offset: offsetMs }
            : { pattern: cadence.pattern, tz: cadence.tz };
        const template = { name: "slot", data: { probeId: id }, opts: templateOptions };
        await queueNamed(slotsQueue(location)).upsertJobScheduler(id, repeat, template);
      },
      async remove(id, location) {
        await queueNamed(slotsQueue(location)).removeJobScheduler(id);
      },
      clockMs: connections.clockMs,
      work: (location, concurrency, handler) =>
        workOn(slotsQueue(location), concurrency, async (id, data) => {
          const slot = slotOfJob(id, data);
          if (slot === undefined) log.warn("a job that no scheduler made was ignored", { queue: slotsQueue(location) });
          else await handler(slot);
        }),
    },
    deliveries: {
      async enqueue(outboxId, attempt) {
        await queueNamed(deliveriesQueue).add(
          "deliver",
          { outboxId },
          { jobId: `${outboxId}-${attempt}`, removeOnComplete: true, removeOnFail: true },
        );
      },
      work: (concurrency, handler) =>
        workOn(deliveriesQueue, concurrency, async (_id, data) => {
          const outboxId = (data as { outboxId?: unknown } | null)?.outboxId;
          if (typeof outboxId === "string") await handler(outboxId);
        }),
    },
    async close() {
      await Promise.all([...workers].map((worker) => worker.close()));
      await Promise.all([...queues.values()].map((queue) => queue.close()));
      await connections.close();
    },
  };
}

/** `omitContext`: else all jobs of a scheduler would join the one trace in which it was made. */
const templateOptions: JobSchedulerTemplateOptions = { ...jobOptions, telemetry: { omitContext: true } };

class ScrubbedError extends Error {
  constructor(kind: string) {
    super(kind);
    this.stack = kind;
  }
}

interface SchedulerJson {
  readonly key: string;
  readonly id?: string | null;
  readonly every?: number | string;
  readonly pattern?: string;
  readonly tz?: string;
  readonly offset?: number | string;
  readonly next?: number | string;
}

function entryOf(scheduler: SchedulerJson, location: string): ScheduledEntry {
  const { key, every, pattern, tz, offset, next } = scheduler;
  const entry: ScheduleEntry = {
    id: key,
    location,
    cadence:
      pattern === undefined || pattern === null
        ? { kind: "every", everyMs: Number(every) }
        : { kind: "cron", pattern, tz: tz ?? "UTC" },
    offsetMs: Number(offset ?? 0),
  };
  return { ...entry, nextMs: next === undefined ? undefined : Number(next) };
}

async function openRedis(url: string, log: Log): Promise<Connections> {
  const open: Redis[] = [];
  const connect = (options: object): Redis => {
    const redis = new Redis(url, { connectionName: "plumbline", ...options });
    redis.on("error", (error: Error) => log.warn("redis error", { error: error.name }));
    open.push(redis);
    return redis;
  };
  const shared = connect({ maxRetriesPerRequest: 3 });
  const policy = /maxmemory_policy:(\S+)/.exec(await shared.info("memory"))?.[1];
  if (policy !== undefined && policy !== "noeviction") {
    for (const redis of open) redis.disconnect();
    throw new Error(`Redis may evict jobs: its maxmemory-policy is ${policy}. Set it to noeviction.`);
  }
  return {
    factory: undefined,
    forQueue: () => shared,
    forWorker: () => connect({ maxRetriesPerRequest: null }),
    async clockMs() {
      const [seconds, micros] = await shared.time();
      return Number(seconds) * 1000 + Number(micros) / 1000;
    },
    async close() {
      for (const redis of open) redis.disconnect();
    },
  };
}

interface PlainPool {
  query(text: string): Promise<{ rows: { now_ms?: unknown }[] }>;
  connect(): Promise<{ query(text: string, params?: readonly unknown[]): Promise<never>; release(): void }>;
}

async function openPostgres(pool: unknown): Promise<Connections> {
  const plain = pool as PlainPool;
  const client = await plain.connect();
  try {
    await runMigrations(client);
  } finally {
    client.release();
  }
  return {
    factory: createPostgresBackend as unknown as BackendFactory,
    forQueue: () => pool as object,
    forWorker: () => pool as object,
    async clockMs() {
      const { rows } = await plain.query("SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now_ms");
      return Number(rows[0]?.now_ms);
    },
    close: () => Promise.resolve(),
  };
}
