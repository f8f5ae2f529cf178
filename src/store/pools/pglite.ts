import { EventEmitter } from "node:events";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { lockDataFolder } from "./data-folder.ts";
import { queueSchema, type StorePool } from "./pool.ts";

interface QueryResult {
  readonly command: string;
  readonly rowCount: number;
  readonly rows: Record<string, unknown>[];
  readonly fields: unknown[];
}

type Query = string | { readonly text: string; readonly values?: readonly unknown[] };

/**
 * PGlite behind the face of a `pg.Pool`. It has one session, so a transaction takes it for itself and everything else
 * waits; a client that only listens holds nothing. Without a folder all is in memory.
 */
export async function openPglitePool(folder: string | undefined): Promise<StorePool> {
  const unlock = folder === undefined ? () => {} : lockDataFolder(folder);
  try {
    const pglite = await PGlite.create(folder === undefined ? "memory://" : join(folder, "pg"));
    await pglite.exec(`CREATE SCHEMA IF NOT EXISTS ${queueSchema}; SET search_path TO ${queueSchema}, public`);
    const pool = new PglitePool(pglite);
    return {
      pool: pool as unknown as StorePool["pool"],
      async close() {
        await pool.end();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** One after the other. */
class Mutex {
  #tail: Promise<void> = Promise.resolve();

  async acquire(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = this.#tail;
    this.#tail = promise;
    await before;
    return resolve;
  }
}

class PglitePool extends EventEmitter {
  readonly #pglite: PGlite;
  readonly #mutex = new Mutex();
  /** Read by libraries that want to know the size of a pool. */
  readonly options = { max: 10 };

  constructor(pglite: PGlite) {
    super();
    this.#pglite = pglite;
  }

  async connect(): Promise<PgliteClient> {
    return new PgliteClient(this.#pglite, this.#mutex);
  }

  async query(query: Query, values?: readonly unknown[]): Promise<QueryResult | QueryResult[]> {
    return new PgliteClient(this.#pglite, this.#mutex).query(query, values);
  }

  async end(): Promise<void> {
    const release = await this.#mutex.acquire();
    try {
      if (!this.#pglite.closed) await this.#pglite.close();
    } finally {
      release();
    }
  }
}

class PgliteClient extends EventEmitter {
  readonly #pglite: PGlite;
  readonly #mutex: Mutex;
  readonly #unlisten = new Map<string, () => Promise<void>>();
  /** Set while this client is inside a transaction: gives the session back. */
  #releaseSession: (() => void) | undefined;

  constructor(pglite: PGlite, mutex: Mutex) {
    super();
    this.#pglite = pglite;
    this.#mutex = mutex;
  }

  async query(query: Query, values?: readonly unknown[]): Promise<QueryResult | QueryResult[]> {
    const text = typeof query === "string" ? query : query.text;
    const params = values ?? (typeof query === "string" ? undefined : query.values);
    const listening = /^\s*(UNLISTEN|LISTEN)\s+("[^"]+"|\*|\w+)/i.exec(text);
    if (listening !== null) return this.#listen(listening[1]?.toUpperCase() === "LISTEN", listening[2] ?? "*");

    const ownsSession = this.#releaseSession !== undefined;
    const release = ownsSession ? undefined : await this.#mutex.acquire();
    let keep = false;
    try {
      const result = await run(this.#pglite, text, params);
      keep = /^\s*(BEGIN|START\s+TRANSACTION)\b/i.test(text);
      if (keep && release !== undefined) this.#releaseSession = release;
      return result;
    } finally {
      if (ownsSession && /^\s*(COMMIT|ROLLBACK(?!\s+TO)|END)\b/i.test(text)) this.#giveBack();
      if (!keep) release?.();
    }
  }

  /** What a pool's client does when it is given back in the middle of a transaction. */
  release(): void {
    for (const unlisten of this.#unlisten.values()) void unlisten().catch(() => {});
    this.#unlisten.clear();
    if (this.#releaseSession === undefined) return;
    void run(this.#pglite, "ROLLBACK", undefined).finally(() => this.#giveBack());
  }

  #giveBack(): void {
    this.#releaseSession?.();
    this.#releaseSession = undefined;
  }

  async #listen(on: boolean, channel: string): Promise<QueryResult> {
    const name = channel.replaceAll('"', "");
    if (on && !this.#unlisten.has(channel)) {
      const stop = await this.#pglite.listen(channel, (payload) =>
        this.emit("notification", { channel: name, payload, processId: 0 }),
      );
      this.#unlisten.set(channel, () => stop());
    } else if (!on) {
      for (const [listened, unlisten] of this.#unlisten) {
        if (channel !== "*" && listened !== channel) continue;
        this.#unlisten.delete(listened);
        await unlisten();
      }
    }
    return { command: on ? "LISTEN" : "UNLISTEN", rowCount: 0, rows: [], fields: [] };
  }
}

/** Like pg: without parameters several statements may come at once, each with a result of its own. */
async function run(pglite: PGlite, text: string, params: readonly unknown[] | undefined): Promise<QueryResult | QueryResult[]> {
  const command = /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? "";
  const shaped = (result: { rows: unknown[]; affectedRows?: number; fields: unknown[] }): QueryResult => ({
    command,
    rows: result.rows as Record<string, unknown>[],
    rowCount: result.rows.length > 0 ? result.rows.length : (result.affectedRows ?? 0),
    fields: result.fields,
  });
  if (params !== undefined && params.length > 0) return shaped(await pglite.query(text, [...params]));
  const results = (await pglite.exec(text)).map(shaped);
  return results.length === 1 && results[0] !== undefined ? results[0] : results;
}
