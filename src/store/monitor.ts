import type { CapacityStore } from "../upkeep/check-capacity.ts";
import type { LimitsStore, ReachedLimit } from "../upkeep/check-limits.ts";
import type { MonitorStore } from "../upkeep/check-monitor.ts";
import { iso, number, rowSchema, text, timeMs } from "./columns.ts";
import type { Database } from "./database.ts";
import { sql } from "./sql.ts";

const reachedLimitRow = rowSchema<ReachedLimit>({
  location: text("location"),
  reason: text("reason", "regexp_replace(unjudged ->> 0, '^run: ', '')"),
  runId: text("run_id", "max(run_id)"),
  runs: number("runs", "count(*)"),
});

const leftOutRow = rowSchema({ location: text("location"), slots: number("slots", "sum(slots)") });

const lastDoneRow = rowSchema({
  probeId: text("probe_id"),
  endedAtMs: timeMs("last_done_at"),
});

/** What Plumbline checks of itself. */
export function createMonitorStore(db: Database): CapacityStore & LimitsStore & MonitorStore {
  return {
    async lastDone() {
      const rows = await db.select(
        lastDoneRow,
        sql`SELECT ${lastDoneRow.columns} FROM plumbline.progress WHERE last_done_at IS NOT NULL`,
      );
      return new Map(rows.map(({ probeId, endedAtMs }) => [probeId, endedAtMs]));
    },

    leftOut: (sinceMs) =>
      db.select(
        leftOutRow,
        sql`
        SELECT ${leftOutRow.columns} FROM plumbline.left_out WHERE minute >= ${iso(sinceMs)}::timestamptz
        GROUP BY location ORDER BY location`,
      ),

    reachedLimits: (sinceMs) =>
      db.select(
        reachedLimitRow,
        sql`
        SELECT ${reachedLimitRow.columns} FROM plumbline.runs
        WHERE slot > ${iso(sinceMs)}::timestamptz AND verdict = 'inconclusive'
          AND observations @> '[{"outcome": {"class": "local"}}]' GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 10`,
      ),
  };
}
