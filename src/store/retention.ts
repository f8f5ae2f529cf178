import { sql, type Kysely } from "kysely";
import { text, type Row } from "./rows.ts";

const dayMs = 86_400_000;
const daysAhead = 3;

/** Makes the partitions of the days to come and drops those older than `retentionDays`; no row is searched for. */
export async function keepPartitions(db: Kysely<never>, nowMs: number, retentionDays: number): Promise<void> {
  const today = Math.floor(nowMs / dayMs) * dayMs;
  for (let ahead = 0; ahead <= daysAhead; ahead += 1) {
    const from = today + ahead * dayMs;
    await sql
      .raw(
        `CREATE TABLE IF NOT EXISTS plumbline.${partitionOf(from)} PARTITION OF plumbline.runs
         FOR VALUES FROM ('${new Date(from).toISOString()}') TO ('${new Date(from + dayMs).toISOString()}')`,
      )
      .execute(db);
  }
  const oldest = partitionOf(today - retentionDays * dayMs);
  const { rows } = await sql<Row>`
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'plumbline.runs'::regclass AND c.relname ~ '^runs_[0-9]{8}$'`.execute(db);
  for (const name of rows.map((row) => text(row["relname"]))) {
    if (name < oldest) await sql.raw(`DROP TABLE plumbline.${name}`).execute(db);
  }
}

function partitionOf(dayStartMs: number): string {
  return `runs_${new Date(dayStartMs).toISOString().slice(0, 10).replaceAll("-", "")}`;
}
