import type { DeliveryOutcome } from "../notify/compose/alert.ts";
import type { DeliveryStore, DeliveryView } from "../operate/deliveries.ts";
import { recordIfChanged } from "./audit-log.ts";
import { iso, jsonOr, number, rowSchema, text, timeMs, word } from "./columns.ts";
import type { Database } from "./database.ts";
import { sql, type Statement } from "./sql.ts";

/** Deliveries of alerts, and their repetition by hand. */
export function createDeliveryStore(db: Database): DeliveryStore {
  return {
    deliveries: (state, limit) => deliveriesWhere(db, sql`state = ${state}`, limit),

    retryDelivery(id, entry) {
      const at = iso(entry.atMs);
      return recordIfChanged(
        db,
        entry,
        sql`
        UPDATE plumbline.outbox o SET state = 'pending', attempts = 0, leased_until = NULL, due_at = ${at}::timestamptz,
          created_at = ${at}::timestamptz
        WHERE o.id = ${id} AND o.state = 'failed' AND NOT EXISTS (SELECT 1 FROM plumbline.outbox newer
          WHERE newer.incident_id = o.incident_id AND newer.receiver = o.receiver AND newer.sequence > o.sequence
            AND newer.state = 'delivered') RETURNING id`,
      );
    },
  };
}

const deliveryRow = rowSchema<DeliveryView>({
  id: text("id"),
  incidentId: text("incident_id"),
  sequence: number("sequence"),
  receiver: text("receiver"),
  summary: text("summary", "alert->>'summary'"),
  state: word("state"),
  attempts: number("attempts"),
  createdAtMs: timeMs("created_at"),
  dueAtMs: timeMs("due_at"),
  lastOutcome: jsonOr<DeliveryOutcome | undefined>("outcome", undefined),
});

export function deliveriesWhere(db: Database, condition: Statement, limit: number): Promise<DeliveryView[]> {
  return db.select(
    deliveryRow,
    sql`
    SELECT ${deliveryRow.columns} FROM plumbline.outbox o LEFT JOIN LATERAL (
      SELECT outcome FROM plumbline.delivery_attempts WHERE outbox_id = o.id ORDER BY started_at DESC LIMIT 1) last ON true
    WHERE ${condition} ORDER BY created_at DESC, sequence DESC LIMIT ${limit}::int`,
  );
}
