import type { SeriesMemory } from "../baseline/baseline.ts";
import type { Observation } from "../observation/observation.ts";
import type { AuditEntry } from "../operate/audit-log.ts";
import type { SeriesChangeStore } from "../operate/incident-feedback.ts";
import type { BaselineStore } from "../operate/read-baselines.ts";
import type { Json } from "../std/json.ts";
import { record } from "./audit-log.ts";
import { iso, rowSchema, text } from "./columns.ts";
import type { Database, Executor, Transaction } from "./database.ts";
import { readFleet } from "./fleet.ts";
import { lock, lockKeys } from "./locks.ts";
import { baselineRow, observationsColumn, seriesMemoryRow } from "./rows.ts";
import { raw, sql } from "./sql.ts";
import { packStates, statesJson } from "./states.ts";

const ownerRow = rowSchema<{ probeId: string }>({ probeId: text("probe_id") });
const observationsRow = rowSchema<{ observations: readonly Observation[] }>({ observations: observationsColumn() });

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
        SELECT ${observationsRow.columns} FROM jsonb_to_recordset(${JSON.stringify(runIds.map(slotOf))}::jsonb) AS k(probe text, at timestamptz)
        JOIN plumbline.runs ON probe_id = probe AND slot = at
        WHERE observations IS NOT NULL ORDER BY slot`,
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
        await writeStates(tx, owner.probeId, await seriesIn(tx, owner.probeId), new Map([[seriesId, state]]));
        await record(tx, entry);
        return true;
      }),

    changeSeries: (probeId, entry, change) =>
      db.transaction(async (tx) => {
        await lock(tx, lockKeys.probe(probeId));
        const changed = new Map<string, Json>();
        const memories = await seriesIn(tx, probeId);
        for (const memory of memories) {
          const after = change(memory);
          if (after === undefined) continue;
          const { id } = memory.series;
          if (after.baseline !== undefined) await addVersion(tx, id, after.baseline, entry);
          changed.set(id, after.state);
        }
        if (changed.size === 0) return [];
        await writeStates(tx, probeId, memories, changed);
        await record(tx, entry);
        return [...changed.keys()];
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

/** The judges begin anew with these states; the next run says again whether it may page. */
async function writeStates(
  tx: Transaction,
  probeId: string,
  memories: readonly SeriesMemory[],
  changed: ReadonlyMap<string, Json>,
): Promise<void> {
  const after = memories.map((memory) => {
    const state = changed.get(memory.series.id);
    return state === undefined ? memory : { ...memory, state, reading: undefined };
  });
  await tx.execute(
    sql`SELECT plumbline.write_states(${probeId}, ${JSON.stringify(statesJson(packStates(after)))}::jsonb)`,
  );
  await tx.execute(sql`
    UPDATE plumbline.series SET pages = 'none', of_group = NULL WHERE series_id = ANY(${[...changed.keys()]}::text[])`);
}

/** A run's id is its probe's and its slot: by them it is found without looking through the days. */
function slotOf(runId: string): { readonly probe: string; readonly at: string } {
  const at = runId.lastIndexOf("/");
  return { probe: runId.slice(0, at), at: runId.slice(at + 1) };
}
