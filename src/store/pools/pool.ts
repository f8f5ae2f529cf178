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
  query(query: NamedQuery): Promise<QueryResult>;
  /** Gives the connection back, or ends it when `isBroken`. */
  release(isBroken?: boolean): void;
}

/** A statement; with a name, each connection parses it only once. Without values it may be several. */
export interface NamedQuery {
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly unknown[];
  /** The most that is waited for its answer, in milliseconds; the pool's own limit when left out. */
  readonly query_timeout?: number;
}

export interface QueryResult {
  readonly rows: Record<string, unknown>[];
}

/** BullMQ's own tables live in this schema and are named without one: every session searches it. */
export const queueSchema = "bullmq";
