import { randomBytes } from "node:crypto";
import { sql, type Kysely } from "kysely";

/** A name of its own for each store, so that several installations can share one Redis. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql.raw(`CREATE TABLE plumbline.installation (id text PRIMARY KEY)`).execute(db);
  await sql`INSERT INTO plumbline.installation (id) VALUES (${randomBytes(6).toString("hex")})`.execute(db);
}
