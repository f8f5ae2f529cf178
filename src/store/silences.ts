import type { SilenceStore } from "../operate/silences.ts";
import { record, recordIfChanged } from "./audit-log.ts";
import { iso } from "./columns.ts";
import type { Database } from "./database.ts";
import { silenceRow } from "./rows.ts";
import { sql } from "./sql.ts";

export function createSilenceStore(db: Database): SilenceStore {
  return {
    silences: (nowMs) =>
      db.select(
        silenceRow,
        sql`SELECT ${silenceRow.columns} FROM plumbline.silences WHERE ends_at > ${iso(nowMs)}::timestamptz ORDER BY ends_at`,
      ),

    addSilence: ({ id, matcher, startsAtMs, endsAtMs, by, why, endsWith }, entry) =>
      db.transaction(async (tx) => {
        await tx.execute(sql`
          INSERT INTO plumbline.silences (id, matcher, starts_at, ends_at, by, why, ends_with) VALUES (${id},
            ${JSON.stringify(matcher)}::jsonb, ${iso(startsAtMs)}::timestamptz, ${iso(endsAtMs)}::timestamptz, ${by}, ${why},
            ${endsWith})`);
        await record(tx, entry);
      }),

    endSilence: (id, entry) =>
      recordIfChanged(
        db,
        entry,
        sql`
        UPDATE plumbline.silences SET ends_at = ${iso(entry.atMs)}::timestamptz
        WHERE id = ${id} AND ends_at > ${iso(entry.atMs)}::timestamptz RETURNING id`,
      ),

    extendSilence: (id, endsAtMs, entry) =>
      recordIfChanged(
        db,
        entry,
        sql`
        UPDATE plumbline.silences SET ends_at = ${iso(endsAtMs)}::timestamptz
        WHERE id = ${id} AND ends_at > ${iso(entry.atMs)}::timestamptz RETURNING id`,
      ),
  };
}
