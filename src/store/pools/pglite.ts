import { EventEmitter } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PGlite, type Results } from "@electric-sql/pglite";
import { takeDataFolder } from "./data-folder.ts";
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
 * waits; a client that only listens holds nothing. Without a folder all is in memory. `image` is a dump of a data folder to
 * start from (`PGlite.dumpDataDir`): loading one takes a fraction of the time that a new database takes. Another
 * process that wants the folder is shown the `purpose`.
 */
export async function openPglitePool(
  folder: string | undefined,
  { image, purpose = "plumbline" }: { readonly image?: Blob; readonly purpose?: string | undefined } = {},
): Promise<StorePool> {
  const unlock = folder === undefined ? () => {} : await takeDataFolder(folder, purpose);
  try {
    const dataDir = folder === undefined ? "memory://" : join(folder, "pg");
    const pglite = await PGlite.create({ dataDir, ...(image === undefined ? {} : { loadDataDir: image }) }).catch(
      (error: unknown) => {
        // It says no more than that it failed.
        const next = "If it is damaged, move it away, and start with a copy from before or with an empty folder";
        throw folder === undefined ? error : new Error(`its database does not start. ${next}`, { cause: error });
      },
    );
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

const longestWaitMs = 15_000;

/** One after the other. Whoever has waited too long is refused; those behind it keep their order. */
class Mutex {
  #tail: Promise<void> = Promise.resolve();
  #wanted = 0;

  async acquire(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const release = (): void => {
      this.#wanted -= 1;
      resolve();
    };
    const before = this.#tail;
    this.#tail = promise;
    this.#wanted += 1;
    if (this.#wanted === 1) return release;
    const patience = new AbortController();
    const tooLong = sleep(longestWaitMs, true, { signal: patience.signal }).catch(() => true);
    const isTooLong = await Promise.race([before.then(() => false), tooLong]);
    patience.abort();
    if (!isTooLong) return release;
    void before.then(release);
    throw new Error("timeout: waited too long for the embedded database");
  }
}

class PglitePool extends EventEmitter {
  readonly #pglite: PGlite;
  readonly #mutex = new Mutex();
  /** Read by libraries that want to know the size of a pool. */
  readonly options = { max: 10 };
  #ended = false;

  constructor(pglite: PGlite) {
    super();
    this.#pglite = pglite;
  }

  async connect(): Promise<PgliteClient> {
    this.#refuseWhenEnded();
    return new PgliteClient(this.#pglite, this.#mutex);
  }

  async query(query: Query, values?: readonly unknown[]): Promise<QueryResult | QueryResult[]> {
    this.#refuseWhenEnded();
    return new PgliteClient(this.#pglite, this.#mutex).query(query, values);
  }

  async end(): Promise<void> {
    this.#ended = true;
    const release = await this.#mutex.acquire();
    try {
      if (!this.#pglite.closed) await this.#pglite.close();
    } finally {
      release();
    }
  }

  /** In the words of pg, by which BullMQ knows a pool that is closing. */
  #refuseWhenEnded(): void {
    if (this.#ended) throw new Error("Cannot use a pool after calling end on the pool");
  }
}

class PgliteClient extends EventEmitter {
  readonly #pglite: PGlite;
  readonly #mutex: Mutex;
  /** Statements of one client run in the order they were sent, awaited or not. */
  readonly #turns = new Mutex();
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
    const listening = listenStatement.exec(text);
    return this.#withSession(() =>
      listening === null
        ? run(this.#pglite, text, params)
        : this.#listen(listening[1]?.toUpperCase() === "LISTEN", listening[2] ?? "*"),
    );
  }

  /** What a pool's client does when it is given back: listens no more, and rolls back what it left open. */
  release(): void {
    if (this.#unlisten.size === 0 && this.#releaseSession === undefined) return;
    void this.#withSession(async () => {
      if (this.#pglite.isInTransaction()) await this.#pglite.exec("ROLLBACK");
      await this.#stopListening("*");
    }).catch(() => {});
  }

  /** Keeps the session for as long as the engine says that a transaction is open in it. */
  async #withSession<T>(work: () => Promise<T>): Promise<T> {
    const endTurn = await this.#turns.acquire();
    try {
      this.#releaseSession ??= await this.#mutex.acquire();
      return await work();
    } finally {
      if (this.#pglite.closed || !this.#pglite.isInTransaction()) {
        this.#releaseSession?.();
        this.#releaseSession = undefined;
      }
      endTurn();
    }
  }

  async #listen(on: boolean, channel: string): Promise<QueryResult> {
    if (!on) await this.#stopListening(channel);
    else if (!this.#unlisten.has(channel)) {
      const name = channel.startsWith('"') ? channel.slice(1, -1) : channel.toLowerCase();
      const stop = await this.#pglite.listen(channel, (payload) =>
        this.emit("notification", { channel: name, payload, processId: 0 }),
      );
      this.#unlisten.set(channel, () => stop());
    }
    return { command: on ? "LISTEN" : "UNLISTEN", rowCount: 0, rows: [], fields: [] };
  }

  async #stopListening(channel: string): Promise<void> {
    for (const [listened, stop] of this.#unlisten) {
      if (channel !== "*" && listened !== channel) continue;
      this.#unlisten.delete(listened);
      await stop();
    }
  }
}

/** Comments may come first: BullMQ's statements begin with one. */
const listenStatement = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(UNLISTEN|LISTEN)\s+("[^"]+"|\*|\w+)/i;

/** Like pg: without parameters several statements may come at once, each with a result of its own. */
async function run(
  pglite: PGlite,
  text: string,
  params: readonly unknown[] | undefined,
): Promise<QueryResult | QueryResult[]> {
  if (params !== undefined && params.length > 0) return shaped(await pglite.query(text, [...params]));
  const results = (await pglite.exec(text)).map(shaped);
  return results.length === 1 && results[0] !== undefined ? results[0] : results;
}

/** The command is what the server did: it answers COMMIT with ROLLBACK when the transaction had failed. */
function shaped({ command, rowCount, rows, fields }: Results): QueryResult {
  return { command: command ?? "", rowCount: rowCount ?? 0, rows, fields };
}
