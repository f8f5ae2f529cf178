import { type Connections, faultName, QueueUnreachable } from "./connections.ts";

/** The part of ioredis, standalone or cluster, that is used here. */
export interface RedisLike {
  on(event: "error", listener: (error: Error) => void): unknown;
  info(section: string): Promise<string>;
  time(): Promise<readonly (string | number)[]>;
  set(key: string, value: string, unit: "PX", ttlMs: number): Promise<unknown>;
  disconnect(): void;
}

/** How often a command is tried again when the connection breaks: without end for workers, who wait in commands. */
export interface RedisRetries {
  readonly maxRetriesPerRequest: number | null;
}

/**
 * One connection for all queues, which gives up soon, and one for each worker, which never does. Rejects with the next
 * step when Redis can't be reached or is set to throw jobs away.
 */
export async function openRedisConnections<R extends RedisLike>(
  connect: (options: RedisRetries) => R,
  prefix: string,
  onFault: (error: unknown) => void,
): Promise<Connections> {
  const open = new Set<RedisLike>();
  const opened = (options: RedisRetries): R => {
    const redis = connect(options);
    redis.on("error", onFault);
    open.add(redis);
    return redis;
  };
  const end = (redis: RedisLike): void => {
    open.delete(redis);
    redis.disconnect();
  };
  const shared = opened({ maxRetriesPerRequest: 3 });
  try {
    await refuseEviction(shared);
  } catch (error) {
    end(shared);
    throw error;
  }
  return {
    forQueue: () => shared,
    forWorker: () => opened({ maxRetriesPerRequest: null }),
    endWorker: (connection) => end(connection as R),
    async clockMs() {
      const [seconds, micros] = await shared.time();
      return Number(seconds) * 1000 + Number(micros) / 1000;
    },
    async checkWritable() {
      await shared.set(`${prefix}:plumbline-writable`, "1", "PX", writableForMs);
    },
    async close() {
      for (const redis of open) end(redis);
    },
  };
}

/** The key of the check for writes needs no room for longer. */
const writableForMs = 60_000;

/** Sentinel and Cluster clients look for a server without end: right while it runs, but no start. */
const startWithinMs = 10_000;

function inTime<T>(answer: Promise<T>): Promise<T> {
  const patience = AbortSignal.timeout(startWithinMs);
  const tooLate = new Promise<never>((_, reject) => {
    patience.addEventListener("abort", () => reject(patience.reason as Error));
  });
  return Promise.race([answer, tooLate]);
}

async function refuseEviction(redis: RedisLike): Promise<void> {
  const memory = await inTime(redis.info("memory")).catch((error: unknown) => {
    throw new QueueUnreachable(`Redis can't be reached (${faultName(error)}). Start it, or correct REDIS_URL.`);
  });
  const policy = /maxmemory_policy:(\S+)/.exec(memory)?.[1];
  if (policy !== undefined && policy !== "noeviction") {
    throw new Error(`Redis may evict jobs: its maxmemory-policy is ${policy}. Set it to noeviction.`);
  }
}
