import { sql, type Kysely } from "kysely";
import type { NotifiedTransition } from "../notify/effects.ts";
import type { Alert, DeliveryOutcome } from "../notify/compose/alert.ts";
import type { RouteDecision } from "../notify/route/route.ts";
import { type Incident, incidentId, type TransitionKind } from "../incident/incident.ts";
import type { AuditEntry, ControlStore, DeliveryView } from "../operate/control.ts";
import type { MonitorStore } from "../upkeep/check-monitor.ts";
import type { ConcludeStore } from "../upkeep/conclude.ts";
import { record } from "./audit-log.ts";
import { silenceOf, writeIncidents } from "./incidents.ts";
import { concludeIncident } from "./outbox.ts";
import { probeIds } from "./probe-ids.ts";
import { count, epochMs, iso, text, type Row } from "./rows.ts";

/** What people ask and do: incidents, silences, deliveries, and the record of who did it. */
export function createControlStore(db: Kysely<never>): ControlStore & MonitorStore & ConcludeStore {
  return {
    async incidents(all, limit) {
      const { rows } = await sql<{ body: Incident }>`
        SELECT body FROM plumbline.incidents WHERE state IN ('open', 'acknowledged') OR (${all}::bool AND state = 'resolved')
        ORDER BY (body->>'openedAtMs')::float8 DESC NULLS LAST LIMIT ${limit}::int`.execute(db);
      return rows.map(({ body }) => body);
    },

    async history(id) {
      const transitions = await sql<Row>`
        SELECT * FROM plumbline.transitions WHERE incident_id = ${id} ORDER BY sequence`.execute(db);
      const last = transitions.rows.at(-1);
      if (last === undefined) return undefined;
      const newest = await sql<{ body: Incident }>`
        SELECT body FROM plumbline.incidents WHERE fingerprint = ${text(last["fingerprint"])}`.execute(db);
      const body = newest.rows[0]?.body;
      return {
        incident:
          body !== undefined && body.state !== "suspected" && incidentId(body) === id
            ? body
            : (last["incident"] as Incident),
        transitions: transitions.rows.map(transitionOf),
        deliveries: await deliveriesWhere(db, sql`o.incident_id = ${id}`, 1000),
      };
    },

    changeIncident: (fingerprint, act, change) =>
      db.transaction().execute(async (tx) => {
        const { rows } = await sql<{ body: Incident }>`
          SELECT body FROM plumbline.incidents WHERE fingerprint = ${fingerprint}`.execute(tx);
        const seen = rows[0]?.body;
        if (seen === undefined) return;
        // The lock of the probe's own runs: what they are about to write is not overwritten.
        await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`plumbline:${seen.probeId}`}, 0))`.execute(tx);
        await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`plumbline:${fingerprint}`}, 0))`.execute(tx);
        const newest = await sql<{ body: Incident }>`
          SELECT body FROM plumbline.incidents WHERE fingerprint = ${fingerprint}`.execute(tx);
        const effects = change(newest.rows[0]?.body ?? seen);
        if (effects === undefined) return;
        await writeIncidents(tx, effects);
        await record(tx, act);
      }),

    async silences(nowMs) {
      const { rows } = await sql<Row>`
        SELECT * FROM plumbline.silences WHERE ends_at > ${iso(nowMs)}::timestamptz ORDER BY ends_at`.execute(db);
      return rows.map(silenceOf);
    },

    addSilence: ({ id, matcher, startsAtMs, endsAtMs, by, why }, act) =>
      db.transaction().execute(async (tx) => {
        await sql`
          INSERT INTO plumbline.silences (id, matcher, starts_at, ends_at, by, why) VALUES (${id},
            ${JSON.stringify(matcher)}::jsonb, ${iso(startsAtMs)}::timestamptz, ${iso(endsAtMs)}::timestamptz, ${by}, ${why})`.execute(
          tx,
        );
        await record(tx, act);
      }),

    endSilence: (id, act) =>
      db.transaction().execute(async (tx) => {
        const { rows } = await sql<Row>`
          UPDATE plumbline.silences SET ends_at = ${iso(act.atMs)}::timestamptz
          WHERE id = ${id} AND ends_at > ${iso(act.atMs)}::timestamptz RETURNING id`.execute(tx);
        if (rows.length === 1) await record(tx, act);
        return rows.length === 1;
      }),

    concludeIncident: (conclusion) => db.transaction().execute((tx) => concludeIncident(tx, conclusion)),

    async acts(limit) {
      const { rows } = await sql<Row>`SELECT * FROM plumbline.acts ORDER BY at DESC LIMIT ${limit}::int`.execute(db);
      return rows.map((row) => ({
        by: text(row["by"]),
        what: text(row["what"]) as AuditEntry["what"],
        subject: text(row["subject"]),
        why: text(row["why"]),
        atMs: epochMs(row["at"]),
      }));
    },

    async lastDone() {
      const { rows } = await sql<Row>`
        WITH ${probeIds(0)}
        SELECT ids.probe_id, newest.ended_at FROM ids CROSS JOIN LATERAL (
          SELECT coalesce(ended_at, slot) AS ended_at FROM plumbline.runs WHERE probe_id = ids.probe_id AND (state = 'done' OR (state = 'skipped' AND reason IN ('paused', 'spend-cap')))
          ORDER BY slot DESC LIMIT 1) AS newest`.execute(db);
      return new Map(rows.map((row) => [text(row["probe_id"]), epochMs(row["ended_at"])]));
    },

    deliveries: (state, limit) => deliveriesWhere(db, sql`o.state = ${state}`, limit),

    retryDelivery: (id, act) =>
      db.transaction().execute(async (tx) => {
        const at = iso(act.atMs);
        const { rows } = await sql<Row>`
          UPDATE plumbline.outbox o SET state = 'pending', attempts = 0, leased_until = NULL, due_at = ${at}::timestamptz,
            created_at = ${at}::timestamptz
          WHERE o.id = ${id} AND o.state = 'failed' AND NOT EXISTS (SELECT 1 FROM plumbline.outbox newer
            WHERE newer.incident_id = o.incident_id AND newer.receiver = o.receiver AND newer.sequence > o.sequence
              AND newer.state = 'delivered') RETURNING id`.execute(tx);
        if (rows.length === 1) await record(tx, act);
        return rows.length === 1;
      }),
  };
}

