import { sql, type Kysely } from "kysely";
import type { Alert } from "../notify/compose/alert.ts";
import type { LastNotified } from "../notify/route/resend.ts";
import { epochMs, iso, type Row, text } from "./rows.ts";

/** What each receiver was told last of what is not over, or is since a while only. */
export function createLastNotifiedStore(db: Kysely<never>): LastNotified {
  return {
    async lastNotified(receiver, sinceMs) {
      const { rows } = await sql<Row>`
        SELECT o.* FROM (
          SELECT DISTINCT ON (incident_id) * FROM plumbline.outbox WHERE receiver = ${receiver} AND state IN ('delivered', 'failed')
          ORDER BY incident_id, sequence DESC) AS o
        WHERE CASE WHEN o.alert->>'status' = 'resolved' THEN o.created_at > ${iso(sinceMs)}::timestamptz
          ELSE EXISTS (SELECT 1 FROM plumbline.incidents i WHERE i.fingerprint = o.alert->>'fingerprint'
            AND i.state IN ('open', 'acknowledged') AND o.incident_id = i.fingerprint || '-' || (i.body->>'episode')) END
        ORDER BY o.created_at LIMIT 1000`.execute(db);
      return rows.map((row) => ({
        id: text(row["id"]),
        receiver: text(row["receiver"]),
        alert: row["alert"] as Alert,
        createdAtMs: epochMs(row["created_at"]),
      }));
    },
  };
}
