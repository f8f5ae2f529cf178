import { sql, type Kysely } from "kysely";

/** What all series together say: a small reading of each beside its state, and what follows from them for all. */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `ALTER TABLE plumbline.series ADD COLUMN reading jsonb`,
  `CREATE TABLE plumbline.fleet (
    single boolean PRIMARY KEY DEFAULT true CHECK (single), paging integer NOT NULL DEFAULT 0, daily_at timestamptz)`,
  `INSERT INTO plumbline.fleet DEFAULT VALUES`,
];
