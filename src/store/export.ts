import type { ExportStore } from "../operate/export.ts";
import { iso } from "./columns.ts";
import type { Database } from "./database.ts";
import { exportedRunRow } from "./rows.ts";
import { sql } from "./sql.ts";

const pageSize = 500;

/** Runs for analysis elsewhere, a page at a time: however many there are, no more than a page is held. */
export function createExportStore(db: Database): ExportStore {
  return {
    async *exported({ fromMs, untilMs }) {
      let after = { slot: iso(fromMs), probeId: "" };
      for (;;) {
        const page = await db.select(
          exportedRunRow,
          sql`
          SELECT ${exportedRunRow.columns} FROM plumbline.runs
          WHERE slot >= ${after.slot}::timestamptz AND slot < ${iso(untilMs)}::timestamptz
            AND (slot, probe_id) > (${after.slot}::timestamptz, ${after.probeId})
          ORDER BY slot, probe_id LIMIT ${pageSize}::int`,
        );
        yield* page;
        const last = page.at(-1);
        if (last === undefined || page.length < pageSize) return;
        after = last;
      }
    },
  };
}
