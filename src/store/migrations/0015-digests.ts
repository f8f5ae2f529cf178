import { sql, type Kysely } from "kysely";

/** What was told of each day, or would have been: facts in our own words, never content. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    CREATE TABLE plumbline.digests (
      at timestamptz PRIMARY KEY, "from" timestamptz NOT NULL, body jsonb NOT NULL)`.execute(db);
}
