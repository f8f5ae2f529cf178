import type { PlannedStore } from "../operate/plan-changes.ts";
import { record, recordIfChanged } from "./audit-log.ts";
import { iso } from "./columns.ts";
import type { Database } from "./database.ts";
import { plannedRow } from "./rows.ts";
import { sql } from "./sql.ts";

/** Changes that people have planned, begun or not. */
export function createPlannedStore(db: Database): PlannedStore {
  return {
    planned: (fromMs) =>
      db.select(
        plannedRow,
        sql`SELECT ${plannedRow.columns} FROM plumbline.planned WHERE starts_at > ${iso(fromMs)}::timestamptz ORDER BY starts_at`,
      ),

    plan: ({ id, target, probeId, startsAtMs, by, why }, entry) =>
      db.transaction(async (tx) => {
        await tx.execute(sql`
          INSERT INTO plumbline.planned (id, target, probe_id, starts_at, by, why)
          VALUES (${id}, ${target ?? null}, ${probeId ?? null}, ${iso(startsAtMs)}::timestamptz, ${by}, ${why})`);
        await record(tx, entry);
      }),

    unplan: (id, entry) =>
      recordIfChanged(
        db,
        entry,
        sql`DELETE FROM plumbline.planned WHERE id = ${id} AND starts_at > ${iso(entry.atMs)}::timestamptz RETURNING id`,
      ),
  };
}
