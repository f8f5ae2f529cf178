import { type Kysely, sql } from "kysely";
import type { Fleet } from "../baseline/reading.ts";
import type { FleetStore } from "../upkeep/check-fleet.ts";
import type { GroupStore } from "../upkeep/check-groups.ts";
import { count, epochMs, iso, type Row, seriesMemory } from "./rows.ts";

/** The row of what is known of all series together, as JSON. */
export function fleetOf(stored: unknown): Fleet {
  const row = (stored ?? {}) as Row;
  const dailyAt = row["daily_at"];
  return { pagingSeries: count(row["paging"]), dailyMs: dailyAt == null ? 0 : epochMs(dailyAt) };
}

export function createFleetStore(db: Kysely<never>): FleetStore & Pick<GroupStore, "groupsAway"> {
  return {
    async countPaging(probeIds, sinceMs) {
      const { rows } = await sql<Row>`
        UPDATE plumbline.fleet SET paging = (
          SELECT count(*) FROM plumbline.series
          WHERE probe_id = ANY(${[...probeIds]}::text[]) AND reading ->> 'pages' <> 'none'
            AND last_slot >= ${iso(sinceMs)}::timestamptz)
        RETURNING paging`.execute(db);
      return count(rows[0]?.["paging"]);
    },

    async groupsAway({ probeIds, least, open }) {
      const ids = [...probeIds];
      const { rows } = await sql<Row>`
        WITH away AS (
          SELECT reading ->> 'group' AS of_group FROM plumbline.series
          WHERE probe_id = ANY(${ids}::text[]) AND reading ->> 'pages' <> 'none' AND (reading ->> 'held' IS NOT NULL
            OR (reading ->> 'up')::float8 >= ${least}::float8 OR (reading ->> 'down')::float8 >= ${least}::float8)
          GROUP BY 1 HAVING count(DISTINCT probe_id) > 1 UNION SELECT unnest(${[...open]}::text[]))
        SELECT s.*, b.version, b.n, b.learned, b.accepted_at, b.accepted_by, b.why, b.trace_id, b.span_id
        FROM away JOIN plumbline.series s ON s.reading ->> 'group' = of_group
        LEFT JOIN LATERAL (SELECT * FROM plumbline.baselines WHERE series_id = s.series_id ORDER BY version DESC LIMIT 1) b ON true
        WHERE s.probe_id = ANY(${ids}::text[]) AND NOT EXISTS (
          SELECT FROM plumbline.series newer
          WHERE newer.probe_id = s.probe_id AND newer.aspect = s.aspect AND newer.label = s.label
            AND newer.last_slot > s.last_slot + (s.reading ->> 'intervalMs')::float8 * interval '3 milliseconds')
        ORDER BY s.probe_id, s.series_id`.execute(db);
      return rows.map(seriesMemory);
    },
  };
}

export async function readFleet(db: Kysely<never>): Promise<Fleet> {
  const { rows } = await sql<{ fleet: unknown }>`SELECT to_jsonb(f) AS fleet FROM plumbline.fleet f`.execute(db);
  return fleetOf(rows[0]?.fleet);
}
