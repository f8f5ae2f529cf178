import type { Kysely } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import * as first from "./migrations/0001-first.ts";
import * as deliveries from "./migrations/0002-deliveries.ts";
import * as incidentLife from "./migrations/0003-incident-life.ts";
import * as installation from "./migrations/0004-installation.ts";
import * as budgets from "./migrations/0005-budgets.ts";
import * as alertManners from "./migrations/0007-alert-manners.ts";
import * as keyCaps from "./migrations/0008-key-caps.ts";
import * as pauses from "./migrations/0010-pauses.ts";

/** In order. One that has landed is never edited: a change is a new one. */
const migrations: Record<string, Migration> = {
  "0001-first": first,
  "0002-deliveries": deliveries,
  "0003-incident-life": incidentLife,
  "0004-installation": installation,
  "0005-budgets": budgets,
  "0007-alert-manners": alertManners,
  "0008-key-caps": keyCaps,
  "0010-pauses": pauses,
};

/** Brings the schema up to date; several processes may do so at once. Throws what went wrong. */
export async function migrate(db: Kysely<never>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(migrations) },
    migrationTableSchema: "plumbline",
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error instanceof Error ? error : new Error("the migration of the store failed");
}
