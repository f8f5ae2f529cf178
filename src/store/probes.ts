import type { Pause } from "../operate/overview.ts";
import type { ProbeStore } from "../operate/manage-probes.ts";
import { record, recordIfChanged } from "./audit-log.ts";
import { iso } from "./columns.ts";
import type { Database } from "./database.ts";
import { pauseRow, runDetailRow, runSummaryRow } from "./rows.ts";
import { sql } from "./sql.ts";

/** Pauses and single runs, for people. */
export function createProbeStore(
  db: Database,
): Omit<ProbeStore, "overview" | "schedules" | "newestRuns" | "learningOf"> {
  return {
    pauses: () => readPauses(db),

    pause: ({ probeId, by, why, sinceMs }, entry) =>
      recordIfChanged(
        db,
        entry,
        sql`
        INSERT INTO plumbline.pauses (probe_id, by, why, since) VALUES (${probeId}, ${by}, ${why}, ${iso(sinceMs)}::timestamptz)
        ON CONFLICT DO NOTHING RETURNING probe_id`,
      ),

    resume: (probeId, entry) =>
      recordIfChanged(db, entry, sql`DELETE FROM plumbline.pauses WHERE probe_id = ${probeId} RETURNING probe_id`),

    recordAct: (entry) => db.transaction((tx) => record(tx, entry)),

    runs: (probeId, limit, how = "all") =>
      db.select(
        runSummaryRow,
        sql`
        SELECT ${runSummaryRow.columns} FROM plumbline.runs WHERE probe_id = ${probeId}
          AND (${how} = 'all' OR verdict = ${how} OR state = ${how}) ORDER BY slot DESC LIMIT ${limit}::int`,
      ),

    async run(id) {
      const at = id.lastIndexOf("/");
      const slotMs = Date.parse(id.slice(at + 1));
      if (at < 1 || Number.isNaN(slotMs)) return undefined;
      const [run] = await db.select(
        runDetailRow,
        sql`
        SELECT ${runDetailRow.columns} FROM plumbline.runs
        WHERE probe_id = ${id.slice(0, at)} AND slot = ${iso(slotMs)}::timestamptz`,
      );
      return run;
    },
  };
}

/** Probes that somebody has paused, the longest first. */
export function readPauses(db: Database): Promise<Pause[]> {
  return db.select(pauseRow, sql`SELECT ${pauseRow.columns} FROM plumbline.pauses ORDER BY since`);
}
