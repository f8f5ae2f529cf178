import { sql, type Kysely, type Transaction } from "kysely";
import type { Baseline, SeriesMemory } from "../baseline/baseline.ts";
import type { Observation } from "../observation/observation.ts";
import type { BaselineStore } from "../operate/baselines.ts";
import type { AuditEntry } from "../operate/control.ts";
import type { SeriesChangeStore } from "../operate/series-feedback.ts";
import type { Json } from "../std/json.ts";
import { record } from "./audit-log.ts";
import { readFleet } from "./fleet.ts";
import { count, epochMs, iso, type Row, seriesMemory, text } from "./rows.ts";

/** Series and the versions of their baselines, for people. */
export function createBaselineStore(db: Kysely<never>): BaselineStore & SeriesChangeStore {
  return {
    series: (probeId) => seriesIn(db, probeId),

    fleet: () => readFleet(db),

    async versions(seriesId) {
      const { rows } = await sql<Row>`
        SELECT * FROM plumbline.baselines WHERE series_id = ${seriesId} ORDER BY version`.execute(db);
      return rows.map((row): Baseline => ({
        version: count(row["version"]),
        n: count(row["n"]),
        learned: row["learned"] as Json,
        acceptedAtMs: epochMs(row["accepted_at"]),
        by: text(row["accepted_by"]),
        why: text(row["why"]),
      }));
    },

    async observationsOf(runIds) {
      const { rows } = await sql<{ observations: readonly Observation[] }>`
        SELECT r.observations FROM jsonb_to_recordset(${JSON.stringify(runIds.map(slotOf))}::jsonb) AS k(probe text, slot timestamptz)
        JOIN plumbline.runs r ON r.probe_id = k.probe AND r.slot = k.slot
        WHERE r.observations IS NOT NULL ORDER BY r.slot`.execute(db);
      return rows.flatMap(({ observations }) => observations);
    },

    addBaseline: (seriesId, { learned, n, state = null }, act) =>
      db.transaction().execute(async (tx) => {
        const { rows } = await sql<Row>`SELECT probe_id FROM plumbline.series WHERE series_id = ${seriesId}`.execute(
          tx,
        );
        const probeId = rows[0]?.["probe_id"];
        if (probeId === undefined) return false;
        // The lock of the probe's own runs: what they are about to write is not overwritten.
        await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`plumbline:${text(probeId)}`}, 0))`.execute(tx);
        await addVersion(tx, seriesId, { learned, n }, act);
        await writeState(tx, seriesId, state);
        await record(tx, act);
        return true;
      }),

    changeSeries: (probeId, act, change) =>
      db.transaction().execute(async (tx) => {
        // The lock of the probe's own runs: what they are about to write is not overwritten.
        await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`plumbline:${probeId}`}, 0))`.execute(tx);
        const changed: string[] = [];
        for (const memory of await seriesIn(tx, probeId)) {
          const after = change(memory);
          if (after === undefined) continue;
          const { id } = memory.series;
          if (after.baseline !== undefined) await addVersion(tx, id, after.baseline, act);
          await writeState(tx, id, after.state);
          changed.push(id);
        }
        if (changed.length > 0) await record(tx, act);
        return changed;
      }),
  };
}

async function seriesIn(db: Kysely<never>, probeId: string | undefined): Promise<SeriesMemory[]> {
  const { rows } = await sql<Row>`
    SELECT s.*, b.version, b.n, b.learned, b.accepted_at, b.accepted_by, b.why FROM plumbline.series s
    LEFT JOIN LATERAL (SELECT * FROM plumbline.baselines WHERE series_id = s.series_id ORDER BY version DESC LIMIT 1) b ON true
    WHERE ${probeId ?? null}::text IS NULL OR s.probe_id = ${probeId ?? null}::text
    ORDER BY s.probe_id, s.aspect, s.label, s.series_id`.execute(db);
  return rows.map(seriesMemory);
}

async function addVersion(
  tx: Transaction<never>,
  seriesId: string,
  { learned, n }: { readonly learned: Json; readonly n: number },
  { by, why, atMs }: AuditEntry,
): Promise<void> {
  await sql`
    INSERT INTO plumbline.baselines (series_id, version, n, learned, accepted_at, accepted_by, why)
    SELECT ${seriesId}, coalesce(max(version), 0) + 1, ${n}::int, ${JSON.stringify(learned)}::jsonb,
      ${iso(atMs)}::timestamptz, ${by}, ${why} FROM plumbline.baselines WHERE series_id = ${seriesId}`.execute(tx);
}

async function writeState(tx: Transaction<never>, seriesId: string, state: Json): Promise<void> {
  await sql`
    UPDATE plumbline.series SET state = ${JSON.stringify(state)}::jsonb, reading = NULL WHERE series_id = ${seriesId}`.execute(
    tx,
  );
}

/** A run's id is its probe's and its slot: by them it is found without looking through the days. */
function slotOf(runId: string): { readonly probe: string; readonly slot: string } {
  const at = runId.lastIndexOf("/");
  return { probe: runId.slice(0, at), slot: runId.slice(at + 1) };
}
