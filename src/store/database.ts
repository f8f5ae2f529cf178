import type { NamedQuery, PoolClient, QueryResult, StorePool } from "./pools/pool.ts";
import type { RowSchema } from "./columns.ts";
import type { Statement } from "./sql.ts";

export type Row = Readonly<Record<string, unknown>>;

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

export interface Database extends Executor {
  /** Commits what `work` has done when it resolves; rolls back and rejects with its error when it rejects. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
}

export function databaseOn({ pool }: StorePool): Database {
  /** A connection that an error may have left in any state is not used again. */
  async function withClient<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let isBroken = true;
    try {
      const result = await work(client);
      isBroken = false;
      return result;
    } catch (error) {
      isBroken = !isServersOwn(error);
      throw error;
    } finally {
      client.release(isBroken);
    }
  }

  return {
    ...executorOn((query) => withClient((client) => client.query(query))),

    transaction: (work) =>
      withClient(async (client) => {
        await client.query("BEGIN");
        try {
          const result = await work({
            ...executorOn((query) => client.query(query)),
            define: async (text) => void (await client.query(text)),
          });
          await client.query("COMMIT");
          return result;
        } catch (error) {
          // A rollback that fails leaves a connection that is broken, and the pool ends those by itself.
          await client.query("ROLLBACK").catch(() => {});
          throw error;
        }
      }),
  };
}

function executorOn(query: (query: NamedQuery) => Promise<QueryResult>): Executor {
  return {
    select: async (schema, statement) => (await query(statement.prepare())).rows.map(schema.decode),
    execute: async (statement) => (await query(statement.prepare())).rows,
  };
}

/** The server refused a statement, and its connection is as good as before. */
function isServersOwn(error: unknown): boolean {
  return error instanceof Error && "severity" in error && error.severity === "ERROR";
}
