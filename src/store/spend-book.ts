import { sql, type Kysely } from "kysely";
import type { Used } from "../judgement/budget.ts";
import type { SpendBook } from "../run/watch-spend.ts";
import type { SloBook } from "../run/watch-slo.ts";
import { count, iso, type Row, text } from "./rows.ts";

/** Sums over runs and ledger, by target. */
export function createSpendBook(db: Kysely<never>): SpendBook & SloBook {
  return {
    async countedSince(target, sinceMs, underMs) {
      const { rows } = await sql<Row>`
        SELECT count(*) AS runs, count(*) FILTER (WHERE CASE WHEN ${underMs ?? null}::float8 IS NULL THEN verdict = 'fail'
          ELSE total_ms IS NULL OR total_ms >= ${underMs ?? null}::float8 END) AS bad
        FROM plumbline.runs WHERE target = ${target} AND slot >= ${iso(sinceMs)}::timestamptz AND state = 'done'
          AND verdict <> 'inconclusive'`.execute(db);
      return { runs: count(rows[0]?.["runs"]), bad: count(rows[0]?.["bad"]) };
    },

    async usedSince(sinceMs) {
      const { rows } = await sql<Row>`
        SELECT target, sum(coalesce(micro_usd, reserved_micro_usd, 0)) AS micro_usd,
          sum(coalesce(tokens, reserved_tokens, 0)) AS tokens, sum(coalesce(requests, reserved_requests, 0)) AS requests
        FROM plumbline.runs WHERE slot >= ${iso(sinceMs)}::timestamptz AND state IN ('claimed', 'done', 'interrupted')
        GROUP BY target`.execute(db);
      return usedByTarget(rows);
    },

    async ledgerSince(dayMs) {
      const { rows } = await sql<Row>`
        SELECT target, sum(micro_usd) AS micro_usd, sum(tokens) AS tokens, sum(requests) AS requests
        FROM plumbline.spend WHERE day >= ${iso(dayMs).slice(0, 10)}::date GROUP BY target`.execute(db);
      return usedByTarget(rows);
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
  return new Map(
    rows.map((row) => [
      text(row["target"]),
      { microUsd: count(row["micro_usd"]), tokens: count(row["tokens"]), requests: count(row["requests"]) },
    ]),
  );
}
