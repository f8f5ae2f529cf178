import pg from "pg";
import { lockKeys } from "../locks.ts";
import { queueSchema, type StorePool } from "./pool.ts";
import type { Log } from "../../std/log.ts";

/** A pool on PostgreSQL 14 or newer. Rejects when it can't be reached. */
export async function openPostgresPool(url: string, log: Log): Promise<StorePool> {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    options: `-c search_path=${queueSchema},public`,
    application_name: "plumbline",
  });
  // An idle connection that breaks is replaced by the next query; unheard, the event would end the process.
  pool.on("error", (error) => log.warn("a database connection broke", { error: error.name }));
  try {
    // "If not exists" alone fails when several processes start at once; one statement list is one transaction.
    await pool.query(
      `SELECT pg_advisory_xact_lock(hashtextextended('${lockKeys.schema()}', 0)); CREATE SCHEMA IF NOT EXISTS ${queueSchema}`,
    );
  } catch (error) {
    await pool.end();
    throw error;
  }
  return { pool: pool as unknown as StorePool["pool"], close: () => pool.end() };
}
