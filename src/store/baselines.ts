import type { SeriesMemory } from "../baseline/baseline.ts";
import type { Observation } from "../observation/observation.ts";
import type { AuditEntry } from "../operate/audit-log.ts";
import type { SeriesChangeStore } from "../operate/incident-feedback.ts";
import type { BaselineStore } from "../operate/read-baselines.ts";
import type { Json } from "../std/json.ts";
import { record } from "./audit-log.ts";
import { iso, json, rowSchema, text } from "./columns.ts";
import type { Database, Executor, Transaction } from "./database.ts";
import { readFleet } from "./fleet.ts";
import { lock, lockKeys } from "./locks.ts";
import { baselineRow, seriesMemoryRow } from "./rows.ts";
import { raw, sql } from "./sql.ts";

const ownerRow = rowSchema<{ probeId: string }>({ probeId: text("probe_id") });
const observationsRow = rowSchema<{ observations: readonly Observation[] }>({ observations: json("observations") });

/** Series and the versions of their baselines, for people. */
export function createBaselineStore(db: Database): BaselineStore & SeriesChangeStore {
  return {
    series: (probeId) => seriesIn(db, probeId),

    async oneSeries(seriesId) {
      const [found] = await db.select(
        seriesMemoryRow,
        sql`SELECT ${seriesMemoryRow.columns} FROM plumbline.series_memory WHERE series_id = ${seriesId}`,
      );
      return found;
    },

    seriesOfProbes: (probeIds) =>
      db.select(
        seriesMemoryRow,
        sql`
        SELECT ${seriesMemoryRow.columns} FROM plumbline.series_memory WHERE probe_id = ANY(${[...probeIds]}::text[])
        ORDER BY probe_id, aspect, label, series_id`,
      ),

    fleet: () => readFleet(db),

    versions: (seriesId) =>
      db.select(
        baselineRow,
        sql`SELECT ${baselineRow.columns} FROM plumbline.baselines WHERE series_id = ${seriesId} ORDER BY version`,
      ),

    async observationsOf(runIds) {
      const found = await db.select(
        observationsRow,
        sql`
        SELECT r.observations FROM jsonb_to_recordset(${JSON.stringify(runIds.map(slotOf))}::jsonb) AS k(probe text, slot timestamptz)
        JOIN plumbline.runs r ON r.probe_id = k.probe AND r.slot = k.slot
        WHERE r.observations IS NOT NULL ORDER BY r.slot`,
      );
      return found.flatMap(({ observations }) => observations);
    },

    addBaseline: (seriesId, { learned, n, state = null }, entry) =>
      db.transaction(async (tx) => {
        const [owner] = await tx.select(
          ownerRow,
          sql`SELECT probe_id FROM plumbline.series WHERE series_id = ${seriesId}`,
        );
        if (owner === undefined) return false;
        await lock(tx, lockKeys.probe(owner.probeId));
        await addVersion(tx, seriesId, { learned, n }, entry);
        await writeState(tx, seriesId, state);
        await record(tx, entry);
        return true;
      }),

    changeSeries: (probeId, entry, change) =>
      db.transaction(async (tx) => {
        await lock(tx, lockKeys.probe(probeId));
        const changed: string[] = [];
        for (const memory of await seriesIn(tx, probeId)) {
          const after = change(memory);
          if (after === undefined) continue;
          const { id } = memory.series;
          if (after.baseline !== undefined) await addVersion(tx, id, after.baseline, entry);
          await writeState(tx, id, after.state);
          changed.push(id);
        }
        if (changed.length > 0) await record(tx, entry);
        return changed;
      }),
  };
}

/** Of all probes when `probeId` is undefined. */
function seriesIn(db: Executor, probeId: string | undefined): Promise<SeriesMemory[]> {
  return db.select(
    seriesMemoryRow,
    sql`
    SELECT ${seriesMemoryRow.columns} FROM plumbline.series_memory ${probeId === undefined ? raw("") : sql`WHERE probe_id = ${probeId}`}
    ORDER BY probe_id, aspect, label, series_id`,
  );
}

async function addVersion(
  tx: Transaction,
  seriesId: string,
  { learned, n }: { readonly learned: Json; readonly n: number },
  { by, why, atMs }: AuditEntry,
): Promise<void> {
  await tx.execute(sql`
    INSERT INTO plumbline.baselines (series_id, version, n, learned, accepted_at, accepted_by, why)
    SELECT ${seriesId}::text, coalesce(max(version), 0) + 1, ${n}::int, ${JSON.stringify(learned)}::jsonb,
      ${iso(atMs)}::timestamptz, ${by}, ${why} FROM plumbline.baselines WHERE series_id = ${seriesId}::text`);
}

async function writeState(tx: Transaction, seriesId: string, state: Json): Promise<void> {
  await tx.execute(sql`
    UPDATE plumbline.series SET state = ${JSON.stringify(state)}::jsonb, reading = NULL WHERE series_id = ${seriesId}`);
}

/** A run's id is its probe's and its slot: by them it is found without looking through the days. */
function slotOf(runId: string): { readonly probe: string; readonly slot: string } {
  const at = runId.lastIndexOf("/");
  return { probe: runId.slice(0, at), slot: runId.slice(at + 1) };
}
