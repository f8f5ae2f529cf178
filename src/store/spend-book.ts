import { sql, type Kysely } from "kysely";
import type { Used } from "../judgement/budget.ts";
import type { SpendBook } from "../run/watch-spend.ts";
import type { SloBook } from "../run/watch-slo.ts";
import { tally } from "./tallies.ts";
import { count, iso, type Row, text } from "./rows.ts";

/** Sums over runs and ledger, by target. */
export function createSpendBook(db: Kysely<never>): SpendBook & SloBook {
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
