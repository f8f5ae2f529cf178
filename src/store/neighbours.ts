import { reachOf } from "../notify/compose/compose.ts";
import type { PendingDelivery } from "../notify/deliver/outbox.ts";
import type { NeighbourStore } from "../schedule/admission.ts";
import { minuteMs } from "../std/duration.ts";
import { iso, rowSchema, text } from "./columns.ts";
import type { Database } from "./database.ts";
import { readIncident, readPeers } from "./incidents.ts";
import { lock, lockKeys } from "./locks.ts";
import { sql } from "./sql.ts";

/** A probe that was run beside its schedule is not asked again for this long. */
const restMs = 10 * minuteMs;

const askedRow = rowSchema({ probeId: text("probe_id") });
const fingerprintRow = rowSchema({ fingerprint: text("fingerprint") });

/** Questions to other probes, and the alerts that wait for their answers. */
export function createNeighbourStore(db: Database): NeighbourStore {
  return {
    askNeighbours: (probeIds, { most, slotMs, fingerprints }) =>
      db.transaction(async (tx) => {
        await lock(tx, lockKeys.neighbours());
        const asked = await tx.select(
          askedRow,
          sql`
          INSERT INTO plumbline.asked_slots (probe_id, slot, fingerprints)
          SELECT c.id, ${iso(slotMs)}::timestamptz, ${[...fingerprints]}::text[]
          FROM unnest(${[...probeIds]}::text[]) WITH ORDINALITY AS c(id, place)
          WHERE NOT EXISTS (SELECT FROM plumbline.pauses WHERE probe_id = c.id)
            AND NOT EXISTS (SELECT FROM plumbline.asked_slots WHERE probe_id = c.id AND slot > ${iso(slotMs - restMs)}::timestamptz)
          ORDER BY c.place LIMIT ${most}::int ON CONFLICT DO NOTHING RETURNING ${askedRow.columns}`,
        );
        return asked.map(({ probeId }) => probeId);
      }),

    async answer(probeId, slotMs, nowMs) {
      await db.execute(sql`
        UPDATE plumbline.asked_slots SET answered_at = ${iso(nowMs)}::timestamptz
        WHERE probe_id = ${probeId} AND slot = ${iso(slotMs)}::timestamptz AND fingerprints IS NOT NULL`);
      const answered = await db.select(
        fingerprintRow,
        sql`
        SELECT f AS fingerprint FROM plumbline.asked_slots, unnest(fingerprints) AS f
        WHERE probe_id = ${probeId} AND slot = ${iso(slotMs)}::timestamptz AND NOT EXISTS (
          SELECT FROM plumbline.asked_slots WHERE f = ANY(fingerprints) AND answered_at IS NULL
            AND slot > ${iso(nowMs - minuteMs)}::timestamptz)`,
      );
      return answered.map(({ fingerprint }) => fingerprint);
    },

    // What else holds an alert, such as the wait for others with its cause, goes on.
    async releaseAlerts(fingerprints, nowMs) {
      const released = await db.execute(sql`
        UPDATE plumbline.outbox SET due_at = greatest(due_when_answered, ${iso(nowMs)}::timestamptz),
          held_until = greatest(due_when_answered, ${iso(nowMs)}::timestamptz), due_when_answered = NULL
        WHERE state = 'pending' AND attempts = 0 AND due_at > ${iso(nowMs)}::timestamptz
          AND due_when_answered IS NOT NULL AND alert->>'fingerprint' = ANY(${[...fingerprints]}::text[])
        RETURNING id`);
      return released.length > 0;
    },
  };
}

/** A beginning that waited says who else is affected by now, and when that was checked. */
export async function withNewestReach(db: Database, pending: PendingDelivery): Promise<PendingDelivery> {
  const { entry, attempts } = pending;
  const { alert, heldUntilMs } = entry;
  if (attempts > 0 || heldUntilMs === undefined || alert.event !== "opened" || alert.reach === null) return pending;
  const incident = await readIncident(db, alert.fingerprint);
  if (incident === undefined) return pending;
  const asked = await db.select(
    askedRow,
    sql`SELECT ${askedRow.columns} FROM plumbline.asked_slots WHERE ${alert.fingerprint} = ANY(fingerprints)`,
  );
  const run = { ...incident, slotMs: incident.lastSlotMs, alsoProbeIds: asked.map(({ probeId }) => probeId) };
  const reach = reachOf(incident, await readPeers(db, run));
  await db.execute(sql`
    UPDATE plumbline.outbox SET alert = jsonb_set(alert, '{reach}', ${JSON.stringify(reach)}::jsonb) WHERE id = ${entry.id}`);
  return { ...pending, entry: { ...entry, alert: { ...alert, reach } } };
}
