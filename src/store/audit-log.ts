import { sql, type Transaction } from "kysely";
import type { AuditEntry } from "../operate/control.ts";
import { iso } from "./rows.ts";

/** Keeps who did what, in the transaction in which it is done. */
export async function record(tx: Transaction<never>, { by, what, subject, why, atMs }: AuditEntry): Promise<void> {
  await sql`
    INSERT INTO plumbline.acts (at, by, what, subject, why)
    VALUES (${iso(atMs)}::timestamptz, ${by}, ${what}, ${subject}, ${why})`.execute(tx);
}
