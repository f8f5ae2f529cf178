import { sql, type Kysely } from "kysely";

/** Where the run is found that a baseline was learned with. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`ALTER TABLE plumbline.baselines ADD COLUMN trace_id text, ADD COLUMN span_id text`.execute(db);
}
