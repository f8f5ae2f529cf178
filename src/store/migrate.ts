import { type Kysely, sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import * as first from "./migrations/0001-first.ts";
import * as deliveries from "./migrations/0002-deliveries.ts";
import * as incidentLife from "./migrations/0003-incident-life.ts";
import * as installation from "./migrations/0004-installation.ts";
import * as budgets from "./migrations/0005-budgets.ts";
import * as alertManners from "./migrations/0007-alert-manners.ts";
import * as keyCaps from "./migrations/0008-key-caps.ts";
import * as pauses from "./migrations/0010-pauses.ts";
import * as fleet from "./migrations/0011-fleet.ts";
import * as planned from "./migrations/0012-planned.ts";
import * as baselineSpans from "./migrations/0013-baseline-spans.ts";
import * as digests from "./migrations/0015-digests.ts";
import * as ledgerEntries from "./migrations/0016-ledger-entries.ts";
import * as notificationLog from "./migrations/0017-notification-log-breaking.ts";

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
  "0011-fleet": fleet,
  "0012-planned": planned,
  "0013-baseline-spans": baselineSpans,
  "0015-digests": digests,
  "0016-ledger-entries": ledgerEntries,
  "0017-notification-log-breaking": notificationLog,
};

/** A migration with this ending takes something away: programs that do not know it can't live with it. */
const isBreaking = (name: string): boolean => name.endsWith("-breaking");

/** How the schema of a database stands to this program; names of migrations in order. */
export interface SchemaState {
  /** What this program needs and the database lacks. */
  readonly pending: readonly string[];
  /** What newer programs did to the database. */
  readonly ahead: readonly string[];
  /** Those of `ahead` that this program can't live with. */
  readonly breaking: readonly string[];
}

export interface Migrated {
  /** What was done just now. */
  readonly applied: readonly string[];
  readonly ahead: readonly string[];
}

/** The schema is of a newer program, and not fit for this one. */
export class SchemaTooNew extends Error {
  constructor(breaking: readonly string[]) {
    super(
      `the schema of the database is newer than this program can use (${breaking.join(", ")}): run a newer program`,
    );
  }
}

export async function schemaState(db: Kysely<never>): Promise<SchemaState> {
  const { rows } = await sql<{
    found: string | null;
  }>`SELECT to_regclass('plumbline.kysely_migration')::text AS found`.execute(db);
  const executed =
    rows[0]?.found == null
      ? []
      : (await sql<{ name: string }>`SELECT name FROM plumbline.kysely_migration ORDER BY name`.execute(db)).rows;
  const done = new Set(executed.map(({ name }) => name));
  const ahead = [...done].filter((name) => !(name in migrations));
  return {
    pending: Object.keys(migrations).filter((name) => !done.has(name)),
    ahead,
    breaking: ahead.filter(isBreaking),
  };
}

/**
 * Brings the schema up to date; several processes may do so at once, and a newer schema stays as it is. Throws
 * SchemaTooNew, or what went wrong.
 */
export async function migrate(db: Kysely<never>): Promise<Migrated> {
  for (;;) {
    const { ahead, breaking } = await schemaState(db);
    if (breaking.length > 0) throw new SchemaTooNew(breaking);
    const { error, results = [] } = await migratorBeside(db, ahead).migrateToLatest();
    if (error === undefined) return { applied: results.map(({ migrationName }) => migrationName), ahead };
    // A newer program may have come in between: then its migrations are unknown to the migrator, and it is tried again.
    if ((await schemaState(db)).ahead.length === ahead.length)
      throw error instanceof Error ? error : new Error("the migration of the store failed");
  }
}

/** Kysely takes a migration that it does not know for a broken history: those of newer programs are named to it. */
function migratorBeside(db: Kysely<never>, ahead: readonly string[]): Migrator {
  const others = ahead.map((name): [string, Migration] => [name, { up: () => Promise.resolve() }]);
  return new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations, ...Object.fromEntries(others) }) },
    migrationTableSchema: "plumbline",
  });
}
