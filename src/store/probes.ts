import { sql, type Kysely } from "kysely";
import type { ProbeStore, RunDetail } from "../operate/probes.ts";
import { record } from "./audit-log.ts";
import { runSummary } from "./overview.ts";
import { readPauses } from "./pauses.ts";
import { iso, optionalText, type Row, text } from "./rows.ts";

/** Pauses and single runs, for people. */
export function createProbeStore(db: Kysely<never>): Omit<ProbeStore, "overview"> {
  return {
    pauses: () => readPauses(db),

    pause: ({ probeId, by, why, sinceMs }, act) =>
      db.transaction().execute(async (tx) => {
        const { rows } = await sql<Row>`
          INSERT INTO plumbline.pauses (probe_id, by, why, since) VALUES (${probeId}, ${by}, ${why}, ${iso(sinceMs)}::timestamptz)
          ON CONFLICT DO NOTHING RETURNING probe_id`.execute(tx);
        if (rows.length === 1) await record(tx, act);
        return rows.length === 1;
      }),

    resume: (probeId, act) =>
      db.transaction().execute(async (tx) => {
        const { rows } = await sql<Row>`
          DELETE FROM plumbline.pauses WHERE probe_id = ${probeId} RETURNING probe_id`.execute(tx);
        if (rows.length === 1) await record(tx, act);
        return rows.length === 1;
      }),

    recordAct: (act) => db.transaction().execute((tx) => record(tx, act)),

    async runs(probeId, limit) {
      const { rows } = await sql<Row>`
        SELECT * FROM plumbline.runs WHERE probe_id = ${probeId} ORDER BY slot DESC LIMIT ${limit}::int`.execute(db);
      return rows.map(runSummary);
    },

    async run(id) {
      const at = id.lastIndexOf("/");
      const slotMs = Date.parse(id.slice(at + 1));
      if (at < 1 || Number.isNaN(slotMs)) return undefined;
      const { rows } = await sql<Row>`
        SELECT * FROM plumbline.runs WHERE probe_id = ${id.slice(0, at)} AND slot = ${iso(slotMs)}::timestamptz`.execute(
        db,
      );
      return rows.map(detailOf)[0];
    },
  };
}

function detailOf(row: Row): RunDetail {
  return {
    ...runSummary(row),
    probeId: text(row["probe_id"]),
    target: text(row["target"]),
    model: text(row["model"]),
    scenario: text(row["scenario"]),
    location: text(row["location"]),
    traceId: optionalText(row["trace_id"]),
    findings: (row["findings"] ?? []) as unknown[],
    unjudged: (row["unjudged"] ?? []) as string[],
    observations: (row["observations"] ?? []) as unknown[],
  };
}
