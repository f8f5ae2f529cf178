import { sql, type Kysely } from "kysely";
import type { Alert } from "../alert/alert.ts";
import type { Outbox, PendingDelivery } from "../alert/outbox.ts";
import { count, epochMs, iso, text, type Row } from "./rows.ts";

/** Alerts waiting for their receivers: the truth about what is still to be delivered. */
export function createOutbox(db: Kysely<never>): Outbox {
  return {
    async due(nowMs, limit) {
      const { rows } = await sql<Row>`
        SELECT * FROM (
          SELECT DISTINCT ON (incident_id, receiver) * FROM plumbline.outbox WHERE state = 'pending'
          ORDER BY incident_id, receiver, sequence) AS first
        WHERE due_at <= ${iso(nowMs)}::timestamptz AND (leased_until IS NULL OR leased_until <= ${iso(nowMs)}::timestamptz)
        ORDER BY due_at LIMIT ${limit}::int`.execute(db);
      return rows.map(pending);
    },

    async lease(id, nowMs, leaseMs) {
      const { rows } = await sql<Row>`
        UPDATE plumbline.outbox AS o SET leased_until = ${iso(nowMs + leaseMs)}::timestamptz
        WHERE o.id = ${id} AND o.state = 'pending' AND o.due_at <= ${iso(nowMs)}::timestamptz
          AND (o.leased_until IS NULL OR o.leased_until <= ${iso(nowMs)}::timestamptz)
          AND NOT EXISTS (SELECT 1 FROM plumbline.outbox e WHERE e.incident_id = o.incident_id
            AND e.receiver = o.receiver AND e.sequence < o.sequence AND e.state = 'pending')
        RETURNING *`.execute(db);
      return rows[0] === undefined ? undefined : pending(rows[0]);
    },

    async record({ outboxId, receiver, ordinal, startedAtMs, durationMs, outcome, nextDueAtMs }) {
      const state = nextDueAtMs !== undefined ? "pending" : outcome.kind === "delivered" ? "delivered" : "failed";
      await sql`
        WITH attempt AS (
          INSERT INTO plumbline.delivery_attempts (outbox_id, ordinal, receiver, started_at, duration_ms, outcome)
          VALUES (${outboxId}, ${ordinal}::int, ${receiver}, ${iso(startedAtMs)}::timestamptz, ${durationMs}::float8,
            ${JSON.stringify(outcome)}::jsonb) ON CONFLICT DO NOTHING)
        UPDATE plumbline.outbox SET state = ${state}, attempts = ${ordinal}::int, leased_until = NULL,
          due_at = coalesce(${nextDueAtMs === undefined ? null : iso(nextDueAtMs)}::timestamptz, due_at)
        WHERE id = ${outboxId} AND state = 'pending'`.execute(db);
    },
  };
}

function pending(row: Row): PendingDelivery {
  return {
    entry: {
      id: text(row["id"]),
      receiver: text(row["receiver"]),
      alert: row["alert"] as Alert,
      createdAtMs: epochMs(row["created_at"]),
    },
    attempts: count(row["attempts"]),
    dueAtMs: epochMs(row["due_at"]),
  };
}
