import type { AuditDocument } from "../audit/document.ts";
import { type AuditArchive, type KeptAudit, mostAudits, mostOfTarget } from "../operate/audits.ts";
import { record } from "./audit-log.ts";
import { iso, json, number, rowSchema, text, timeMs, word } from "./columns.ts";
import type { Database } from "./database.ts";
import { sql } from "./sql.ts";

const auditRow = rowSchema<KeptAudit>({
  id: text("id"),
  target: text("target"),
  model: text("model"),
  environment: text("environment"),
  readiness: word<KeptAudit["readiness"]>("readiness"),
  because: text("because"),
  met: number("met"),
  broken: number("broken"),
  open: number("open"),
  accepted: number("accepted"),
  startedAtMs: timeMs("started_at"),
  addedAtMs: timeMs("added_at"),
  by: text("by"),
});
const bodyRow = rowSchema<{ document: AuditDocument }>({ document: json("body") });

/** Audits that somebody has sent: few, and never more than fit. */
export function createAuditArchive(db: Database): AuditArchive {
  return {
    audits: (target) =>
      db.select(
        auditRow,
        sql`
        SELECT ${auditRow.columns} FROM plumbline.audits WHERE ${target ?? null}::text IS NULL OR target = ${target ?? null}
        ORDER BY started_at DESC, id LIMIT ${mostAudits}::int`,
      ),

    async audit(id) {
      const found = sql`FROM plumbline.audits WHERE id = ${id}`;
      const [audit] = await db.select(auditRow, sql`SELECT ${auditRow.columns} ${found}`);
      const [body] = await db.select(bodyRow, sql`SELECT ${bodyRow.columns} ${found}`);
      return audit && body && { audit, document: body.document };
    },

    addAudit: (audit, document, entry) =>
      db.transaction(async (tx) => {
        const { id, target, model, environment, readiness, because, met, broken, open, accepted, by } = audit;
        const added = await tx.execute(sql`
          INSERT INTO plumbline.audits (id, target, model, environment, readiness, because, met, broken, open, accepted,
            started_at, added_at, by, body)
          VALUES (${id}, ${target}, ${model}, ${environment}, ${readiness}, ${because}, ${met}::int, ${broken}::int,
            ${open}::int, ${accepted}::int, ${iso(audit.startedAtMs)}::timestamptz, ${iso(audit.addedAtMs)}::timestamptz,
            ${by}, ${JSON.stringify(document)}::jsonb)
          ON CONFLICT (id) DO NOTHING RETURNING id`);
        if (added.length === 0) return false;
        await tx.execute(sql`
          DELETE FROM plumbline.audits WHERE id IN (
            SELECT id FROM plumbline.audits WHERE target = ${target} ORDER BY added_at DESC, id OFFSET ${mostOfTarget}::int)`);
        await tx.execute(sql`
          DELETE FROM plumbline.audits WHERE id IN (
            SELECT id FROM plumbline.audits ORDER BY added_at DESC, id OFFSET ${mostAudits}::int)`);
        await record(tx, entry);
        return true;
      }),
  };
}
