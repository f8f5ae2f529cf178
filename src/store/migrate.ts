import { readdirSync, readFileSync } from "node:fs";
import { optionalText, rowSchema, text } from "./columns.ts";
import type { Database, Executor } from "./database.ts";
import { installRoutines } from "./routines.ts";
import { sql } from "./sql.ts";

/**
 * One SQL file for each change of the tables, in the order of their names. A file that has landed is never edited: a
 * change is a new file. The numbers 0006, 0009 and 0014 were set aside for work that needed no change of the
 * tables in the end: no store has ever had them.
 */
const folder = new URL("migrations/", import.meta.url);

/** A migration with this ending takes something away: programs that do not know it cannot use the database. */
const isBreaking = (name: string): boolean => name.endsWith("-breaking");

/** How the schema of a database compares with what this program knows; names of migrations in order. */
export interface SchemaState {
  /** What this program needs and the database lacks. */
  readonly pending: readonly string[];
  /** What newer programs did to the database. */
  readonly ahead: readonly string[];
  /** Those of `ahead` that this program cannot live with. */
  readonly breaking: readonly string[];
}

export interface Migrated {
  /** What was done just now. */
  readonly applied: readonly string[];
  readonly ahead: readonly string[];
}

/** The schema is that of a newer program, and this one cannot use it. */
export class SchemaTooNew extends Error {
  constructor(breaking: readonly string[]) {
    super(
      `the database was changed by a newer version of Plumbline in a way that this version cannot use (${breaking.join(", ")}): run the newer version again, or restore the dump that was made before the upgrade`,
    );
  }
}

const foundRow = rowSchema({ table: optionalText("found", "to_regclass('plumbline.kysely_migration')::text") });
const migrationRow = rowSchema({ name: text("name") });

export async function schemaState(db: Executor): Promise<SchemaState> {
  const known = readdirSync(folder)
    .map((file) => file.replace(/\.sql$/, ""))
    .toSorted();
  const [found] = await db.select(foundRow, sql`SELECT ${foundRow.columns}`);
  const applied =
    found?.table === undefined
      ? []
      : await db.select(
          migrationRow,
          sql`SELECT ${migrationRow.columns} FROM plumbline.kysely_migration ORDER BY name`,
        );
  const names = applied.map(({ name }) => name);
  const ahead = names.filter((name) => !known.includes(name));
  return { pending: known.filter((name) => !names.includes(name)), ahead, breaking: ahead.filter(isBreaking) };
}

/**
 * Brings the schema up to date, wholly or not at all; several processes may do so at once, and what a newer program did
 * stays as it is. Throws SchemaTooNew, or what went wrong.
 */
export function migrate(db: Database): Promise<Migrated> {
  return db.transaction(async (tx) => {
    // The table and the key of its lock are those of Kysely, with which earlier versions migrated.
    await tx.define("SELECT pg_advisory_xact_lock(3853314791062309107)");
    const { pending, ahead, breaking } = await schemaState(tx);
    if (breaking.length > 0) throw new SchemaTooNew(breaking);
    if (pending.length > 0) await tx.define(historyTable);
    for (const name of pending) {
      await tx.define(readFileSync(new URL(`${name}.sql`, folder), "utf8"));
      await tx.execute(sql`
        INSERT INTO plumbline.kysely_migration (name, timestamp)
        VALUES (${name}, to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`);
    }
    await installRoutines(tx);
    return { applied: pending, ahead };
  }, longestStatementMs);
}

/** A statement of a migration may go through every run that is kept. */
const longestStatementMs = 600_000;

const historyTable = `
  CREATE SCHEMA IF NOT EXISTS plumbline;
  CREATE TABLE IF NOT EXISTS plumbline.kysely_migration (
    name varchar(255) NOT NULL PRIMARY KEY, timestamp varchar(255) NOT NULL)`;
