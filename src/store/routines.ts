import { readFileSync } from "node:fs";
import { number, rowSchema } from "./columns.ts";
import type { Transaction } from "./database.ts";
import { sql } from "./sql.ts";

/**
 * Functions and views, each file as it is today; in the order in which they need each other. Whoever changes one raises
 * the version. Programs of the version before must be able to go on with it: what changes its parameters, its result or
 * its meaning gets a new name.
 */
export const routines = {
  version: 13,
  files: [
    "outlines",
    "ledger",
    "progress",
    "series-memory",
    "caps",
    "claim",
    "settle",
    "correct",
    "memory",
    "sent",
    "effects",
    "commit",
    "missed",
  ],
} as const;

const versionRow = rowSchema({ version: number("version") });

/** Installs the routines of this program unless those of a newer one are there. Part of a migration. */
export async function installRoutines(tx: Transaction): Promise<void> {
  const [installed] = await tx.select(versionRow, sql`SELECT ${versionRow.columns} FROM plumbline.routines`);
  if (installed !== undefined && installed.version >= routines.version) return;
  for (const file of routines.files) await tx.define(readFileSync(new URL(`sql/${file}.sql`, import.meta.url), "utf8"));
  await tx.execute(sql`
    INSERT INTO plumbline.routines (version) VALUES (${routines.version}::int)
    ON CONFLICT (single) DO UPDATE SET version = excluded.version`);
}
