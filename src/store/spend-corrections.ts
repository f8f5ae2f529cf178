import type { Used } from "../judgement/spend/budget.ts";
import type { CorrectionStore, CorrectionView } from "../operate/spend.ts";
import { iso, jsonOr, rowSchema, sum, text, timeMs } from "./columns.ts";
import type { Database } from "./database.ts";
import { sql } from "./sql.ts";

const doneRow = rowSchema<{ done: Omit<CorrectionView, "target"> | undefined }>({ done: jsonOr("done", undefined) });

/** What people put right in the ledger. */
export function createCorrectionStore(db: Database): CorrectionStore {
  return {
    async correctSpend({ atMs, ...correction }, { by, what, subject, why, atMs: correctedAtMs }) {
      const wanted = { ...correction, at: iso(atMs), correctedAt: iso(correctedAtMs), by, what, subject, why };
      const [row = {}] = await db.execute(
        sql`SELECT plumbline.correct_spend(${JSON.stringify(wanted)}::jsonb) AS done`,
      );
      return doneRow.decode(row).done;
    },
  };
}

const correctedRow = rowSchema<Used & { target: string; sinceMs: number }>({
  target: text("target", "c.target"),
  sinceMs: timeMs("since", "k.since"),
  microUsd: sum("micro_usd", "sum(c.micro_usd)"),
  tokens: sum("tokens", "sum(c.tokens)"),
  requests: sum("requests", "sum(c.requests)"),
});

/** Corrections of these targets from each time to now: what sums over runs do not have. */
export function correctedSince(db: Database, targets: readonly string[], sinceMs: readonly number[], nowMs: number) {
  return db.select(
    correctedRow,
    sql`
    SELECT ${correctedRow.columns} FROM unnest(${sinceMs.map(iso)}::timestamptz[]) AS k(since)
    JOIN plumbline.spend_corrections c ON c.at >= k.since AND c.at <= ${iso(nowMs)}::timestamptz
    WHERE c.target = ANY(${targets}::text[]) GROUP BY c.target, k.since`,
  );
}
