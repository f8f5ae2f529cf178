import { type Incident, incidentId } from "../incident/incident.ts";
import type { DeliveryOutcome } from "../notify/compose/alert.ts";
import type { AuditStore } from "../operate/audit-log.ts";
import type { DeliveryStore, DeliveryView } from "../operate/deliveries.ts";
import type { IncidentStore } from "../operate/manage-incidents.ts";
import type { RehearsalStore } from "../operate/rehearse.ts";
import type { SilenceStore } from "../operate/silences.ts";
import type { CapacityStore } from "../upkeep/check-capacity.ts";
import type { LimitsStore, ReachedLimit } from "../upkeep/check-limits.ts";
import type { MonitorStore } from "../upkeep/check-monitor.ts";
import type { ConcludeStore } from "../upkeep/conclude.ts";
import { record, recordIfChanged } from "./audit-log.ts";
import { iso, json, jsonOr, number, type Row, rowSchema, text, timeMs, word } from "./columns.ts";
import type { Database } from "./database.ts";
import { lockIncident, readIncident, readPeers, readSent, writeIncidents } from "./incidents.ts";
import { concludeIncident } from "./outbox.ts";
import { auditEntryRow, incidentRow, silenceRow, transitionRow } from "./rows.ts";
import { sql, type Statement } from "./sql.ts";

const reachedLimitRow = rowSchema<ReachedLimit>({
  location: text("location"),
  reason: text("reason", "regexp_replace(unjudged ->> 0, '^run: ', '')"),
  runId: text("run_id", "max(run_id)"),
  runs: number("runs", "count(*)"),
});

const leftOutRow = rowSchema({ location: text("location"), slots: number("slots", "sum(slots)") });

const lastDoneRow = rowSchema({
  probeId: text("probe_id"),
  endedAtMs: timeMs("last_done_at"),
});

type ControlStore = IncidentStore & SilenceStore & DeliveryStore & AuditStore & RehearsalStore;

