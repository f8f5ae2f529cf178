import type { Fleet, Reading } from "../baseline/reading.ts";
import type { FleetStore } from "../upkeep/check-fleet.ts";
import type { GroupStore } from "../upkeep/check-groups.ts";
import { iso, number, rowSchema, timeMs } from "./columns.ts";
import type { Database, Executor } from "./database.ts";
import { fleetRow, readingColumn, seriesRow } from "./rows.ts";
import { sql } from "./sql.ts";

const shownRow = rowSchema<{ reading: Reading | undefined; lastSlotMs: number; peers: number }>({
  reading: readingColumn,
  lastSlotMs: timeMs("last_slot"),
  peers: number("peers"),
});

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

    async groupsAway({ places, least, isOpen }) {
      const [ids, hosts] = [places.map(({ probeId }) => probeId), places.map(({ host }) => host)];
      const rows = await db.execute(sql`
        WITH showing AS (
          SELECT s.*, p.host, CASE s.aspect WHEN 'latency' THEN '' ELSE s.label END AS measure
          FROM plumbline.series s JOIN unnest(${ids}::text[], ${hosts}::text[]) AS p (probe_id, host) USING (probe_id)
          WHERE reading ->> 'pages' <> 'none' AND (reading ->> 'held' IS NOT NULL
            OR (reading ->> 'up')::float8 >= ${least}::float8 OR (reading ->> 'down')::float8 >= ${least}::float8)),
        away AS (
          SELECT * FROM showing WHERE ${isOpen} OR (host, aspect, measure) IN (
            SELECT host, aspect, measure FROM showing GROUP BY 1, 2, 3 HAVING count(DISTINCT probe_id) > 1)),
        peers AS (
          SELECT reading ->> 'group' AS of_group, count(DISTINCT probe_id) AS peers FROM plumbline.series
          WHERE probe_id = ANY(${ids}::text[]) AND reading ->> 'pages' <> 'none'
            AND reading ->> 'group' IN (SELECT reading ->> 'group' FROM away) GROUP BY 1)
        SELECT ${seriesRow.columns}, ${shownRow.columns} FROM away s JOIN peers ON of_group = s.reading ->> 'group'
        WHERE NOT EXISTS (
          SELECT FROM plumbline.series newer
          WHERE newer.probe_id = s.probe_id AND newer.aspect = s.aspect AND newer.label = s.label
            AND newer.last_slot > s.last_slot + (s.reading ->> 'intervalMs')::float8 * interval '3 milliseconds')
        ORDER BY s.probe_id, s.series_id`);
      return rows.flatMap((row) => {
        const { reading, ...shown } = shownRow.decode(row);
        return reading === undefined ? [] : [{ series: seriesRow.decode(row), reading, ...shown }];
      });
    },
  };
}

/** What is known of all series together. */
export async function readFleet(db: Executor): Promise<Fleet> {
  const [fleet] = await db.select(fleetRow, sql`SELECT ${fleetRow.columns} FROM plumbline.fleet`);
  return fleet ?? { pagingSeries: 0, dailyMs: 0 };
}
