import { sql, type Kysely } from "kysely";
import type { ExportStore, ExportedRun } from "../operate/export.ts";
import { epochMs, iso, optionalText, type Row, text } from "./rows.ts";

const pageSize = 500;

/** Runs for analysis elsewhere, a page at a time: however many there are, no more than a page is held. */
export function createExportStore(db: Kysely<never>): ExportStore {
  return {
    async *exported({ fromMs, untilMs }) {
      let after = { slotMs: fromMs, probeId: "" };
      for (;;) {
        const { rows } = await sql<Row>`
          SELECT run_id, probe_id, slot, target, model, scenario, location, state, reason, verdict, trace_id, micro_usd, observations, ledger
          FROM plumbline.runs
          WHERE slot >= ${iso(after.slotMs)}::timestamptz AND slot < ${iso(untilMs)}::timestamptz
            AND (slot, probe_id) > (${iso(after.slotMs)}::timestamptz, ${after.probeId})
          ORDER BY slot, probe_id LIMIT ${pageSize}::int`.execute(db);
        for (const row of rows) yield exportedOf(row);
        const last = rows.at(-1);
        if (last === undefined || rows.length < pageSize) return;
        after = { slotMs: epochMs(last["slot"]), probeId: text(last["probe_id"]) };
      }
    },
  };
}

function exportedOf(row: Row): ExportedRun {
  return {
    runId: text(row["run_id"]),
    probeId: text(row["probe_id"]),
    slot: iso(epochMs(row["slot"])),
    target: text(row["target"]),
    model: text(row["model"]),
    scenario: text(row["scenario"]),
    location: text(row["location"]),
    state: text(row["state"]) as ExportedRun["state"],
    reason: optionalText(row["reason"]),
    verdict: optionalText(row["verdict"]),
    traceId: optionalText(row["trace_id"]),
    microUsd: row["micro_usd"] === null || row["micro_usd"] === undefined ? undefined : Number(row["micro_usd"]),
    observations: (row["observations"] ?? []) as ExportedRun["observations"],
    ledger: (row["ledger"] ?? undefined) as ExportedRun["ledger"],
  };
}
