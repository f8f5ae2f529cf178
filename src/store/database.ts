import { setTimeout as sleep } from "node:timers/promises";
import type { Row, RowSchema } from "./columns.ts";
import type { NamedQuery, PoolClient, StorePool } from "./pools/pool.ts";
import { StoreUnavailable } from "./store-unavailable.ts";
import type { Statement } from "./sql.ts";

/** Runs statements: on any connection, or on that of one transaction. */
export interface Executor {
  /** Reads rows, and changes nothing. */
  select<T>(schema: RowSchema<T>, statement: Statement): Promise<T[]>;
  /** Changes something; resolves to what it returns. */
  execute(statement: Statement): Promise<readonly Row[]>;
}

/** The one connection of a transaction that is open. */
export interface Transaction extends Executor {
  /** Statements without parameters, as they are written: for what defines the schema. */
  define(text: string): Promise<void>;
}

/**
 * Rejects with StoreUnavailable when a connection could not be had, broke, or gave no answer in time. Reads are tried
 * again for some seconds first, and so is whatever had not been sent.
 */
export interface Database extends Executor {
  /** Changes something in a way that changes nothing more when it is done twice: tried again like a read. */
  repeat(statement: Statement): Promise<readonly Row[]>;
  /**
   * Commits what `work` has done when it resolves; rolls back and rejects with its error when it rejects. Each statement
   * may take `longestMs`, or what is usual.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>, longestMs?: number): Promise<T>;
}

/** A managed database is back within ten seconds after its machine has failed. */
const retryDelaysMs = [50, 100, 200, 400, 800, 1600, 3200, 3200];
/** What a client waits longer than the server before it gives a connection up. */
const graceMs = 2_000;

export function databaseOn({ pool }: StorePool): Database {
  /** A connection that an error may have left in any state is not used again. */
  async function withClient<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect().catch((error: unknown) => {
      throw new StoreUnavailable("connect", error);
    });
    let isBroken = true;
    try {
      const result = await work(client);
      isBroken = false;
      return result;
    } catch (error) {
      isBroken = error instanceof StoreUnavailable;
      throw error;
    } finally {
      client.release(isBroken);
    }
  }

  async function patiently<T>(isRepeatable: boolean, work: (client: PoolClient) => Promise<T>): Promise<T> {
    for (const delayMs of retryDelaysMs) {
      try {
        return await withClient(work);
      } catch (error) {
        const isRetried = error instanceof StoreUnavailable && !error.isTimeout && (isRepeatable || !error.isSent);
        if (!isRetried && !isStalePlan(error)) throw error;
      }
      await sleep(delayMs);
    }
    return withClient(work);
  }

  const run = (isRepeatable: boolean, statement: Statement): Promise<readonly Row[]> =>
    patiently(isRepeatable, (client) => ask(client, statement.prepare()));

  return {
    select: async (schema, statement) => (await run(true, statement)).map(schema.decode),
    execute: (statement) => run(false, statement),
    repeat: (statement) => run(true, statement),

    transaction: (work, longestMs) =>
      withClient(async (client) => {
        const limits = longestMs === undefined ? {} : { query_timeout: longestMs + graceMs };
        const longest = longestMs === undefined ? "" : `; SET LOCAL statement_timeout = ${longestMs}`;
        const tx = executorOn(client, limits);
        await tx.define(`BEGIN${longest}`);
        try {
          const result = await work(tx);
          await tx.define("COMMIT");
          return result;
        } catch (error) {
          if (!(error instanceof StoreUnavailable)) await tx.define("ROLLBACK");
          throw error;
        }
      }),
  };
}

type Limits = Pick<NamedQuery, "query_timeout">;

function executorOn(client: PoolClient, limits: Limits): Transaction {
  const run = (statement: Statement): Promise<readonly Row[]> => ask(client, { ...statement.prepare(), ...limits });
  return {
    select: async (schema, statement) => (await run(statement)).map(schema.decode),
    execute: run,
    define: async (text) => void (await ask(client, { text, ...limits })),
  };
}

async function ask(client: PoolClient, query: NamedQuery): Promise<readonly Row[]> {
  try {
    return (await client.query(query)).rows;
  } catch (error) {
    throw isRefusal(error) ? error : new StoreUnavailable("query", error);
  }
}

/** The server refused a statement, and its connection is as good as before. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && "severity" in error && error.severity === "ERROR";
}

/** A newer program has added a column: the next plan knows it. */
function isStalePlan(error: unknown): boolean {
  return error instanceof Error && error.message === "cached plan must not change result type";
}
