import type { Used } from "../judgement/spend/budget.ts";
import { iso, number, optionalTimeMs, rowSchema, text, timeMs } from "./columns.ts";
import type { Database, Executor } from "./database.ts";
import { lock, lockKeys } from "./locks.ts";
import { raw, sql, type Statement } from "./sql.ts";

/** What is added up: the runs of a target, bad ones those that failed, or with `underMs` those that took longer. */
export interface TallyKey {
  readonly target: string;
  readonly underMs?: number | undefined;
}

/** Sums of one window of one key. */
export interface Tally extends Used {
  readonly target: string;
  readonly underMs: number;
  readonly sinceMs: number;
  readonly runs: number;
  readonly bad: number;
}

const bucketMs = 300_000;
/** Runs of older slots have ended: their bucket is added to the totals once. */
const settleMs = 600_000;
/** The first time, it is every run that is kept. */
const longestStatementMs = 60_000;
const none = 0;

const tallyRow = rowSchema<Tally>({
  target: text("target"),
  underMs: number("under_ms"),
  sinceMs: timeMs("since"),
  runs: number("runs"),
  bad: number("bad"),
  microUsd: number("micro_usd"),
  tokens: number("tokens"),
  requests: number("requests"),
});

const sums = ["runs", "bad", "micro_usd", "tokens", "requests"];
const eachSum = (write: (name: string) => string): Statement => raw(sums.map(write).join(", "));

/**
 * Sums over slots from each time to now, by key. Older runs are read as the difference of two running totals, so that a
 * month costs what an hour does; only the newest quarter of an hour is counted. A window that begins among the totals
 * begins at full five minutes.
 */
export async function tally(
  db: Database,
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
  return db.select(
    tallyRow,
    sql`
    WITH k AS (SELECT *, start < ${iso(untilMs)}::timestamptz AS is_settled
      FROM jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb)
      AS k(target text, under_ms float8, since timestamptz, start timestamptz)),
    fresh AS MATERIALIZED (${counted(keysOf(keys, untilMs), untilMs, nowMs + bucketMs, "1 minute")})
    SELECT k.target, k.under_ms, k.since, ${eachSum(
      (it) =>
        `CASE WHEN k.is_settled THEN coalesce(b.${it}, 0) - coalesce(a.${it}, 0) ELSE 0 END + coalesce(f.${it}, 0) AS ${it}`,
    )}
    FROM k
    LEFT JOIN LATERAL (SELECT * FROM plumbline.tallies t WHERE t.target = k.target AND t.under_ms = k.under_ms
      AND t.at <= ${iso(untilMs)}::timestamptz ORDER BY t.at DESC LIMIT 1) b ON true
    LEFT JOIN LATERAL (SELECT * FROM plumbline.tallies t WHERE t.target = k.target AND t.under_ms = k.under_ms
      AND t.at <= k.start ORDER BY t.at DESC LIMIT 1) a ON true
    LEFT JOIN LATERAL (SELECT ${eachSum((it) => `sum(fresh.${it}) AS ${it}`)} FROM fresh
      WHERE fresh.target = k.target AND fresh.under_ms = k.under_ms AND fresh.at > k.since) f ON true`,
  );
}

/** Adds the buckets that have settled since to the totals. Processes that do so together take turns. */
async function bringUp(db: Database, keys: readonly TallyKey[], firstMs: number, untilMs: number): Promise<void> {
  const begin = await behind(db, keys, firstMs, untilMs);
  if (begin.length === 0) return;
  await db.transaction(async (tx) => {
    await lock(tx, lockKeys.tallies());
    const from = await behind(tx, keys, firstMs, untilMs);
    if (from.length === 0) return;
    for (const { target, under_ms, isAnew } of from) {
      if (!isAnew) continue;
      await tx.execute(sql`DELETE FROM plumbline.tallies WHERE target = ${target} AND under_ms = ${under_ms}::float8`);
    }
    const oldest = Math.min(...from.map(({ start }) => Date.parse(start)));
    await tx.execute(sql`
      WITH n AS (${counted(from, oldest, untilMs, "5 minutes")})
      INSERT INTO plumbline.tallies (target, under_ms, at, ${eachSum((it) => it)})
      SELECT n.target, n.under_ms, n.at, ${eachSum(
        (it) => `coalesce(last.${it}, 0) + sum(n.${it}) OVER (PARTITION BY n.target, n.under_ms ORDER BY n.at)`,
      )}
      FROM n LEFT JOIN LATERAL (SELECT * FROM plumbline.tallies t WHERE t.target = n.target AND t.under_ms = n.under_ms
        ORDER BY t.at DESC LIMIT 1) last ON true`);
    await tx.execute(sql`
      INSERT INTO plumbline.tallied (target, under_ms, since, until)
      SELECT k.target, k.under_ms, k.start, ${iso(untilMs)}::timestamptz
      FROM jsonb_to_recordset(${JSON.stringify(from)}::jsonb) AS k(target text, under_ms float8, start timestamptz)
      ON CONFLICT (target, under_ms) DO UPDATE SET until = excluded.until,
        since = least(plumbline.tallied.since, excluded.since)`);
  }, longestStatementMs);
}

interface Start {
  readonly target: string;
  readonly under_ms: number;
  /** ISO 8601: from where it is to be counted. */
  readonly start: string;
  readonly isAnew: boolean;
}

const talliedRow = rowSchema<{
  target: string;
  underMs: number;
  sinceMs: number | undefined;
  untilMs: number | undefined;
}>({
  target: text("target", "k.target"),
  underMs: number("under_ms", "k.under_ms"),
  sinceMs: optionalTimeMs("since", "t.since"),
  untilMs: optionalTimeMs("until", "t.until"),
});

/** Keys whose totals are not up to date, and from where on; those that do not go back far enough begin anew. */
async function behind(
  db: Executor,
  keys: readonly TallyKey[],
  firstMs: number,
  untilMs: number,
): Promise<readonly Start[]> {
  const rows = await db.select(
    talliedRow,
    sql`
    SELECT ${talliedRow.columns}
    FROM jsonb_to_recordset(${JSON.stringify(keysOf(keys, firstMs))}::jsonb) AS k(target text, under_ms float8)
    LEFT JOIN plumbline.tallied t ON t.target = k.target AND t.under_ms = k.under_ms
    WHERE t.until IS NULL OR t.until < ${iso(untilMs)}::timestamptz OR t.since > ${iso(firstMs)}::timestamptz`,
  );
  return rows.map(({ target, underMs, sinceMs, untilMs: doneMs }) => {
    const isAnew = sinceMs === undefined || doneMs === undefined || sinceMs > firstMs;
    return { target, under_ms: underMs, start: iso(isAnew ? firstMs : doneMs), isAnew };
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
function counted(starts: readonly Start[], fromMs: number, toMs: number, bucket: "1 minute" | "5 minutes"): Statement {
  const counts = raw("r.target = s.target AND r.state = 'done' AND r.verdict <> 'inconclusive'");
  const uses = raw("coalesce(r.billed_to, r.target) = s.target AND r.state IN ('claimed', 'done', 'interrupted')");
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