async function deliveriesWhere(
  db: Kysely<never>,
  condition: ReturnType<typeof sql>,
  limit: number,
): Promise<DeliveryView[]> {
  const { rows } = await sql<Row>`
    SELECT o.*, last.outcome FROM plumbline.outbox o LEFT JOIN LATERAL (
      SELECT outcome FROM plumbline.delivery_attempts WHERE outbox_id = o.id ORDER BY started_at DESC LIMIT 1) last ON true
    WHERE ${condition} ORDER BY o.created_at DESC, o.sequence DESC LIMIT ${limit}::int`.execute(db);
  return rows.map((row) => ({
    id: text(row["id"]),
    incidentId: text(row["incident_id"]),
    sequence: count(row["sequence"]),
    receiver: text(row["receiver"]),
    summary: (row["alert"] as Alert).summary,
    state: text(row["state"]) as DeliveryView["state"],
    attempts: count(row["attempts"]),
    createdAtMs: epochMs(row["created_at"]),
    dueAtMs: epochMs(row["due_at"]),
    lastOutcome: (row["outcome"] ?? undefined) as DeliveryOutcome | undefined,
  }));
}

function transitionOf(row: Row): NotifiedTransition {
  return {
    kind: text(row["kind"]) as TransitionKind,
    incidentId: text(row["incident_id"]),
    fingerprint: text(row["fingerprint"]),
    sequence: count(row["sequence"]),
    atMs: epochMs(row["at"]),
    reason: text(row["reason"]),
    routes: row["routes"] as readonly RouteDecision[],
  };
}
