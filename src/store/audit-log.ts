import type { AuditEntry, AuditStore } from "../operate/audit-log.ts";
import { iso } from "./columns.ts";
import type { Database, Transaction } from "./database.ts";
import { auditEntryRow } from "./rows.ts";
import { sql, type Statement } from "./sql.ts";

/** Keeps who did what, in the transaction in which it is done. */
export async function record(tx: Transaction, { by, what, subject, why, atMs }: AuditEntry): Promise<void> {
  await tx.execute(sql`
    INSERT INTO plumbline.acts (at, by, what, subject, why)
    VALUES (${iso(atMs)}::timestamptz, ${by}, ${what}, ${subject}, ${why})`);
}

/** One change and its entry in the log: neither when the change returns no row. Whether there was one. */
export function recordIfChanged(db: Database, entry: AuditEntry, change: Statement): Promise<boolean> {
  return db.transaction(async (tx) => {
    const isChanged = (await tx.execute(change)).length > 0;
    if (isChanged) await record(tx, entry);
    return isChanged;
  });
}

export function createAuditLogStore(db: Database): AuditStore {
  return {
    acts: (limit) =>
      db.select(
        auditEntryRow,
        sql`SELECT ${auditEntryRow.columns} FROM plumbline.acts ORDER BY at DESC LIMIT ${limit}::int`,
      ),
  };
}
