import type { RoleLease, RollCallStore } from "../upkeep/roll-call.ts";
import { iso, optionalTimeMs, rowSchema, text, timeMs } from "./columns.ts";
import type { Database } from "./database.ts";
import { incidentRow } from "./rows.ts";
import { sql } from "./sql.ts";

const roleRow = rowSchema<RoleLease>({
  role: text("role", String.raw`substring(name from '^role/(.*)/[^/]*$')`),
  untilMs: timeMs("until", "max(until)"),
});
const oldestRow = rowSchema({ dueAtMs: optionalTimeMs("due_at", "min(due_at)") });

/** The few facts that readiness, heartbeat and metrics need: never the whole overview. */
export function createVitalsStore(db: Database): Pick<RollCallStore, "vitals"> {
  return {
    async vitals(nowMs, sinceMs) {
      const now = iso(nowMs);
      const roles = await db.select(
        roleRow,
        sql`
        SELECT ${roleRow.columns} FROM plumbline.leases
        WHERE name LIKE 'role/%' AND until > ${iso(sinceMs)}::timestamptz GROUP BY 1 ORDER BY 1`,
      );
      // An alert behind another one of its incident that is retried later waits for its turn.
      const [oldest] = await db.select(
        oldestRow,
        sql`
        SELECT ${oldestRow.columns} FROM (
          SELECT DISTINCT ON (incident_id, receiver) due_at, leased_until FROM plumbline.outbox
          WHERE state = 'pending' ORDER BY incident_id, receiver, sequence) AS first
        WHERE due_at <= ${now}::timestamptz AND (leased_until IS NULL OR leased_until <= ${now}::timestamptz)`,
      );
      const incidents = await db.select(
        incidentRow,
        sql`
        SELECT ${incidentRow.columns} FROM plumbline.incidents
        WHERE state IN ('open', 'acknowledged') AND body ->> 'kind' = 'monitor' LIMIT 20`,
      );
      return { roles, oldestDueMs: oldest?.dueAtMs, incidents };
    },
  };
}
