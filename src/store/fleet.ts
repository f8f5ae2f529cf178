import type { SeriesMemory } from "../baseline/baseline.ts";
import type { Fleet } from "../baseline/reading.ts";
import type { FleetStore } from "../upkeep/check-fleet.ts";
import type { GroupStore } from "../upkeep/check-groups.ts";
import type { AwaySeries } from "../upkeep/group-members.ts";
import { iso, number, rowSchema, text } from "./columns.ts";
import type { Database, Executor } from "./database.ts";
import { fleetRow, seriesMemoryRow } from "./rows.ts";
import { sql } from "./sql.ts";

type Shown = Omit<AwaySeries, "peers">;

const peersRow = rowSchema({ group: text("of_group"), count: number("peers", "count(DISTINCT probe_id)") });

export function createFleetStore(db: Database): FleetStore & Pick<GroupStore, "groupsAway"> {
  return {
    async countPaging(probeIds, sinceMs) {
      const [fleet] = await db.execute(sql`
        UPDATE plumbline.fleet SET paging = (
          SELECT count(*) FROM plumbline.series
          WHERE probe_id = ANY(${[...probeIds]}::text[]) AND pages <> 'none' AND last_slot >= ${iso(sinceMs)}::timestamptz)
        RETURNING ${fleetRow.columns}`);
      return fleet === undefined ? 0 : fleetRow.decode(fleet).pagingSeries;
    },

    // Plain statements: for one that does it all, a planner without statistics chooses loops within loops.
    async groupsAway({ places, least, isOpen }) {
      const hosts = new Map(places.map(({ probeId, host }) => [probeId, host]));
      const memories = await db.select(
        seriesMemoryRow,
        sql`
        SELECT ${seriesMemoryRow.columns} FROM plumbline.series_memory
        WHERE probe_id IN (SELECT probe_id FROM plumbline.probe_states WHERE away >= ${least}::float8)
          AND probe_id = ANY(${[...hosts.keys()]}::text[]) ORDER BY probe_id, series_id`,
      );
      const showing = memories.flatMap(({ series, reading, lastSlotMs }): Shown[] => {
        if (reading === undefined || reading.pages === "none") return [];
        const isAway = reading.held !== null || reading.up >= least || reading.down >= least;
        return isAway && !isReplaced({ series, reading, lastSlotMs }, memories)
          ? [{ series, reading, lastSlotMs }]
          : [];
      });
      const measureOf = ({ series: { probeId, aspect, label } }: Shown): string =>
        JSON.stringify([hosts.get(probeId), aspect, aspect === "latency" ? "" : label]);
      const together = [...Map.groupBy(showing, measureOf).values()].filter(
        (shown) => isOpen || new Set(shown.map(({ series }) => series.probeId)).size > 1,
      );
      const away = together.flat();
      if (away.length === 0) return [];
      const peers = await db.select(
        peersRow,
        sql`
        SELECT ${peersRow.columns} FROM plumbline.series WHERE probe_id = ANY(${[...hosts.keys()]}::text[])
          AND pages <> 'none' AND of_group = ANY(${[...new Set(away.map(({ reading }) => reading.group))]}::text[]) GROUP BY 1`,
      );
      const counts = new Map(peers.map(({ group, count }) => [group, count]));
      return away.flatMap((shown) => {
        const count = counts.get(shown.reading.group);
        return count === undefined ? [] : [{ ...shown, peers: count }];
      });
    },
  };
}

/** Its request is no longer made, and another one that measures the same is. */
function isReplaced({ series, reading, lastSlotMs }: Shown, memories: readonly SeriesMemory[]): boolean {
  return memories.some(
    (newer) =>
      newer.series.probeId === series.probeId &&
      newer.series.aspect === series.aspect &&
      newer.series.label === series.label &&
      newer.lastSlotMs > lastSlotMs + 3 * reading.intervalMs,
  );
}

/** What is known of all series together. */
export async function readFleet(db: Executor): Promise<Fleet> {
  const [fleet] = await db.select(fleetRow, sql`SELECT ${fleetRow.columns} FROM plumbline.fleet`);
  return fleet ?? { pagingSeries: 0, dailyMs: 0 };
}
