import { sql, type Kysely } from "kysely";
import type { Incident } from "../incident/incident.ts";
import type { Verdict } from "../judgement/judgement.ts";
import type { Overview, ProbeOverview, RunSummary } from "../operate/overview.ts";
import type { RunState } from "../run/run.ts";
import { readPauses } from "./pauses.ts";
import { probeIds } from "./probe-ids.ts";
import { count, epochMs, iso, optionalCount, optionalText, text, type Row } from "./rows.ts";

const shownRuns = 60;

/** What is known now of the probes that ran within the last day. */
export async function readOverview(db: Kysely<never>, nowMs: number): Promise<Overview> {
  const sinceMs = nowMs - 86_400_000;
  const runs = await sql<Row>`
    WITH ${probeIds(sinceMs)}
    SELECT newest.* FROM ids CROSS JOIN LATERAL (
      SELECT run_id, probe_id, slot, location, target, model, scenario, state, reason, verdict, total_ms, first_content_ms,
        tokens, micro_usd FROM plumbline.runs WHERE probe_id = ids.probe_id AND slot > ${iso(sinceMs)}::timestamptz
      ORDER BY slot DESC LIMIT ${shownRuns}::int) AS newest
    ORDER BY newest.probe_id, newest.slot`.execute(db);
  const learning = await sql<Row>`
    SELECT probe_id, min((state->>'n')::int) AS done, max((state->>'of')::int) AS of FROM plumbline.series
    WHERE state ? 'of' GROUP BY probe_id`.execute(db);
  const incidents = await sql<{ body: Incident }>`
    SELECT body FROM plumbline.incidents WHERE state IN ('open', 'acknowledged')`.execute(db);
  const spend = await sql<Row>`
    SELECT * FROM plumbline.spend WHERE day = (${iso(nowMs)}::timestamptz AT TIME ZONE 'UTC')::date ORDER BY target`.execute(
    db,
  );
  const deliveries = await sql<Row>`
    SELECT (SELECT count(*) FROM plumbline.outbox WHERE state = 'pending') AS pending,
      (SELECT count(*) FROM plumbline.outbox
       WHERE state <> 'pending' AND state = 'failed' AND created_at > ${iso(sinceMs)}::timestamptz) AS failed`.execute(
    db,
  );
  const progress = new Map(learning.rows.map((row) => [text(row["probe_id"]), row]));
  return {
    atMs: nowMs,
    probes: [...Map.groupBy(runs.rows, (row) => text(row["probe_id"]))].flatMap(([id, rows]) =>
      probeOverview(id, rows, progress.get(id)),
    ),
    incidents: incidents.rows.map(({ body }) => body).toSorted((a, b) => (b.openedAtMs ?? 0) - (a.openedAtMs ?? 0)),
    spendToday: spend.rows.map((row) => ({
      target: text(row["target"]),
      microUsd: count(row["micro_usd"]),
      tokens: count(row["tokens"]),
      requests: count(row["requests"]),
      unknownRuns: count(row["unknown_runs"]),
    })),
    pauses: await readPauses(db),
    deliveries: { pending: count(deliveries.rows[0]?.["pending"]), failed: count(deliveries.rows[0]?.["failed"]) },
  };
}

function probeOverview(probeId: string, rows: readonly Row[], progress: Row | undefined): ProbeOverview[] {
  const newest = rows.at(-1);
  if (newest === undefined) return [];
  return [
    {
      probeId,
      target: text(newest["target"]),
      model: text(newest["model"]),
      scenario: text(newest["scenario"]),
      location: text(newest["location"]),
      recent: rows.map(runSummary),
      learning: progress === undefined ? undefined : { done: count(progress["done"]), of: count(progress["of"]) },
    },
  ];
}

export function runSummary(row: Row): RunSummary {
  return {
    runId: text(row["run_id"]),
    slotMs: epochMs(row["slot"]),
    state: text(row["state"]) as RunState,
    reason: optionalText(row["reason"]),
    verdict: optionalText(row["verdict"]) as Verdict | undefined,
    totalMs: optionalCount(row["total_ms"]),
    firstContentMs: optionalCount(row["first_content_ms"]),
    tokens: optionalCount(row["tokens"]),
    microUsd: optionalCount(row["micro_usd"]),
  };
}
