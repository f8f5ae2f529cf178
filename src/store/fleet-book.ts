import { type Kysely, sql } from "kysely";
import type { Fleet } from "../baseline/reading.ts";
import { count, epochMs, type Row } from "./rows.ts";

/** The row of what is known of all series together, as JSON. */
export function fleetOf(stored: unknown): Fleet {
  const row = (stored ?? {}) as Row;
  const dailyAt = row["daily_at"];
  return { pagingSeries: count(row["paging"]), dailyMs: dailyAt == null ? 0 : epochMs(dailyAt) };
}

export async function readFleet(db: Kysely<never>): Promise<Fleet> {
  const { rows } = await sql<{ fleet: unknown }>`SELECT to_jsonb(f) AS fleet FROM plumbline.fleet f`.execute(db);
  return fleetOf(rows[0]?.fleet);
}
