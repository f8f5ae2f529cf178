import { setTimeout as sleep } from "node:timers/promises";
import { type BackendFactory, createPostgresBackend, Queue, runMigrations, type Telemetry, Worker } from "bullmq";
import { batchesOf, createBatches } from "./batch.ts";
import { type Clock, systemClock } from "../std/clock.ts";
import { exceptionFields, type Log } from "../std/log.ts";
import { type Connections, deliveriesQueue, faultName, slotsQueuePrefix, ticksQueue } from "./connections.ts";
import { openPostgresConnections, type QueuePool } from "./postgres-connections.ts";
import type { DeliveryQueue, SlotJob, SlotQueue, SlotWorker, Stoppable, TakenSlot } from "./queue.ts";
import { type RedisAccess, redisClients } from "./redis-clients.ts";
import { openRedisConnections } from "./redis-connections.ts";
import { throttleLog } from "../std/log-throttle.ts";
import { dataOf, jobIdOf, outboxIdOfJob, signed, slotsOfJob } from "./slot-of-job.ts";

export type QueueBackend =
  /** One server, Sentinel or Cluster: `redisAddressOf` lists the forms. */
  | (RedisAccess & { readonly kind: "redis" })
  /** A `pg.Pool`, or what looks like one. It stays its owner's. */
  | { readonly kind: "postgres"; readonly pool: unknown };

export interface QueueOptions {
  /** Begins every key of Redis; the braces keep them on one node of a cluster. */
  readonly prefix?: string;
  /** Spans of the queue itself: `queueSpans` lets each job begin a trace of its own. */
  readonly telemetry?: Telemetry | undefined;
  readonly clock?: Clock;
  /** Names of jobs depend on it: whoever doesn't know it can't take the name of a coming one. */
  readonly secret?: string;
  /** A killed worker's job is another's after both of these at most: 15 s and 5 s. */
  readonly lockMs?: number;
  readonly lockCheckMs?: number;
}

export interface Queues {
  readonly slots: SlotQueue;
  readonly deliveries: DeliveryQueue;
  /** Jobs that wait, run or have failed, of the queues of these locations and that of deliveries. */
  depths(
    locations: readonly string[],
  ): Promise<readonly { readonly queue: string; readonly state: string; readonly jobs: number }[]>;
  /** Stops the workers, waits for what they are doing, and closes every connection that was opened here. */
  close(): Promise<void>;
}

/** A probe job is never retried: a verdict that is asked for twice is two verdicts. */
const jobOptions = { attempts: 1, removeOnComplete: { count: 100 }, removeOnFail: { count: 100 } } as const;
const deliveryOptions = { removeOnComplete: true, removeOnFail: true } as const;
/** A job that kills its worker twice is given up. */
const workerOptions = { maxStartedAttempts: 2, drainDelay: 1 } as const;
/** A job is taken so long before its first slot is due: a timer is more punctual than the queue. */
const handedOutMs = 100;
/** Slots that are due at once wait in the queue until one of so many jobs is over. */
const mostJobsAtOnce = 4;
/** Of more jobs than these it is estimated how many slots they hold. */
const mostCounted = 20;
const faultsEveryMs = 10_000;
const tickOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true } as const;
/** A chain of ticks whose next one is so far away has lost its job, or was moved by a clock that jumped. */
const stoppedAfterMs = 10_000;

/** What the queues and workers of one backend share. */
interface Backend {
  readonly connections: Connections;
  readonly log: Log;
  readonly clock: Clock;
  readonly secret: string;
  readonly queueNamed: (name: string) => Queue;
  readonly workOn: (name: string, concurrency: number, handle: JobHandler) => Promise<SlotWorker>;
}

type JobHandler = (id: string | undefined, data: unknown) => Promise<void>;