/** Incidents, silences, deliveries, and the audit log. */
export function createControlStore(
  db: Database,
): ControlStore & CapacityStore & LimitsStore & MonitorStore & ConcludeStore {
  return {
    incidents: (all, limit) =>
      db.select(
        incidentRow,
        sql`
        SELECT ${incidentRow.columns} FROM (
          SELECT body FROM plumbline.incidents WHERE state IN ('open', 'acknowledged')
            -- A suspicion that was dropped is no incident.
            OR (${all}::bool AND state = 'resolved' AND (body->>'episode')::int > 0)
          UNION ALL
          -- Earlier episodes, as their last transition left them.
          (SELECT DISTINCT ON (t.incident_id) t.incident AS body FROM plumbline.transitions t
            WHERE ${all}::bool AND t.incident <> 'null' AND NOT EXISTS (SELECT FROM plumbline.incidents i
              WHERE i.fingerprint = t.fingerprint AND i.state <> 'suspected'
                AND t.incident_id = concat(i.fingerprint, '-', i.body->>'episode'))
            ORDER BY t.incident_id, t.sequence DESC)) AS episodes
        WHERE jsonb_exists_all(body, '{fingerprint,findings}')
        ORDER BY (body->>'openedAtMs')::float8 DESC NULLS LAST LIMIT ${limit}::int`,
      ),

    async history(id) {
      const transitions = await db.select(
        transitionWithIncidentRow,
        sql`SELECT ${transitionWithIncidentRow.columns} FROM plumbline.transitions WHERE incident_id = ${id} ORDER BY sequence`,
      );
      const last = transitions.at(-1);
      if (last === undefined) return undefined;
      const newest = await readIncident(db, last.transition.fingerprint);
      const isSame = newest !== undefined && newest.state !== "suspected" && incidentId(newest) === id;
      return {
        incident: isSame ? newest : last.incident,
        transitions: transitions.map(({ transition }) => transition),
        deliveries: await deliveriesWhere(db, sql`incident_id = ${id}`, 1000),
      };
    },

    peersOf: ({ probeId, target, scenario, lastSlotMs }) =>
      readPeers(db, { probeId, target, scenario, slotMs: lastSlotMs }, mostPeers),

    changeIncident: (fingerprint, entry, change) =>
      db.transaction(async (tx) => {
        const newest = await lockIncident(tx, fingerprint);
        const effects = newest === undefined ? undefined : change(newest);
        if (effects === undefined) return;
        await writeIncidents(tx, effects);
        await record(tx, entry);
      }),

    silences: (nowMs) =>
      db.select(
        silenceRow,
        sql`SELECT ${silenceRow.columns} FROM plumbline.silences WHERE ends_at > ${iso(nowMs)}::timestamptz ORDER BY ends_at`,
      ),

    sentBefore: (nowMs) => readSent(db, nowMs),

    addSilence: ({ id, matcher, startsAtMs, endsAtMs, by, why, endsWith }, entry) =>
      db.transaction(async (tx) => {
        await tx.execute(sql`
          INSERT INTO plumbline.silences (id, matcher, starts_at, ends_at, by, why, ends_with) VALUES (${id},
            ${JSON.stringify(matcher)}::jsonb, ${iso(startsAtMs)}::timestamptz, ${iso(endsAtMs)}::timestamptz, ${by}, ${why},
            ${endsWith})`);
        await record(tx, entry);
      }),

    endSilence: (id, entry) =>
      recordIfChanged(
        db,
        entry,
        sql`
        UPDATE plumbline.silences SET ends_at = ${iso(entry.atMs)}::timestamptz
        WHERE id = ${id} AND ends_at > ${iso(entry.atMs)}::timestamptz RETURNING id`,
      ),

    extendSilence: (id, endsAtMs, entry) =>
      recordIfChanged(
        db,
        entry,
        sql`
        UPDATE plumbline.silences SET ends_at = ${iso(endsAtMs)}::timestamptz
        WHERE id = ${id} AND ends_at > ${iso(entry.atMs)}::timestamptz RETURNING id`,
      ),

    concludeIncident: (conclusion) => db.transaction((tx) => concludeIncident(tx, conclusion)),

    acts: (limit) =>
      db.select(
        auditEntryRow,
        sql`SELECT ${auditEntryRow.columns} FROM plumbline.acts ORDER BY at DESC LIMIT ${limit}::int`,
      ),

    async lastDone() {
      const rows = await db.select(
        lastDoneRow,
        sql`SELECT ${lastDoneRow.columns} FROM plumbline.progress WHERE last_done_at IS NOT NULL`,
      );
      return new Map(rows.map(({ probeId, endedAtMs }) => [probeId, endedAtMs]));
    },

    leftOut: (sinceMs) =>
      db.select(
        leftOutRow,
        sql`
        SELECT ${leftOutRow.columns} FROM plumbline.left_out WHERE minute >= ${iso(sinceMs)}::timestamptz
        GROUP BY location ORDER BY location`,
      ),

    reachedLimits: (sinceMs) =>
      db.select(
        reachedLimitRow,
        sql`
        SELECT ${reachedLimitRow.columns} FROM plumbline.runs
        WHERE slot > ${iso(sinceMs)}::timestamptz AND verdict = 'inconclusive'
          AND observations @> '[{"outcome": {"class": "local"}}]' GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 10`,
      ),

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

const mostPeers = 200;

const incidentColumn = rowSchema<{ incident: Incident }>({ incident: json("incident") });

const transitionWithIncidentRow = {
  columns: sql`${transitionRow.columns}, ${incidentColumn.columns}`,
  decode: (row: Row) => ({ transition: transitionRow.decode(row), ...incidentColumn.decode(row) }),
};

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

function deliveriesWhere(db: Database, condition: Statement, limit: number): Promise<DeliveryView[]> {
  return db.select(
    deliveryRow,
    sql`
    SELECT ${deliveryRow.columns} FROM plumbline.outbox o LEFT JOIN LATERAL (
      SELECT outcome FROM plumbline.delivery_attempts WHERE outbox_id = o.id ORDER BY started_at DESC LIMIT 1) last ON true
    WHERE ${condition} ORDER BY created_at DESC, sequence DESC LIMIT ${limit}::int`,
  );
}
