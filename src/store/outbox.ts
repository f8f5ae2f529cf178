import type { Alert } from "../notify/compose/alert.ts";
import { supersededEntries, type WaitingEntry } from "../notify/deliver/superseded.ts";
import type { Conclusion, DeliveryAttempt, Outbox, PendingDelivery } from "../notify/deliver/outbox.ts";
import {
  flag,
  iso,
  json,
  jsonOr,
  number,
  optionalText,
  optionalTimeMs,
  type RowSchema,
  rowSchema,
  text,
  timeMs,
  word,
} from "./columns.ts";
import type { HeartbeatStore } from "../upkeep/heartbeat.ts";
import type { Database, Transaction } from "./database.ts";
import { readIncident, readSurroundings, writeIncidents } from "./incidents.ts";
import { lock, lockKeys } from "./locks.ts";
import { withNewestReach } from "./neighbours.ts";
import { raw, sql } from "./sql.ts";

/** Alerts waiting for their receivers: the truth about what is still to be delivered. */
export function createOutbox(db: Database): Outbox & Pick<HeartbeatStore, "beat"> {
  return {
    async catchUp(nowMs) {
      const waiting = await db.select(
        waitingRow,
        sql`
        SELECT ${waitingRow.columns} FROM (
          SELECT *, coalesce(leased_until > ${iso(nowMs)}::timestamptz, false) AS is_leased FROM plumbline.outbox) w WHERE w.state = 'pending' AND EXISTS (SELECT 1 FROM plumbline.outbox o
          WHERE o.incident_id = w.incident_id AND o.receiver = w.receiver AND o.state = 'pending' AND o.id <> w.id)`,
      );
      for (const { by, ids } of supersededEntries(waiting, nowMs)) await carry(db, by, ids, nowMs);
    },

    due: (nowMs, limit) =>
      db.select(
        pendingRow,
        sql`
        SELECT ${pendingRow.columns} FROM (
          SELECT DISTINCT ON (incident_id, receiver) *, NULL AS earlier, NULL AS failing_since, NULL AS disabled_as
          FROM plumbline.outbox WHERE state = 'pending' ORDER BY incident_id, receiver, sequence) AS first
        WHERE due_at <= ${iso(nowMs)}::timestamptz AND (leased_until IS NULL OR leased_until <= ${iso(nowMs)}::timestamptz)
        ORDER BY due_at LIMIT ${limit}::int`,
      ),

    async lease(id, nowMs, leaseMs) {
      const [leased] = await db.execute(sql`
        UPDATE plumbline.outbox AS o SET leased_until = ${iso(nowMs + leaseMs)}::timestamptz
        WHERE o.id = ${id} AND o.state = 'pending' AND o.due_at <= ${iso(nowMs)}::timestamptz
          AND (o.leased_until IS NULL OR o.leased_until <= ${iso(nowMs)}::timestamptz)
          AND NOT EXISTS (SELECT 1 FROM plumbline.outbox e WHERE e.incident_id = o.incident_id
            AND e.receiver = o.receiver AND e.sequence < o.sequence AND e.state = 'pending')
        RETURNING o.*, ${earlierOf}, (SELECT configuration FROM plumbline.disabled_receivers d WHERE d.receiver = o.receiver) AS disabled_as`);
      return leased === undefined ? undefined : withNewestReach(db, pendingRow.decode(leased));
    },

    async beat({ id, receiver, alert, createdAtMs }) {
      await db.execute(sql`
        INSERT INTO plumbline.outbox (id, incident_id, sequence, receiver, alert, created_at, due_at)
        SELECT ${id}, ${alert.incidentId}, ${alert.sequence}::int, ${receiver}, ${JSON.stringify(alert)}::jsonb,
          ${iso(createdAtMs)}::timestamptz, ${iso(createdAtMs)}::timestamptz
        WHERE NOT EXISTS (SELECT FROM plumbline.outbox WHERE receiver = ${receiver} AND state = 'pending')
        ON CONFLICT DO NOTHING`);
    },

    record: (attempt, conclusion) =>
      db.transaction(async (tx) => {
        if (attempt.isRoutine === true) {
          await tx.execute(sql`DELETE FROM plumbline.outbox WHERE id = ${attempt.outboxId}`);
          return;
        }
        const isEnded = await writeAttempt(tx, attempt);
        if (attempt.disablesAs !== undefined) await disable(tx, attempt, attempt.disablesAs);
        if (isEnded && conclusion !== undefined) await concludeIncident(tx, conclusion);
      }),
  };
}

const waitingRow = rowSchema<WaitingEntry>({
  id: text("id"),
  incidentId: text("incident_id"),
  receiver: text("receiver"),
  sequence: number("sequence"),
  status: word<Alert["status"]>("status", "alert->>'status'"),
  attempts: number("attempts"),
  createdAtMs: timeMs("created_at"),
  heldUntilMs: optionalTimeMs("held_until"),
  isLeased: flag("is_leased"),
});

