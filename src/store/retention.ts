import { iso, rowSchema, text, timeMs } from "./columns.ts";
import type { Database, Executor, Transaction } from "./database.ts";
import { lock, lockKeys } from "./locks.ts";
import { sql } from "./sql.ts";

const dayMs = 86_400_000;
const daysAhead = 3;
/** A month's counter is in use until the month is over. */
const longestSpanMs = 31 * dayMs;
/** Nobody waits for what is cleared. */
const longestStatementMs = 60_000;
/** Sums of hours are small, and a status page shows 90 days. */
const keptHoursMs = 400 * dayMs;
/** Running totals are small, and a window may be longer than runs are kept. */
const longestWindowMs = 100 * dayMs;

/**
 * Makes the partitions of the days to come, drops those older than `retentionDays`, and clears what was delivered
 * before. No run is searched for.
 */
export async function retain(db: Database, nowMs: number, retentionDays: number): Promise<void> {
  const today = Math.floor(nowMs / dayMs) * dayMs;
  const oldest = today - retentionDays * dayMs;
  await db.transaction((tx) => makeRoom(tx, oldest, today + daysAhead * dayMs), longestStatementMs);
  for (const name of (await partitions(db)).filter((partition) => partition < partitionOf(oldest)))
    await drop(db, name);
  await db.transaction((tx) => clearOld(tx, oldest), longestStatementMs);
}

/** Processes that start together take turns. A row came before its day had a partition: it moves there now. */
async function makeRoom(tx: Transaction, oldest: number, newest: number): Promise<void> {
  await lock(tx, lockKeys.partitions());
  const existing = new Set(await partitions(tx));
  const early = await daysOfEarlyRows(tx);
  const coming = Array.from({ length: daysAhead + 1 }, (_, ahead) => newest - ahead * dayMs);
  const missing = [...new Set([...coming, ...early.filter((day) => day >= oldest && day <= newest)])].filter(
    (day) => !existing.has(partitionOf(day)),
  );
  if (missing.length > 0) await tx.define("LOCK TABLE plumbline.runs_other IN ACCESS EXCLUSIVE MODE");
  for (const day of missing) await makePartition(tx, day);
  if (early.some((day) => day < oldest)) {
    await tx.execute(sql`DELETE FROM plumbline.runs_other WHERE slot < ${iso(oldest)}::timestamptz`);
  }
}

/**
 * Ended deliveries and old transitions go by the index of their time. What an incident that is not over needs for its
 * history stays, however old.
 */
async function clearOld(tx: Transaction, oldest: number): Promise<void> {
  const before = iso(oldest);
  await tx.execute(sql`DELETE FROM plumbline.outbox WHERE state <> 'pending' AND created_at < ${before}::timestamptz`);
  await tx.execute(sql`DELETE FROM plumbline.delivery_attempts WHERE started_at < ${before}::timestamptz`);
  await tx.execute(sql`DELETE FROM plumbline.outlines WHERE day < (${before}::timestamptz AT TIME ZONE 'UTC')::date`);
  await tx.execute(sql`DELETE FROM plumbline.budgets WHERE starts < ${iso(oldest - longestSpanMs)}::timestamptz`);
  await tx.execute(sql`DELETE FROM plumbline.spend_hours WHERE hour < ${before}::timestamptz`);
  await tx.execute(sql`DELETE FROM plumbline.left_out WHERE minute < ${before}::timestamptz`);
  await tx.execute(
    sql`DELETE FROM plumbline.spend_corrections WHERE at < ${iso(oldest - longestWindowMs)}::timestamptz`,
  );
  await tx.execute(sql`DELETE FROM plumbline.overdrafts WHERE at < ${iso(oldest - longestSpanMs)}::timestamptz`);
  await tx.execute(
    sql`DELETE FROM plumbline.progress WHERE greatest(last_slot, accounted_until) < ${before}::timestamptz`,
  );
  await tx.execute(sql`DELETE FROM plumbline.run_hours WHERE hour < ${iso(oldest - keptHoursMs)}::timestamptz`);
  await tx.execute(sql`DELETE FROM plumbline.sessions WHERE expires_at < ${before}::timestamptz`);
  await tx.execute(sql`DELETE FROM plumbline.leases WHERE until < ${before}::timestamptz`);
  await tx.execute(sql`DELETE FROM plumbline.asked_slots WHERE slot < ${before}::timestamptz`);
  await tx.execute(sql`DELETE FROM plumbline.planned WHERE starts_at < ${before}::timestamptz`);
  await tx.execute(sql`DELETE FROM plumbline.tallies WHERE at < ${iso(oldest - longestWindowMs)}::timestamptz`);
  await tx.execute(sql`DELETE FROM plumbline.digests WHERE at < ${before}::timestamptz`);
  await tx.execute(sql`DELETE FROM plumbline.silences WHERE ends_at < ${before}::timestamptz`);
  await tx.execute(sql`
    DELETE FROM plumbline.transitions t WHERE t.at < ${before}::timestamptz AND NOT EXISTS (
      SELECT 1 FROM plumbline.incidents i WHERE i.fingerprint = t.fingerprint AND i.state IN ('open', 'acknowledged'))`);
}

async function makePartition(tx: Transaction, day: number): Promise<void> {
  const name = `plumbline.${partitionOf(day)}`;
  const [from, to] = [iso(day), iso(day + dayMs)];
  await tx.define(`
    CREATE TABLE ${name} (LIKE plumbline.runs INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
    WITH early AS (DELETE FROM plumbline.runs_other WHERE slot >= '${from}' AND slot < '${to}' RETURNING *)
      INSERT INTO ${name} SELECT * FROM early;
    ALTER TABLE plumbline.runs ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}')`);
}

/** Everybody waits behind a drop that waits for a long query: it gives up soon, and the next call tries again. */
async function drop(db: Database, name: string): Promise<void> {
  try {
    await db.transaction(async (tx) => {
      await tx.define(`SET LOCAL lock_timeout = '2s'; DROP TABLE IF EXISTS plumbline.${name}`);
    });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === lockNotAvailable)) throw error;
  }
}

const lockNotAvailable = "55P03";

const partitionRow = rowSchema({ name: text("relname") });

async function partitions(db: Executor): Promise<string[]> {
  const rows = await db.select(
    partitionRow,
    sql`
    SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'plumbline.runs'::regclass AND c.relname ~ '^runs_[0-9]{8}$'`,
  );
  return rows.map(({ name }) => name);
}

const dayRow = rowSchema({ startMs: timeMs("day") });

/** Few: the days that a monitor which was away, or a clock that jumped, left without a partition. */
async function daysOfEarlyRows(tx: Transaction): Promise<number[]> {
  const rows = await tx.select(
    dayRow,
    sql`
    SELECT DISTINCT date_trunc('day', slot AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS day FROM plumbline.runs_other`,
  );
  return rows.map(({ startMs }) => startMs);
}

function partitionOf(dayStartMs: number): string {
  return `runs_${new Date(dayStartMs).toISOString().slice(0, 10).replaceAll("-", "")}`;
}
