import { type Kysely, sql } from "kysely";
import { epochMs, iso, type Row, text } from "./rows.ts";

/** What is added up: the runs of a target, bad ones those that failed, or with `underMs` those that took longer. */
export interface TallyKey {
  readonly target: string;
  readonly underMs?: number | undefined;
}

/** Sums of one window of one key. */
export interface Tally {
  readonly target: string;
  readonly underMs: number;
  readonly sinceMs: number;
  readonly row: Row;
}

const bucketMs = 300_000;
/** Runs of older slots have ended: their bucket is added to the totals once. */
const settleMs = 600_000;
const none = 0;

/**
 * Sums over slots from each time to now, by key. Older runs are read as the difference of two running totals, so that a
 * month costs what an hour does; only the newest quarter of an hour is counted. A window that begins among the totals
 * begins at full five minutes.
 */
export async function tally(
  db: Kysely<never>,
  keys: readonly TallyKey[],
  sinceMs: readonly number[],
  nowMs: number,
): Promise<readonly Tally[]> {
  if (keys.length === 0 || sinceMs.length === 0) return [];
  const untilMs = floor(nowMs - settleMs);
  const firstMs = Math.min(untilMs, floor(Math.min(...sinceMs)));
  await bringUp(db, keys, firstMs, untilMs);
  const wanted = keys.flatMap(({ target, underMs = none }) =>
    sinceMs.map((since) => ({ target, under_ms: underMs, since: iso(since), start: iso(floor(since)) })),
  );
  const { rows } = await sql<Row>`
    WITH k AS (SELECT * FROM jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb)
      AS k(target text, under_ms float8, since timestamptz, start timestamptz)),
    fresh AS MATERIALIZED (${counted(keysOf(keys, untilMs), untilMs, nowMs + bucketMs, "1 minute")})
    SELECT k.target, k.under_ms, k.since, ${sql.join(
      columns.map(
        (it) =>
          sql`CASE WHEN k.start < ${iso(untilMs)}::timestamptz THEN coalesce(b.${sql.ref(it)}, 0) - coalesce(a.${sql.ref(it)}, 0) ELSE 0 END
            + coalesce(f.${sql.ref(it)}, 0) AS ${sql.ref(it)}`,
      ),
    )}
    FROM k
    LEFT JOIN LATERAL (SELECT * FROM plumbline.tallies t WHERE t.target = k.target AND t.under_ms = k.under_ms
      AND t.at <= ${iso(untilMs)}::timestamptz ORDER BY t.at DESC LIMIT 1) b ON true
    LEFT JOIN LATERAL (SELECT * FROM plumbline.tallies t WHERE t.target = k.target AND t.under_ms = k.under_ms
      AND t.at <= k.start ORDER BY t.at DESC LIMIT 1) a ON true
    LEFT JOIN LATERAL (SELECT ${sql.join(columns.map((it) => sql`sum(fresh.${sql.ref(it)}) AS ${sql.ref(it)}`))} FROM fresh
      WHERE fresh.target = k.target AND fresh.under_ms = k.under_ms AND fresh.at > k.since) f ON true`.execute(db);
  return rows.map((row) => ({
    target: text(row["target"]),
    underMs: Number(row["under_ms"]),
    sinceMs: epochMs(row["since"]),
    row,
  }));
}

const columns = ["runs", "bad", "micro_usd", "tokens", "requests"] as const;

/** Adds the buckets that have settled since to the totals. Processes that do so together take turns. */
async function bringUp(db: Kysely<never>, keys: readonly TallyKey[], firstMs: number, untilMs: number): Promise<void> {
  const begin = await behind(db, keys, firstMs, untilMs);
  if (begin.length === 0) return;
  await db.transaction().execute(async (tx) => {
    await sql`SELECT pg_advisory_xact_lock(hashtextextended('plumbline:tallies', 0))`.execute(tx);
    const from = await behind(tx, keys, firstMs, untilMs);
    for (const { target, under_ms, isAnew } of from) {
      if (!isAnew) continue;
      await sql`DELETE FROM plumbline.tallies WHERE target = ${target} AND under_ms = ${under_ms}::float8`.execute(tx);
    }
    const oldest = Math.min(...from.map(({ start }) => Date.parse(start)));
    if (from.length === 0) return;
    await sql`
      WITH n AS (${counted(from, oldest, untilMs, "5 minutes")})
      INSERT INTO plumbline.tallies (target, under_ms, at, runs, bad, micro_usd, tokens, requests)
      SELECT n.target, n.under_ms, n.at, ${sql.join(
        columns.map(
          (it) =>
            sql`coalesce(last.${sql.ref(it)}, 0) + sum(n.${sql.ref(it)}) OVER (PARTITION BY n.target, n.under_ms ORDER BY n.at)`,
        ),
      )}
      FROM n LEFT JOIN LATERAL (SELECT * FROM plumbline.tallies t WHERE t.target = n.target AND t.under_ms = n.under_ms
        ORDER BY t.at DESC LIMIT 1) last ON true`.execute(tx);
    await sql`
      INSERT INTO plumbline.tallied (target, under_ms, since, until)
      SELECT k.target, k.under_ms, k.start, ${iso(untilMs)}::timestamptz
      FROM jsonb_to_recordset(${JSON.stringify(from)}::jsonb) AS k(target text, under_ms float8, start timestamptz)
      ON CONFLICT (target, under_ms) DO UPDATE SET until = excluded.until,
        since = least(plumbline.tallied.since, excluded.since)`.execute(tx);
  });
}

