import pg from "pg";
import { lockKeys } from "../locks.ts";
import { queueSchema, type StorePool } from "./pool.ts";
import type { Log } from "../../std/log.ts";

/**
 * Every wait has an end. The server gives up first, so that its connection stays in use; the client gives up a moment
 * later, and with it the connection: nobody answers on one that is half open.
 */
const sessionLimits = {
  statement_timeout: 10_000,
  lock_timeout: 5_000,
  // A process that is frozen, or gone without a word, keeps its locks no longer than this.
  idle_in_transaction_session_timeout: 5_000,
  tcp_user_timeout: 10_000,
  // Seconds, and how often.
  tcp_keepalives_idle: 5,
  tcp_keepalives_interval: 2,
  tcp_keepalives_count: 4,
};
const queryTimeoutMs = 12_000;
const connectTimeoutMs = 10_000;

/** A pool on PostgreSQL 14 or newer. Rejects when it cannot be reached. */
export async function openPostgresPool(url: string, log: Log): Promise<StorePool> {
  const limits = Object.entries(sessionLimits).map(([name, value]) => `-c ${name}=${value}`);
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    // Covers the wait for a free connection as well.
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: queryTimeoutMs,
    // A new connection knows no plan yet, and costs as much as some runs.
    idleTimeoutMillis: 300_000,
    options: `-c search_path=${queueSchema},public ${limits.join(" ")}`,
    application_name: "plumbline",
  });
  // A connection that breaks is replaced by the next query. Without listeners, each of these events would end the process.
  const warn = (error: Error): void => log.warn("database connection lost", { error: error.name });
  pool.on("error", warn);
  pool.on("connect", (client) => client.on("error", () => {}));
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
