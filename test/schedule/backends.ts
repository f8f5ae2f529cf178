import { openQueues, type QueueOptions, type Queues } from "../../src/schedule/bullmq.ts";
import { silentLog } from "../../src/std/log.ts";
import { openPglitePool } from "../../src/store/pools/pglite.ts";
import { openPostgresPool } from "../../src/store/pools/postgres.ts";
import { freshDatabase, freshRedis } from "../setup/databases.ts";

export interface Opened {
  readonly queues: Queues;
  close(): Promise<void>;
}

/** An empty queue on everything that the queue runs on. */
export const backends: Readonly<Record<string, (options?: QueueOptions) => Promise<Opened>>> = {
  async Redis(options) {
    const { url, drop } = await freshRedis();
    const queues = await openQueues({ kind: "redis", url }, silentLog, options);
    return opened(queues, () => queues.close(), drop);
  },
  async PostgreSQL(options) {
    const { url, drop } = await freshDatabase();
    const pool = await openPostgresPool(url, silentLog);
    const queues = await openQueues({ kind: "postgres", pool: pool.pool }, silentLog, options);
    return opened(queues, () => queues.close(), pool.close, drop);
  },
  async PGlite(options) {
    const pool = await openPglitePool(undefined);
    const queues = await openQueues({ kind: "postgres", pool: pool.pool }, silentLog, options);
    return opened(queues, () => queues.close(), pool.close);
  },
};

function opened(queues: Queues, ...closing: (() => Promise<void>)[]): Opened {
  return {
    queues,
    async close() {
      for (const close of closing) await close();
    },
  };
}
