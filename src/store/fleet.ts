import type { Series } from "../baseline/baseline.ts";
import type { Fleet, Reading } from "../baseline/reading.ts";
import type { FleetStore } from "../upkeep/check-fleet.ts";
import type { GroupStore } from "../upkeep/check-groups.ts";
import { iso, number, type RowSchema, rowSchema, text, timeMs } from "./columns.ts";
import type { Database, Executor } from "./database.ts";
import { fleetRow, readingColumn, seriesRow } from "./rows.ts";
import { sql } from "./sql.ts";

interface Shown {
  readonly series: Series;
  readonly reading: Reading | undefined;
  readonly lastSlotMs: number;
}

const shownColumns = rowSchema<Omit<Shown, "series">>({ reading: readingColumn, lastSlotMs: timeMs("last_slot") });
const shownRow: RowSchema<Shown> = {
  columns: sql`${seriesRow.columns}, ${shownColumns.columns}`,
  decode: (row) => ({ series: seriesRow.decode(row), ...shownColumns.decode(row) }),
};
const peersRow = rowSchema({
  group: text("of_group", "reading ->> 'group'"),
  count: number("peers", "count(DISTINCT probe_id)"),
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

    // Three plain statements: for one that does it all, a planner without statistics chooses loops within loops.
    async groupsAway({ places, least, isOpen }) {
      const hosts = new Map(places.map(({ probeId, host }) => [probeId, host]));
      const judged = sql`probe_id = ANY(${[...hosts.keys()]}::text[]) AND reading ->> 'pages' <> 'none'`;
      const showing = await db.select(
        shownRow,
        sql`
        SELECT ${shownRow.columns} FROM plumbline.series WHERE ${judged} AND (reading ->> 'held' IS NOT NULL
          OR (reading ->> 'up')::float8 >= ${least}::float8 OR (reading ->> 'down')::float8 >= ${least}::float8)
        ORDER BY probe_id, series_id`,
      );
      const measureOf = ({ series: { probeId, aspect, label } }: Shown): string =>
        JSON.stringify([hosts.get(probeId), aspect, aspect === "latency" ? "" : label]);
      const together = [...Map.groupBy(showing, measureOf).values()].filter(
        (shown) => isOpen || new Set(shown.map(({ series }) => series.probeId)).size > 1,
      );
      const away = new Set(together.flat());
      if (away.size === 0) return [];
      const groups = [...new Set([...away].map(({ reading }) => reading?.group))];
      const peers = new Map(
        (
          await db.select(
            peersRow,
            sql`SELECT ${peersRow.columns} FROM plumbline.series
              WHERE ${judged} AND reading ->> 'group' = ANY(${groups}::text[]) GROUP BY 1`,
          )
        ).map(({ group, count }) => [group, count]),
      );
      const replaced = await db.select(
        seriesRow,
        sql`
        SELECT ${seriesRow.columns} FROM plumbline.series s WHERE series_id = ANY(${[...away].map(({ series }) => series.id)}::text[])
          AND EXISTS (SELECT FROM plumbline.series newer
            WHERE newer.probe_id = s.probe_id AND newer.aspect = s.aspect AND newer.label = s.label
              AND newer.last_slot > s.last_slot + (s.reading ->> 'intervalMs')::float8 * interval '3 milliseconds')`,
      );
      const replacedIds = new Set(replaced.map(({ id }) => id));
      return showing.flatMap((shown) => {
        const { series, reading, lastSlotMs } = shown;
        const count = peers.get(reading?.group ?? "");
        if (reading === undefined || count === undefined || !away.has(shown) || replacedIds.has(series.id)) return [];
        return [{ series, reading, lastSlotMs, peers: count }];
      });
    },
  };
}

/** What is known of all series together. */
export async function readFleet(db: Executor): Promise<Fleet> {
  const [fleet] = await db.select(fleetRow, sql`SELECT ${fleetRow.columns} FROM plumbline.fleet`);
  return fleet ?? { pagingSeries: 0, dailyMs: 0 };
}
