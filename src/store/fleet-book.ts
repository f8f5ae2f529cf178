import { type Kysely, sql } from "kysely";
import type { Fleet } from "../baseline/reading.ts";
import type { FleetBook } from "../run/watch-fleet.ts";
import { count, epochMs, iso, type Row } from "./rows.ts";

/** The row of what is known of all series together, as JSON. */
export function fleetOf(stored: unknown): Fleet {
  const row = (stored ?? {}) as Row;
  const dailyAt = row["daily_at"];
  return { pagingSeries: count(row["paging"]), dailyMs: dailyAt == null ? 0 : epochMs(dailyAt) };
}

export function createFleetBook(db: Kysely<never>): FleetBook {
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
  };
}

export async function readFleet(db: Kysely<never>): Promise<Fleet> {
  const { rows } = await sql<{ fleet: unknown }>`SELECT to_jsonb(f) AS fleet FROM plumbline.fleet f`.execute(db);
  return fleetOf(rows[0]?.fleet);
}
