import { sql, type Kysely } from "kysely";
import type { Pause } from "../operate/overview.ts";
import { epochMs, text, type Row } from "./rows.ts";

/** Probes that somebody has stopped, the longest first. */
export async function readPauses(db: Kysely<never>): Promise<Pause[]> {
  const { rows } = await sql<Row>`SELECT * FROM plumbline.pauses ORDER BY since`.execute(db);
  return rows.map((row) => ({
    probeId: text(row["probe_id"]),
    by: text(row["by"]),
    why: text(row["why"]),
    sinceMs: epochMs(row["since"]),
  }));
}