/** BullMQ on Redis, on PostgreSQL or on PGlite. Rejects with the next step when it can't be used. */
export async function openQueues(backend: QueueBackend, log: Log, options: QueueOptions = {}): Promise<Queues> {
  const { prefix = "{plumbline}", telemetry, clock = systemClock, secret = "" } = options;
  const logFault = throttleLog(clock, faultsEveryMs, (fields) => log.warn("queue error", fields));
  const fault = (part: string) => (error: unknown) => {
    const name = faultName(error);
    logFault(`${part} ${name}`, { part, error: name });
  };
  const connections = await openConnections(backend, prefix, fault("connection"));
  const factory: BackendFactory | undefined =
    backend.kind === "postgres" ? (createPostgresBackend as unknown as BackendFactory) : undefined;
  // Ticks lead nowhere: a span for each second would say nothing.
  const commonOf = (name: string) => ({
    ...(backend.kind === "redis" && { prefix }),
    ...(telemetry !== undefined && name !== ticksQueue && { telemetry }),
  });
  const queues = new Map<string, Queue>();
  const workers = new Set<Stoppable>();

  const queueNamed = (name: string): Queue => {
    const known = queues.get(name);
    if (known !== undefined) return known;
    const queueOptions = { connection: connections.forQueue(), defaultJobOptions: jobOptions, ...commonOf(name) };
    const queue = new Queue(name, queueOptions, factory as never);
    queue.on("error", fault(name));
    queues.set(name, queue);
    return queue;
  };

  const workOn = async (name: string, concurrency: number, handle: JobHandler): Promise<SlotWorker> => {
    const connection = connections.forWorker();
    const { lockMs = 15_000, lockCheckMs = 5_000 } = options;
    const locks = { lockDuration: lockMs, stalledInterval: lockCheckMs };
    const workerSettings = { connection, concurrency, ...locks, ...workerOptions, ...commonOf(name) };
    const worker = new Worker(name, scrubbed(name, handle, log), workerSettings, factory as never);
    worker.on("error", fault(name));
    logEvents(worker, name, log);
    let stopping: Promise<void> | undefined;
    const stop = (): Promise<void> => {
      stopping ??= worker.close().finally(() => {
        workers.delete(stoppable);
        connections.endWorker(connection);
      });
      return stopping;
    };
    const pause = (isPaused: boolean): void => {
      if (isPaused === worker.isPaused()) return;
      (isPaused ? worker.pause(true) : worker.resume()).catch(fault(name));
    };
    const stoppable = { stop, pause };
    workers.add(stoppable);
    await worker.waitUntilReady();
    return stoppable;
  };

  const shared: Backend = { connections, log, clock, secret, queueNamed, workOn };
  return {
    slots: createSlotQueue(shared),
    deliveries: createDeliveryQueue(shared),
    async depths(locations) {
      const names = [...locations.map((it) => `${slotsQueuePrefix}${it}`), deliveriesQueue];
      const counts = names.map((name) => queueNamed(name).getJobCounts("waiting", "active", "failed"));
      return (await Promise.all(counts)).flatMap((counted, place) =>
        Object.entries(counted).map(([state, jobs]) => ({ queue: names[place] ?? "", state, jobs })),
      );
    },
    async close() {
      await Promise.all([...workers].map((worker) => worker.stop()));
      await Promise.all([...queues.values()].map((queue) => queue.close()));
      await connections.close();
    },
  };
}

/** BullMQ stores what a job throws: only its type may get there. */
function scrubbed(queue: string, handle: JobHandler, log: Log) {
  return ({ id, data }: { id?: string | undefined; data: unknown }): Promise<void> =>
    handle(id, data).catch((error: unknown) => {
      log.error("queue job failed", { queue, job: id, ...exceptionFields(error) });
      throw new ScrubbedError(faultName(error));
    });
}

function logEvents(worker: Worker, queue: string, log: Log): void {
  worker.on("failed", (job, error) => log.error("job failed", { queue, job: job?.id, error: error.message }));
  worker.on("stalled", (job) => log.warn("job taken over: its worker was killed or stalled", { queue, job }));
}

