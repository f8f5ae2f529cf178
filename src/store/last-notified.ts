import type { OutboxEntry } from "../notify/compose/alert.ts";
import type { LastNotified } from "../notify/route/resend.ts";
import { iso, json, rowSchema, text, timeMs } from "./columns.ts";
import type { Database } from "./database.ts";
import { sql } from "./sql.ts";

const entryRow = rowSchema<Omit<OutboxEntry, "heldUntilMs" | "dueWhenAnsweredMs">>({
  id: text("id"),
  receiver: text("receiver"),
  alert: json("alert"),
  createdAtMs: timeMs("created_at"),
});

/** The last message that each receiver got about incidents that are open, or were resolved a short time ago. */
export function createLastNotifiedStore(db: Database): LastNotified {
  return {
    lastNotified: (receiver, sinceMs) =>
      db.select(
        entryRow,
        sql`
        SELECT ${entryRow.columns} FROM (
          SELECT DISTINCT ON (incident_id) * FROM plumbline.outbox WHERE receiver = ${receiver} AND state IN ('delivered', 'failed')
          ORDER BY incident_id, sequence DESC) AS o
        WHERE CASE WHEN o.alert->>'status' = 'resolved' THEN o.created_at > ${iso(sinceMs)}::timestamptz
          ELSE EXISTS (SELECT 1 FROM plumbline.incidents i WHERE i.fingerprint = o.alert->>'fingerprint'
            AND i.state IN ('open', 'acknowledged') AND o.incident_id = i.fingerprint || '-' || (i.body->>'episode')) END
        ORDER BY o.created_at LIMIT 1000`,
      ),
  };
}
