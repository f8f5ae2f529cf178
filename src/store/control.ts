import { type Incident, incidentId } from "../incident/incident.ts";
import type { IncidentStore } from "../operate/manage-incidents.ts";
import type { RehearsalStore } from "../operate/rehearse.ts";
import type { ConcludeStore } from "../upkeep/conclude.ts";
import { record } from "./audit-log.ts";
import { json, type Row, rowSchema } from "./columns.ts";
import type { Database } from "./database.ts";
import { deliveriesWhere } from "./deliveries.ts";
import { lockIncident, readIncident, readPeers, readSent, writeIncidents } from "./incidents.ts";
import { concludeIncident } from "./outbox.ts";
import { incidentRow, transitionRow } from "./rows.ts";
import { sql } from "./sql.ts";

const mostPeers = 200;

const incidentColumn = rowSchema<{ incident: Incident }>({ incident: json("incident") });

const transitionWithIncidentRow = {
  columns: sql`${transitionRow.columns}, ${incidentColumn.columns}`,
  decode: (row: Row) => ({ transition: transitionRow.decode(row), ...incidentColumn.decode(row) }),
};

/** What people and upkeep see of incidents, and do to them. */
export function createControlStore(
  db: Database,
): Omit<IncidentStore, "silences"> & Omit<RehearsalStore, "silences"> & ConcludeStore {
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

    sentBefore: (nowMs) => readSent(db, nowMs),

    concludeIncident: (conclusion) => db.transaction((tx) => concludeIncident(tx, conclusion)),
  };
}