function createSlotQueue({ connections, log, clock, secret, queueNamed, workOn }: Backend): SlotQueue {
  const slotsQueue = (location: string): Queue => queueNamed(`${slotsQueuePrefix}${location}`);
  const jobOf = (slots: readonly SlotJob[], origin: TakenSlot["origin"], attempt?: number) => {
    const delay = Math.max(0, (slots[0]?.slotMs ?? 0) - clock.nowMs() - handedOutMs);
    const opts = { jobId: jobIdOf(slots, origin, secret, attempt), delay, ...jobOptions };
    return { name: "slots", data: dataOf(slots), opts };
  };
  const addAll = async (slots: readonly SlotJob[], location: string, attempt?: number): Promise<void> => {
    await slotsQueue(location).addBulk(batchesOf(slots).map((batch) => jobOf(batch, "schedule", attempt)));
  };
  return {
    addAll,
    async add(job, location) {
      const { name, data, opts } = jobOf([job], "asked");
      await slotsQueue(location).add(name, data, opts);
    },
    async waiting(location) {
      const jobs = await slotsQueue(location).getWaiting(0, mostCounted - 1);
      const counted = jobs.reduce((sum, { id, data }) => sum + (slotsOfJob(id, data)?.length ?? 0), 0);
      if (jobs.length < mostCounted) return counted;
      return Math.round((counted / jobs.length) * (await slotsQueue(location).getWaitingCount()));
    },
    async keepTicking(everyMs) {
      const queue = queueNamed(ticksQueue);
      const [tick] = await queue.getJobSchedulers(0, -1, true);
      const nextMs = Number(tick?.next ?? Number.NaN);
      const isGoing = Math.abs(nextMs - clock.nowMs()) < stoppedAfterMs && tick?.every === everyMs;
      if (isGoing) return false;
      // An upsert alone does not mend every chain.
      if (tick !== undefined) await queue.removeJobScheduler(tick.key);
      await queue.upsertJobScheduler("tick", { every: everyMs }, { name: "tick", data: {}, opts: tickOptions });
      return true;
    },
    takeTicks: (handler) => workOn(ticksQueue, 1, handler),
    clockMs: connections.clockMs,
    checkWritable: connections.checkWritable,
    async work(location, concurrency, handler) {
      const batches = createBatches(concurrency, handler, { clock, sleep, log });
      const jobsAtOnce = Math.min(concurrency, mostJobsAtOnce);
      const worker = await workOn(`${slotsQueuePrefix}${location}`, jobsAtOnce, async (id, data) => {
        const slots = slotsOfJob(id, data);
        if (slots === undefined) return log.warn("ignored job without valid slots", { location });
        const left = await batches.take(slots);
        if (left.length > 0) await addAll(left, location, clock.nowMs());
      });
      return {
        pause: worker.pause,
        async stop() {
          const stopped = [worker.stop(), batches.stop()];
          await Promise.all(stopped);
        },
      };
    },
  };
}

function createDeliveryQueue({ log, secret, queueNamed, workOn }: Backend): DeliveryQueue {
  return {
    async enqueue(outboxId, attempt) {
      // One id is one job for as long as it is there; BullMQ allows no colon in it.
      const jobId = signed(`${outboxId}-${attempt}`, secret);
      await queueNamed(deliveriesQueue).add("deliver", { outboxId }, { jobId, ...deliveryOptions });
    },
    work: (concurrency, handler) =>
      workOn(deliveriesQueue, concurrency, async (_id, data) => {
        const outboxId = outboxIdOfJob(data);
        if (outboxId === undefined) log.warn("ignored delivery job without an id");
        else await handler(outboxId);
      }),
  };
}

/** What BullMQ keeps of a failure: message and stack as thrown, neither known to be free of secrets. */
class ScrubbedError extends Error {
  constructor(kind: string) {
    super(kind);
    this.stack = kind;
  }
}

function openConnections(
  backend: QueueBackend,
  prefix: string,
  onFault: (error: unknown) => void,
): Promise<Connections> {
  if (backend.kind === "postgres") {
    return openPostgresConnections(backend.pool as QueuePool, (client) => runMigrations(client));
  }
  return openRedisConnections(redisClients(backend), prefix, onFault);
}