interface Start {
  readonly target: string;
  readonly under_ms: number;
  /** ISO 8601: from where it is to be counted. */
  readonly start: string;
  readonly isAnew: boolean;
}

/** Keys whose totals are not up to date, and from where on; those that do not go back far enough begin anew. */
async function behind(
  db: Kysely<never>,
  keys: readonly TallyKey[],
  firstMs: number,
  untilMs: number,
): Promise<readonly Start[]> {
  const { rows } = await sql<Row>`
    SELECT k.target, k.under_ms, t.since, t.until
    FROM jsonb_to_recordset(${JSON.stringify(keysOf(keys, firstMs))}::jsonb) AS k(target text, under_ms float8)
    LEFT JOIN plumbline.tallied t ON t.target = k.target AND t.under_ms = k.under_ms
    WHERE t.until IS NULL OR t.until < ${iso(untilMs)}::timestamptz OR t.since > ${iso(firstMs)}::timestamptz`.execute(
    db,
  );
  return rows.map((row) => {
    const isAnew = row["since"] === null || epochMs(row["since"]) > firstMs;
    const start = iso(isAnew ? firstMs : epochMs(row["until"]));
    return { target: text(row["target"]), under_ms: Number(row["under_ms"]), start, isAnew };
  });
}

function keysOf(keys: readonly TallyKey[], startMs: number): readonly Start[] {
  const distinct = new Map(
    keys.map(({ target, underMs = none }) => [
      `${target} ${underMs}`,
      { target, under_ms: underMs, start: iso(startMs), isAnew: false },
    ]),
  );
  return [...distinct.values()];
}

/** Counts runs by key and bucket, and what was used by who was asked; `at` is the end of the bucket. */
function counted(starts: readonly Start[], fromMs: number, toMs: number, bucket: "1 minute" | "5 minutes") {
  const counts = sql`r.target = s.target AND r.state = 'done' AND r.verdict <> 'inconclusive'`;
  const uses = sql`coalesce(r.billed_to, r.target) = s.target AND r.state IN ('claimed', 'done', 'interrupted')`;
  return sql`
    SELECT s.target, s.under_ms, date_bin(${bucket}::interval, r.slot, 'epoch'::timestamptz) + ${bucket}::interval AS at,
      count(*) FILTER (WHERE ${counts}) AS runs,
      count(*) FILTER (WHERE ${counts} AND CASE WHEN s.under_ms = 0 THEN r.verdict = 'fail'
        ELSE r.total_ms IS NULL OR r.total_ms >= s.under_ms END) AS bad,
      coalesce(sum(coalesce(r.micro_usd, r.reserved_micro_usd)) FILTER (WHERE ${uses}), 0) AS micro_usd,
      coalesce(sum(coalesce(r.tokens, r.reserved_tokens)) FILTER (WHERE ${uses}), 0) AS tokens,
      coalesce(sum(coalesce(r.requests, r.reserved_requests)) FILTER (WHERE ${uses}), 0) AS requests
    FROM plumbline.runs r
    JOIN jsonb_to_recordset(${JSON.stringify(starts)}::jsonb) AS s(target text, under_ms float8, start timestamptz)
      ON s.target IN (r.target, r.billed_to) AND r.slot >= s.start
    WHERE r.slot >= ${iso(fromMs)}::timestamptz AND r.slot < ${iso(toMs)}::timestamptz GROUP BY 1, 2, 3`;
}

function floor(atMs: number): number {
  return Math.floor(atMs / bucketMs) * bucketMs;
}