const entryRow = rowSchema({
  id: text("id"),
  receiver: text("receiver"),
  alert: json<Alert>("alert"),
  createdAtMs: timeMs("created_at"),
  heldUntilMs: optionalTimeMs("held_until"),
  earlier: jsonOr<Alert["earlier"]>("earlier", undefined),
});

const progressRow = rowSchema<Omit<PendingDelivery, "entry">>({
  attempts: number("attempts"),
  dueAtMs: timeMs("due_at"),
  failingSinceMs: optionalTimeMs("failing_since"),
  disabledAs: optionalText("disabled_as"),
});

const pendingRow: RowSchema<PendingDelivery> = {
  columns: sql`${entryRow.columns}, ${progressRow.columns}`,
  decode(row) {
    const { alert, earlier, heldUntilMs, ...entry } = entryRow.decode(row);
    return {
      entry: {
        ...entry,
        alert: earlier === undefined ? alert : { ...alert, earlier },
        ...(heldUntilMs !== undefined && { heldUntilMs }),
      },
      ...progressRow.decode(row),
    };
  },
};

/** Messages that this one carries, as its alert lists them. */
const earlierOf = raw(`(
  SELECT jsonb_agg(jsonb_build_object('id', c.id, 'sequence', c.sequence, 'event', c.alert->>'event', 'at', c.alert->>'at',
    'reason', c.alert->>'reason') ORDER BY c.sequence) FROM plumbline.outbox c WHERE c.superseded_by = o.id AND c.incident_id = o.incident_id) AS earlier,
  (SELECT min(greatest(c.created_at, c.held_until)) FROM plumbline.outbox c
    WHERE c.superseded_by = o.id AND c.incident_id = o.incident_id AND c.attempts > 0) AS failing_since`);

/** Entries leased since they were read are left out. */
async function carry(db: Database, by: string, ids: readonly string[], nowMs: number): Promise<void> {
  await db.execute(sql`
    WITH superseded AS (
      UPDATE plumbline.outbox SET state = 'superseded', superseded_by = ${by} WHERE id = ANY(${ids}::text[])
        AND state = 'pending' AND (leased_until IS NULL OR leased_until <= ${iso(nowMs)}::timestamptz) RETURNING id)
    UPDATE plumbline.outbox SET superseded_by = ${by} WHERE superseded_by IN (SELECT id FROM superseded)`);
}

/** Whether this attempt has ended its entry: a late one, after another has, changes nothing. */
async function writeAttempt(tx: Transaction, attempt: DeliveryAttempt): Promise<boolean> {
  const { outboxId, receiver, ordinal, startedAtMs, durationMs, outcome, nextDueAtMs } = attempt;
  const state = nextDueAtMs !== undefined ? "pending" : outcome.kind === "delivered" ? "delivered" : "failed";
  const ended = await tx.execute(sql`
    WITH attempt AS (
      INSERT INTO plumbline.delivery_attempts (outbox_id, ordinal, receiver, started_at, duration_ms, outcome)
      VALUES (${outboxId}, ${ordinal}::int, ${receiver}, ${iso(startedAtMs)}::timestamptz, ${durationMs}::float8,
        ${JSON.stringify(outcome)}::jsonb) ON CONFLICT DO NOTHING)
    UPDATE plumbline.outbox SET state = ${state}, attempts = ${ordinal}::int, leased_until = NULL,
      due_at = coalesce(${nextDueAtMs === undefined ? null : iso(nextDueAtMs)}::timestamptz, due_at)
    WHERE id = ${outboxId} AND state = 'pending' RETURNING state`);
  return ended.length === 1 && state !== "pending";
}

async function disable(
  tx: Transaction,
  { receiver, startedAtMs }: DeliveryAttempt,
  configuration: string,
): Promise<void> {
  await tx.execute(sql`
    INSERT INTO plumbline.disabled_receivers (receiver, configuration, at)
    VALUES (${receiver}, ${configuration}, ${iso(startedAtMs)}::timestamptz)
    ON CONFLICT (receiver) DO UPDATE SET configuration = excluded.configuration, at = excluded.at`);
}

/** Deliveries to one receiver that end at the same time take turns. */
export async function concludeIncident(
  tx: Transaction,
  { fingerprint, nowMs, conclude: decide }: Conclusion,
): Promise<void> {
  await lock(tx, lockKeys.incident(fingerprint));
  const before = await readIncident(tx, fingerprint);
  // No target's outage explains a limit or a duty of the monitor: silences and group incidents may.
  const { silences, groups } = await readSurroundings(tx, { target: "", location: "", endedAtMs: nowMs });
  await writeIncidents(tx, decide(before, { silences, groups, outages: [] }));
}
