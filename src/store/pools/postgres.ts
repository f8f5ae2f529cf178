import pg from "pg";
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
    await pool.query(`CREATE SCHEMA IF NOT EXISTS ${queueSchema}`);
  } catch (error) {
    await pool.end();
    throw error;
  }
  return { pool: pool as unknown as StorePool["pool"], close: () => pool.end() };
}
