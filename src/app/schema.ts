import { setTimeout as sleep } from "node:timers/promises";
import { exitCodes, Refusal } from "../cli/io.ts";
import { type Clock, systemClock } from "../std/clock.ts";
import type { Log } from "../std/log.ts";
import { SchemaTooNew } from "../store/migrate.ts";
import type { StorePool } from "../store/pools/pool.ts";
import { migrateStore, openMigratedStore, readSchemaState, type Store } from "../store/store.ts";

export interface SchemaPolicy {
  /** How long to wait for somebody else to bring the schema up to date; it is done here when undefined. */
  readonly awaitSchemaMs?: number | undefined;
  readonly log: Log;
}

interface Patience {
  readonly clock: Clock;
  readonly sleep: (durationMs: number) => Promise<unknown>;
}

const pollMs = 1000;

/** Opens the store when its schema is fit for this program. Rejects with a Refusal when it is not, or not in time. */
export async function openStoreInTime(
  pool: StorePool,
  { awaitSchemaMs, log }: SchemaPolicy,
  retentionDays: number,
  patience: Patience = { clock: systemClock, sleep },
): Promise<Store> {
  try {
    if (awaitSchemaMs === undefined) warnOfNewer((await migrateStore(pool)).ahead, log);
    else await awaitSchema(pool, awaitSchemaMs, log, patience);
  } catch (error) {
    throw error instanceof SchemaTooNew ? new Refusal(error.message, exitCodes.usage) : error;
  }
  return openMigratedStore(pool, patience.clock.nowMs(), retentionDays);
}

async function awaitSchema(pool: StorePool, limitMs: number, log: Log, { clock, sleep }: Patience): Promise<void> {
  const untilMs = clock.nowMs() + limitMs;
  for (let isFirst = true; ; isFirst = false) {
    const { pending, ahead, breaking } = await readSchemaState(pool);
    if (breaking.length > 0) throw new SchemaTooNew(breaking);
    if (pending.length === 0) return warnOfNewer(ahead, log);
    if (isFirst) log.info("waiting for database migration: run plumbline store migrate", { pending });
    if (clock.nowMs() >= untilMs) {
      const reason = `the schema of the database is older than this program needs (it lacks ${pending.join(", ")}): run plumbline store migrate`;
      throw new Refusal(reason, exitCodes.unhealthy);
    }
    await sleep(pollMs);
  }
}

function warnOfNewer(ahead: readonly string[], log: Log): void {
  if (ahead.length > 0) log.warn("database schema is newer than this program and compatible with it", { ahead });
}
