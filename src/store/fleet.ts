import type { Fleet } from "../baseline/reading.ts";
import type { FleetStore } from "../upkeep/check-fleet.ts";
import type { GroupStore } from "../upkeep/check-groups.ts";
import { iso } from "./columns.ts";
import type { Database, Executor } from "./database.ts";
import { fleetRow, seriesMemoryRow } from "./rows.ts";
import { sql } from "./sql.ts";

export function createFleetStore(db: Database): FleetStore & Pick<GroupStore, "groupsAway"> {
  return {
    async countPaging(probeIds, sinceMs) {
      const [fleet] = await db.execute(sql`
        UPDATE plumbline.fleet SET paging = (
          SELECT count(*) FROM plumbline.series
          WHERE probe_id = ANY(${[...probeIds]}::text[]) AND reading ->> 'pages' <> 'none'
            AND last_slot >= ${iso(sinceMs)}::timestamptz)
        RETURNING ${fleetRow.columns}`);
      return fleet === undefined ? 0 : fleetRow.decode(fleet).pagingSeries;
    },

    groupsAway({ probeIds, least, open }) {
      const ids = [...probeIds];
      return db.select(
        seriesMemoryRow,
        sql`
        WITH away AS (
          SELECT reading ->> 'group' AS of_group FROM plumbline.series
          WHERE probe_id = ANY(${ids}::text[]) AND reading ->> 'pages' <> 'none' AND (reading ->> 'held' IS NOT NULL
            OR (reading ->> 'up')::float8 >= ${least}::float8 OR (reading ->> 'down')::float8 >= ${least}::float8)
          GROUP BY 1 HAVING count(DISTINCT probe_id) > 1 UNION SELECT unnest(${[...open]}::text[]))
        SELECT ${seriesMemoryRow.columns}
        FROM away JOIN plumbline.series_memory s ON s.reading ->> 'group' = of_group
        WHERE s.probe_id = ANY(${ids}::text[]) AND NOT EXISTS (
          SELECT FROM plumbline.series newer
          WHERE newer.probe_id = s.probe_id AND newer.aspect = s.aspect AND newer.label = s.label
            AND newer.last_slot > s.last_slot + (s.reading ->> 'intervalMs')::float8 * interval '3 milliseconds')
        ORDER BY s.probe_id, s.series_id`,
      );
    },
  };
}

/** What is known of all series together. */
export async function readFleet(db: Executor): Promise<Fleet> {
  const [fleet] = await db.select(fleetRow, sql`SELECT ${fleetRow.columns} FROM plumbline.fleet`);
  return fleet ?? { pagingSeries: 0, dailyMs: 0 };
}
