import { sql, type Kysely } from "kysely";
import type { PlannedChange } from "../run/planned.ts";
import type { PlannedStore } from "../operate/series-feedback.ts";
import { record } from "./audit-log.ts";
import { epochMs, iso, optionalText, type Row, text } from "./rows.ts";

/** What people have planned, begun or not. */
export function createPlannedStore(db: Kysely<never>): PlannedStore {
  return {
    async planned(fromMs) {
      const { rows } = await sql<Row>`
        SELECT * FROM plumbline.planned WHERE starts_at > ${iso(fromMs)}::timestamptz ORDER BY starts_at`.execute(db);
      return rows.map(plannedOf);
    },

    plan: ({ id, target, probeId, startsAtMs, by, why }, act) =>
      db.transaction().execute(async (tx) => {
        await sql`
          INSERT INTO plumbline.planned (id, target, probe_id, starts_at, by, why)
          VALUES (${id}, ${target ?? null}, ${probeId ?? null}, ${iso(startsAtMs)}::timestamptz, ${by}, ${why})`.execute(
          tx,
        );
        await record(tx, act);
      }),

    unplan: (id, act) =>
      db.transaction().execute(async (tx) => {
        const { rows } = await sql<Row>`
          DELETE FROM plumbline.planned WHERE id = ${id} AND starts_at > ${iso(act.atMs)}::timestamptz RETURNING id`.execute(
          tx,
        );
        if (rows.length === 1) await record(tx, act);
        return rows.length === 1;
      }),
  };
}

/** Rows as one JSON array; null: there are none. */
export function plannedIn(stored: unknown): readonly PlannedChange[] {
  return Array.isArray(stored) ? (stored as Row[]).map(plannedOf) : [];
}

function plannedOf(row: Row): PlannedChange {
  return {
    id: text(row["id"]),
    target: optionalText(row["target"]),
    probeId: optionalText(row["probe_id"]),
    startsAtMs: epochMs(row["starts_at"]),
    by: text(row["by"]),
    why: text(row["why"]),
  };
}
