import { sql, type Kysely, type Transaction } from "kysely";
import { epochMs, iso, text, type Row } from "./rows.ts";

const dayMs = 86_400_000;
const daysAhead = 3;
/** A month's counter is in use until the month is over. */
const longestSpanMs = 31 * dayMs;
/** Running totals are small, and a window may be longer than runs are kept. */
const longestWindowMs = 100 * dayMs;

/**
 * Makes the partitions of the days to come, drops those older than `retentionDays`, and clears what was delivered
 * before. No run is searched for.
 */
export async function retain(db: Kysely<never>, nowMs: number, retentionDays: number): Promise<void> {
  const today = Math.floor(nowMs / dayMs) * dayMs;
  const oldest = today - retentionDays * dayMs;
  await db.transaction().execute((tx) => makeRoom(tx, oldest, today + daysAhead * dayMs));
  for (const name of (await partitions(db)).filter((partition) => partition < partitionOf(oldest)))
    await drop(db, name);
  await clearDeliveries(db, oldest);
}

/** Processes that start together take turns. A row came before its day had a partition: it moves there now. */
async function makeRoom(tx: Transaction<never>, oldest: number, newest: number): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended('plumbline:partitions', 0))`.execute(tx);
  const existing = new Set(await partitions(tx));
  const early = await daysOfEarlyRows(tx);
  const coming = Array.from({ length: daysAhead + 1 }, (_, ahead) => newest - ahead * dayMs);
  const missing = [...new Set([...coming, ...early.filter((day) => day >= oldest && day <= newest)])].filter(
    (day) => !existing.has(partitionOf(day)),
  );
  if (missing.length > 0) await sql`LOCK TABLE plumbline.runs_other IN ACCESS EXCLUSIVE MODE`.execute(tx);
  for (const day of missing) await makePartition(tx, day);
  if (early.some((day) => day < oldest)) {
    await sql`DELETE FROM plumbline.runs_other WHERE slot < ${iso(oldest)}::timestamptz`.execute(tx);
  }
}

/**
 * Ended deliveries and old transitions go by the index of their time. What an incident that is not over needs for its
 * history stays, however old.
 */
async function clearDeliveries(db: Kysely<never>, oldest: number): Promise<void> {
  const before = iso(oldest);
  await sql`DELETE FROM plumbline.outbox WHERE state <> 'pending' AND created_at < ${before}::timestamptz`.execute(db);
  await sql`DELETE FROM plumbline.delivery_attempts WHERE started_at < ${before}::timestamptz`.execute(db);
  await sql`DELETE FROM plumbline.budgets WHERE starts < ${iso(oldest - longestSpanMs)}::timestamptz`.execute(db);
  await sql`DELETE FROM plumbline.spend_hours WHERE hour < ${before}::timestamptz`.execute(db);
  await sql`DELETE FROM plumbline.overdrafts WHERE at < ${iso(oldest - longestSpanMs)}::timestamptz`.execute(db);
  await sql`DELETE FROM plumbline.leases WHERE until < ${before}::timestamptz`.execute(db);
  await sql`DELETE FROM plumbline.planned WHERE starts_at < ${before}::timestamptz`.execute(db);
  await sql`DELETE FROM plumbline.tallies WHERE at < ${iso(oldest - longestWindowMs)}::timestamptz`.execute(db);
  await sql`DELETE FROM plumbline.digests WHERE at < ${before}::timestamptz`.execute(db);
  await sql`DELETE FROM plumbline.silences WHERE ends_at < ${before}::timestamptz`.execute(db);
  await sql`
    DELETE FROM plumbline.transitions t WHERE t.at < ${before}::timestamptz AND NOT EXISTS (
      SELECT 1 FROM plumbline.incidents i WHERE i.fingerprint = t.fingerprint AND i.state IN ('open', 'acknowledged'))`.execute(
    db,
  );
}

async function makePartition(tx: Transaction<never>, day: number): Promise<void> {
  const name = `plumbline.${partitionOf(day)}`;
  const [from, to] = [iso(day), iso(day + dayMs)];
  await sql.raw(`CREATE TABLE ${name} (LIKE plumbline.runs INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`).execute(tx);
  await sql
    .raw(
      `WITH early AS (DELETE FROM plumbline.runs_other WHERE slot >= '${from}' AND slot < '${to}' RETURNING *)
       INSERT INTO ${name} SELECT * FROM early`,
    )
    .execute(tx);
  await sql
    .raw(`ALTER TABLE plumbline.runs ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}')`)
    .execute(tx);
}

/** Everybody waits behind a drop that waits for a long query: it gives up soon, and the next call tries again. */
async function drop(db: Kysely<never>, name: string): Promise<void> {
  try {
    await db.transaction().execute(async (tx) => {
      await sql`SET LOCAL lock_timeout = '2s'`.execute(tx);
      await sql.raw(`DROP TABLE IF EXISTS plumbline.${name}`).execute(tx);
    });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === lockNotAvailable)) throw error;
  }
}

const lockNotAvailable = "55P03";

async function partitions(db: Kysely<never>): Promise<string[]> {
  const { rows } = await sql<Row>`
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'plumbline.runs'::regclass AND c.relname ~ '^runs_[0-9]{8}$'`.execute(db);
  return rows.map((row) => text(row["relname"]));
}

/** Few: the days that a monitor which was away, or a clock that jumped, left without a partition. */
async function daysOfEarlyRows(tx: Transaction<never>): Promise<number[]> {
  const { rows } = await sql<Row>`
    SELECT DISTINCT date_trunc('day', slot AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS day FROM plumbline.runs_other`.execute(
    tx,
  );
  return rows.map((row) => epochMs(row["day"]));
}

function partitionOf(dayStartMs: number): string {
  return `runs_${new Date(dayStartMs).toISOString().slice(0, 10).replaceAll("-", "")}`;
}
