import { sql, type Kysely, type Transaction } from "kysely";
import type { Alert } from "../notify/compose/alert.ts";
import { supersededEntries, type WaitingEntry } from "../notify/deliver/superseded.ts";
import type { Conclusion, DeliveryAttempt, Outbox, PendingDelivery } from "../notify/deliver/outbox.ts";
import type { Incident } from "../incident/incident.ts";
import { writeIncidents } from "./incidents.ts";
import { count, epochMs, iso, optionalText, text, type Row } from "./rows.ts";

/** Alerts waiting for their receivers: the truth about what is still to be delivered. */
export function createOutbox(db: Kysely<never>): Outbox {
  return {
    async catchUp(nowMs) {
      const { rows } = await sql<Row>`
        SELECT w.id, w.incident_id, w.receiver, w.sequence, w.alert->>'status' AS status, w.attempts, w.created_at,
          w.held_until, coalesce(w.leased_until > ${iso(nowMs)}::timestamptz, false) AS is_leased
        FROM plumbline.outbox w WHERE w.state = 'pending' AND EXISTS (SELECT 1 FROM plumbline.outbox o
          WHERE o.incident_id = w.incident_id AND o.receiver = w.receiver AND o.state = 'pending' AND o.id <> w.id)`.execute(
        db,
      );
      for (const { by, ids } of supersededEntries(rows.map(waiting), nowMs)) await carry(db, by, ids, nowMs);
    },

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
        RETURNING o.*, ${earlierOf}, (SELECT configuration FROM plumbline.disabled_receivers d WHERE d.receiver = o.receiver) AS disabled_as`.execute(
        db,
      );
      return rows[0] === undefined ? undefined : pending(rows[0]);
    },

    record: (attempt, conclusion) =>
      db.transaction().execute(async (tx) => {
        const isEnded = await writeAttempt(tx, attempt);
        if (attempt.disablesAs !== undefined) await disable(tx, attempt, attempt.disablesAs);
        if (isEnded && conclusion !== undefined) await concludeIncident(tx, conclusion);
      }),
  };
}

/** Messages that one carries along, as the alert tells of them. */
const earlierOf = sql`(
  SELECT jsonb_agg(jsonb_build_object('id', c.id, 'sequence', c.sequence, 'event', c.alert->>'event', 'at', c.alert->>'at',
    'reason', c.alert->>'reason') ORDER BY c.sequence) FROM plumbline.outbox c WHERE c.carried_by = o.id AND c.incident_id = o.incident_id) AS earlier,
  (SELECT min(greatest(c.created_at, c.held_until)) FROM plumbline.outbox c
    WHERE c.carried_by = o.id AND c.incident_id = o.incident_id AND c.attempts > 0) AS failing_since`;

/** Not what somebody has begun to hand over since it was looked at. */
async function carry(db: Kysely<never>, by: string, ids: readonly string[], nowMs: number): Promise<void> {
  await sql`
    WITH carried AS (
      UPDATE plumbline.outbox SET state = 'carried', carried_by = ${by} WHERE id = ANY(${ids}::text[])
        AND state = 'pending' AND (leased_until IS NULL OR leased_until <= ${iso(nowMs)}::timestamptz) RETURNING id)
    UPDATE plumbline.outbox SET carried_by = ${by} WHERE carried_by IN (SELECT id FROM carried)`.execute(db);
}

function waiting(row: Row): WaitingEntry {
  return {
    id: text(row["id"]),
    incidentId: text(row["incident_id"]),
    receiver: text(row["receiver"]),
    sequence: count(row["sequence"]),
    status: text(row["status"]) as Alert["status"],
    attempts: count(row["attempts"]),
    createdAtMs: epochMs(row["created_at"]),
    heldUntilMs: optionalMs(row["held_until"]),
    isLeased: row["is_leased"] === true,
  };
}

const optionalMs = (value: unknown): number | undefined =>
  value === null || value === undefined ? undefined : epochMs(value);

/** Whether this attempt has ended its entry: a late one, after another has, changes nothing. */
async function writeAttempt(tx: Transaction<never>, attempt: DeliveryAttempt): Promise<boolean> {
  const { outboxId, receiver, ordinal, startedAtMs, durationMs, outcome, nextDueAtMs } = attempt;
  const state = nextDueAtMs !== undefined ? "pending" : outcome.kind === "delivered" ? "delivered" : "failed";
  const { rows } = await sql<Row>`
    WITH attempt AS (
      INSERT INTO plumbline.delivery_attempts (outbox_id, ordinal, receiver, started_at, duration_ms, outcome)
      VALUES (${outboxId}, ${ordinal}::int, ${receiver}, ${iso(startedAtMs)}::timestamptz, ${durationMs}::float8,
        ${JSON.stringify(outcome)}::jsonb) ON CONFLICT DO NOTHING)
    UPDATE plumbline.outbox SET state = ${state}, attempts = ${ordinal}::int, leased_until = NULL,
      due_at = coalesce(${nextDueAtMs === undefined ? null : iso(nextDueAtMs)}::timestamptz, due_at)
    WHERE id = ${outboxId} AND state = 'pending' RETURNING state`.execute(tx);
  return rows.length === 1 && state !== "pending";
}

async function disable(
  tx: Transaction<never>,
  { receiver, startedAtMs }: DeliveryAttempt,
  configuration: string,
): Promise<void> {
  await sql`
    INSERT INTO plumbline.disabled_receivers (receiver, configuration, at)
    VALUES (${receiver}, ${configuration}, ${iso(startedAtMs)}::timestamptz)
    ON CONFLICT (receiver) DO UPDATE SET configuration = excluded.configuration, at = excluded.at`.execute(tx);
}

/** Deliveries to one receiver that end at the same time take turns. */
export async function concludeIncident(
  tx: Transaction<never>,
  { fingerprint, conclude: decide }: Conclusion,
): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`plumbline:${fingerprint}`}, 0))`.execute(tx);
  const { rows } = await sql<{ body: Incident }>`
    SELECT body FROM plumbline.incidents WHERE fingerprint = ${fingerprint}`.execute(tx);
  await writeIncidents(tx, decide(rows[0]?.body));
}

function pending(row: Row): PendingDelivery {
  const alert = row["alert"] as Alert;
  const earlier = (row["earlier"] ?? undefined) as Alert["earlier"];
  const heldUntilMs = optionalMs(row["held_until"]);
  return {
    entry: {
      id: text(row["id"]),
      receiver: text(row["receiver"]),
      alert: earlier === undefined ? alert : { ...alert, earlier },
      createdAtMs: epochMs(row["created_at"]),
      ...(heldUntilMs === undefined ? {} : { heldUntilMs }),
    },
    attempts: count(row["attempts"]),
    dueAtMs: epochMs(row["due_at"]),
    failingSinceMs: optionalMs(row["failing_since"]),
    disabledAs: optionalText(row["disabled_as"]),
  };
}
