import type { SpendDay, SpendDayStore } from "../operate/spend-days.ts";
import { iso, number, rowSchema, sum, timeMs } from "./columns.ts";
import type { Database } from "./database.ts";
import { spendRow } from "./overview.ts";
import { sql } from "./sql.ts";

const dayRow = rowSchema<SpendDay>({
  dayMs: timeMs("start", "day::timestamp AT TIME ZONE 'UTC'"),
  microUsd: sum("micro_usd", "sum(micro_usd)"),
  tokens: sum("tokens", "sum(tokens)"),
  requests: number("requests", "sum(requests)"),
});

export function createSpendDayStore(db: Database): SpendDayStore {
  return {
    spendOfDay: (nowMs) =>
      db.select(
        spendRow,
        sql`
        SELECT ${spendRow.columns} FROM plumbline.spend
        WHERE day = (${iso(nowMs)}::timestamptz AT TIME ZONE 'UTC')::date ORDER BY micro_usd DESC, target LIMIT 1000`,
      ),
    spendDays: (sinceMs) =>
      db.select(
        dayRow,
        sql`
        SELECT ${dayRow.columns} FROM plumbline.spend
        WHERE day > (${iso(sinceMs)}::timestamptz AT TIME ZONE 'UTC')::date GROUP BY day ORDER BY day`,
      ),
  };
}
