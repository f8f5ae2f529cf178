import { openQueues, type QueueOptions, type Queues } from "../../src/schedule/bullmq.ts";
import { silentLog } from "../../src/std/log.ts";
import { openMemoryPool } from "../setup/pglite-stores.ts";
import { openPostgresPool } from "../../src/store/pools/postgres.ts";
import { freshDatabase, freshRedis } from "../setup/databases.ts";

export interface Opened {
  readonly queues: Queues;
  close(): Promise<void>;
}

/** Where queues can be opened, one after the other or several at once. */
export interface Place {
  open(options?: QueueOptions): Promise<Queues>;
  close(): Promise<void>;
}

/** Empty places of everything that the queue runs on. */
export const places: Readonly<Record<string, () => Promise<Place>>> = {
  async Redis() {
    const { url, drop } = await freshRedis();
    return { open: (options) => openQueues({ kind: "redis", url }, silentLog, options), close: drop };
  },
  async PostgreSQL() {
    const { url, drop } = await freshDatabase();
    const { pool, close } = await openPostgresPool(url, silentLog);
    const open = (options?: QueueOptions): Promise<Queues> =>
      openQueues({ kind: "postgres", pool }, silentLog, options);
    return { open, close: () => close().then(drop) };
  },
  async PGlite() {
    const { pool, close } = await openMemoryPool();
    return { open: (options) => openQueues({ kind: "postgres", pool }, silentLog, options), close };
  },
};

/** An empty queue on everything that the queue runs on. */
export const backends: Readonly<Record<string, (options?: QueueOptions) => Promise<Opened>>> = Object.fromEntries(
  Object.entries(places).map(([name, find]) => [
    name,
    async (options?: QueueOptions): Promise<Opened> => {
      const place = await find();
      const queues = await place.open(options);
      return { queues, close: () => queues.close().then(() => place.close()) };
    },
  ]),
);
