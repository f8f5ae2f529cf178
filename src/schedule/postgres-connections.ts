import type { Connections } from "./connections.ts";

/** The part of `pg.Pool` that is used here; PGlite has a double of it. */
export interface QueuePool {
  readonly options: { max?: number };
  setMaxListeners(count: number): unknown;
  query(text: string): Promise<{ rows: Record<string, unknown>[] }>;
  connect(): Promise<{ query(text: string, params?: readonly unknown[]): Promise<never>; release(): void }>;
}

/** The queue's tables on a pool that stays its owner's. `migrate` brings them up to date. */
export async function openPostgresConnections(
  pool: QueuePool,
  migrate: (client: Awaited<ReturnType<QueuePool["connect"]>>) => Promise<unknown>,
): Promise<Connections> {
  // Every queue and worker listens for its errors, and there may be many locations.
  pool.setMaxListeners(0);
  const client = await pool.connect();
  try {
    await migrate(client);
  } finally {
    client.release();
  }
  const resize = (by: number): void => {
    pool.options.max = (pool.options.max ?? 10) + by;
  };
  return {
    forQueue: () => pool,
    forWorker() {
      // Each worker keeps one connection to listen: without room for it a dozen locations would starve the pool.
      resize(1);
      return pool;
    },
    endWorker: () => resize(-1),
    async clockMs() {
      const { rows } = await pool.query("SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now_ms");
      return Number(rows[0]?.["now_ms"]);
    },
    // The store is the same database: its check writes leases.
    checkWritable: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
