import type { PostgresPool } from "kysely";

/** A store's connections: something shaped like `pg.Pool`, for Kysely and for BullMQ's PostgreSQL backend alike. */
export interface StorePool {
  readonly pool: PostgresPool & SimplePool;
  /** Ends every connection. */
  close(): Promise<void>;
}

/** The part of `pg.Pool` that is used beside Kysely's. */
export interface SimplePool {
  query(text: string, params?: readonly unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

/** BullMQ's own tables live in this schema and are named without one: every session searches it. */
export const queueSchema = "bullmq";
