import type { Log } from "../std/log.ts";
import { openQueues, type QueueOptions, type Queues } from "../schedule/bullmq.ts";
import { openPglitePool } from "../store/pools/pglite.ts";
import type { StorePool } from "../store/pools/pool.ts";
import { openPostgresPool } from "../store/pools/postgres.ts";

/** Where state lives. A folder of undefined is memory. */
export type StorageChoice =
  | { readonly kind: "embedded"; readonly folder: string | undefined }
  | { readonly kind: "postgres"; readonly databaseUrl: string }
  | { readonly kind: "production"; readonly databaseUrl: string; readonly redisUrl: string };

/** By two environment variables. `REDIS_URL` alone is refused: a queue cannot hold results. */
export function chooseStorage(
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
): StorageChoice | { readonly kind: "refused"; readonly reason: string } {
  const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = env as { DATABASE_URL?: string; REDIS_URL?: string };
  if (databaseUrl === undefined || databaseUrl === "") {
    if (redisUrl === undefined || redisUrl === "") return { kind: "embedded", folder };
    const reason =
      "REDIS_URL is set but DATABASE_URL is not: Redis holds the queue only, runs and incidents need PostgreSQL. Set DATABASE_URL too, or unset REDIS_URL for the embedded store.";
    return { kind: "refused", reason };
  }
  return redisUrl === undefined || redisUrl === ""
    ? { kind: "postgres", databaseUrl }
    : { kind: "production", databaseUrl, redisUrl };
}

export function openPool(choice: StorageChoice, log: Log): Promise<StorePool> {
  return choice.kind === "embedded" ? openPglitePool(choice.folder) : openPostgresPool(choice.databaseUrl, log);
}

export function openQueuesFor(
  choice: StorageChoice,
  { pool }: StorePool,
  log: Log,
  telemetry: QueueOptions["telemetry"],
  installation: string,
): Promise<Queues> {
  return choice.kind === "production"
    ? openQueues({ kind: "redis", url: choice.redisUrl }, log, { telemetry, prefix: `{plumbline-${installation}}` })
    : openQueues({ kind: "postgres", pool }, log, { telemetry });
}
