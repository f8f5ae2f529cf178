import { sql, type Transaction } from "kysely";
import type { Aftermath } from "../alert/aftermath.ts";
import { iso } from "./rows.ts";

/** Incidents, their transitions and the alerts that follow: part of the transaction that writes their cause. */
export async function writeIncidents(
  tx: Transaction<never>,
  { incidents, transitions, outbox }: Aftermath,
): Promise<void> {
  const byFingerprint = new Map(incidents.map((incident) => [incident.fingerprint, incident]));
  for (const incident of incidents) {
    await sql`
      INSERT INTO plumbline.incidents (fingerprint, probe_id, state, body)
      VALUES (${incident.fingerprint}, ${incident.probeId}, ${incident.state}, ${JSON.stringify(incident)}::jsonb)
      ON CONFLICT (fingerprint) DO UPDATE SET state = excluded.state, body = excluded.body`.execute(tx);
  }
  for (const { incidentId, sequence, fingerprint, kind, atMs, reason } of transitions) {
    await sql`
      INSERT INTO plumbline.transitions (incident_id, sequence, fingerprint, kind, at, reason, incident)
      VALUES (${incidentId}, ${sequence}::int, ${fingerprint}, ${kind}, ${iso(atMs)}::timestamptz, ${reason},
        ${JSON.stringify(byFingerprint.get(fingerprint) ?? null)}::jsonb)`.execute(tx);
  }
  for (const { id, receiver, alert, createdAtMs } of outbox) {
    await sql`
      INSERT INTO plumbline.outbox (id, incident_id, sequence, receiver, alert, created_at, due_at)
      VALUES (${id}, ${alert.incidentId}, ${alert.sequence}::int, ${receiver}, ${JSON.stringify(alert)}::jsonb,
        ${iso(createdAtMs)}::timestamptz, ${iso(createdAtMs)}::timestamptz) ON CONFLICT DO NOTHING`.execute(tx);
  }
}
