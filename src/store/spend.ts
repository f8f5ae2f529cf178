import { sql, type Kysely } from "kysely";
import { type Used, windowOf } from "../judgement/spend/budget.ts";
import type { SpendStore } from "../upkeep/check-spend.ts";
import type { SloStore } from "../upkeep/check-slo.ts";
import { tally } from "./tallies.ts";
import { count, epochMs, iso, optionalCount, type Row, text } from "./rows.ts";

/** Sums over runs and ledger, by target. */
export function createSpendStore(db: Kysely<never>): SpendStore & SloStore {
  return {
    async countedIn(objectives, lengthsMs, nowMs) {
      const starts = lengthsMs.map((length) => nowMs - length);
      const found = await tally(db, objectives, starts, nowMs);
      return objectives.map(({ target, underMs = 0 }) => {
        const own = found.filter((it) => it.target === target && it.underMs === underMs);
        return new Map(
          own.map(({ sinceMs, row }) => [nowMs - sinceMs, { runs: count(row["runs"]), bad: count(row["bad"]) }]),
        );
      });
    },

    async usedIn(targets, sinceMs, nowMs) {
      const keys = targets.map((target) => ({ target }));
      const found = await tally(db, keys, sinceMs, nowMs);
      return sinceMs.map((since) => usedByTarget(found.filter((it) => it.sinceMs === since).map(({ row }) => row)));
    },

    async usedUnder(caps, nowMs) {
      if (caps.length === 0) return [];
      const wanted = caps.map(({ scope, span, targets }, n) => ({
        n,
        scope,
        span,
        targets,
        starts: iso(windowOf(span, nowMs).startMs),
      }));
      const { rows } = await sql<Row>`
        SELECT greatest(u.micro_usd, b.micro_usd) AS micro_usd, greatest(u.tokens, b.tokens) AS tokens,
          greatest(u.requests, b.requests) AS requests
        FROM jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb)
          AS k(n int, scope text, span text, targets jsonb, starts timestamptz)
        CROSS JOIN LATERAL plumbline.used_under(k.scope, k.targets, k.span, k.starts) u
        LEFT JOIN plumbline.budgets b ON b.scope = k.scope AND b.span = k.span AND b.starts = k.starts
        ORDER BY k.n`.execute(db);
      return rows.map(usedOf);
    },

    async usedLately(sinceMs, nowMs) {
      const earliest = iso(windowOf("hour", sinceMs).startMs);
      // The ledger began at some moment of its first hour, which is left out: only whole hours tell a pace.
      const { rows } = await sql<Row>`
        WITH known AS (
          SELECT greatest(${earliest}::timestamptz, coalesce(min(hour) + interval '1 hour', ${iso(nowMs)}::timestamptz)) AS since
          FROM plumbline.spend_hours)
        SELECT k.since, s.target, sum(s.micro_usd) AS micro_usd, sum(s.tokens) AS tokens, sum(s.requests) AS requests
        FROM known k LEFT JOIN plumbline.spend_hours s ON s.hour >= k.since AND s.hour <= ${iso(nowMs)}::timestamptz
        GROUP BY k.since, s.target`.execute(db);
      const found = rows.filter((row) => row["target"] !== null);
      return { sinceMs: Math.min(nowMs, epochMs(rows[0]?.["since"])), byTarget: usedByTarget(found) };
    },

    async overdraftsSince(sinceMs) {
      const { rows } = await sql<Row>`
        SELECT o.*, EXISTS (SELECT 1 FROM plumbline.incidents i CROSS JOIN LATERAL jsonb_to_record(i.body)
            AS b(kind text, "firstBadSlotMs" float8, "resolvedAtMs" float8)
          WHERE i.probe_id = o.probe_id AND b.kind IN ('usage', 'budget')
            AND o.at >= to_timestamp(b."firstBadSlotMs" / 1000)
            AND (i.state <> 'resolved' OR o.at <= to_timestamp(b."resolvedAtMs" / 1000))) AS is_explained
        FROM plumbline.overdrafts o WHERE o.at > ${iso(sinceMs)}::timestamptz ORDER BY o.probe_id, o.model`.execute(db);
      return rows.map((row) => ({
        probeId: text(row["probe_id"]),
        model: text(row["model"]),
        atMs: epochMs(row["at"]),
        tokens: count(row["tokens"]),
        plannedTokens: count(row["planned_tokens"]),
        microUsd: optionalCount(row["micro_usd"]),
        plannedMicroUsd: optionalCount(row["planned_micro_usd"]),
        isExplained: row["is_explained"] === true,
      }));
    },

    async skippedSince(sinceMs) {
      const { rows } = await sql<Row>`
        SELECT target, count(*) AS runs FROM plumbline.runs
        WHERE slot >= ${iso(sinceMs)}::timestamptz AND state = 'skipped' AND reason = 'spend-cap' GROUP BY target`.execute(
        db,
      );
      return new Map(rows.map((row) => [text(row["target"]), count(row["runs"])]));
    },
  };
}

function usedByTarget(rows: readonly Row[]): ReadonlyMap<string, Used> {
  return new Map(rows.map((row) => [text(row["target"]), usedOf(row)]));
}

function usedOf(row: Row): Used {
  return { microUsd: count(row["micro_usd"]), tokens: count(row["tokens"]), requests: count(row["requests"]) };
}
