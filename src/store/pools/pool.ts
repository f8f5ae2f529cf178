/** A store's connections: something shaped like `pg.Pool`, for the store and for BullMQ's PostgreSQL backend alike. */
export interface StorePool {
  readonly pool: Pool;
  /** Ends every connection. */
  close(): Promise<void>;
}

/** The part of `pg.Pool` that the store uses. */
export interface Pool {
  connect(): Promise<PoolClient>;
  query(text: string, params?: readonly unknown[]): Promise<QueryResult>;
}

export interface PoolClient {
  query(query: string | NamedQuery): Promise<QueryResult>;
  /** Gives the connection back, or ends it when `isBroken`. */
  release(isBroken?: boolean): void;
}

/** A statement that the server parses once for each connection, by its name. */
export interface NamedQuery {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

export interface QueryResult {
  readonly rows: Record<string, unknown>[];
}

/** BullMQ's own tables live in this schema and are named without one: every session searches it. */
export const queueSchema = "bullmq";
