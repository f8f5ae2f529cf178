import type { Effects } from "../notify/effects.ts";
import type { Incident } from "../incident/incident.ts";
import { outageOf, type Surroundings } from "../incident/inhibit.ts";
import type { PeerProbe } from "../incident/blast-radius.ts";
import type { Finding } from "../judgement/judgement.ts";
import { iso, number, rowSchema, text, word } from "./columns.ts";
import type { Executor, Transaction } from "./database.ts";
import { lock, lockKeys } from "./locks.ts";
import { probeIds } from "./probe-ids.ts";
import { incidentRow, silenceRow } from "./rows.ts";
import { sql } from "./sql.ts";

/** Incidents, their transitions and the alerts that follow: part of the transaction that writes their cause. */
export async function writeIncidents(tx: Transaction, { incidents, transitions, outbox }: Effects): Promise<void> {
  const byFingerprint = new Map(incidents.map((incident) => [incident.fingerprint, incident]));
  for (const incident of incidents) {
    await tx.execute(sql`
      INSERT INTO plumbline.incidents (fingerprint, probe_id, state, body)
      VALUES (${incident.fingerprint}, ${incident.probeId}, ${incident.state}, ${JSON.stringify(incident)}::jsonb)
      ON CONFLICT (fingerprint) DO UPDATE SET state = excluded.state, body = excluded.body`);
  }
  for (const { incidentId, sequence, fingerprint, kind, atMs, reason, routes } of transitions) {
    await tx.execute(sql`
      INSERT INTO plumbline.transitions (incident_id, sequence, fingerprint, kind, at, reason, routes, incident)
      VALUES (${incidentId}, ${sequence}::int, ${fingerprint}, ${kind}, ${iso(atMs)}::timestamptz, ${reason},
        ${JSON.stringify(routes)}::jsonb, ${JSON.stringify(byFingerprint.get(fingerprint) ?? null)}::jsonb)`);
  }
  for (const { id, receiver, alert, createdAtMs, heldUntilMs } of outbox) {
    const dueAt = iso(Math.max(createdAtMs, heldUntilMs ?? 0));
    await tx.execute(sql`
      INSERT INTO plumbline.outbox (id, incident_id, sequence, receiver, alert, created_at, due_at, held_until)
      VALUES (${id}, ${alert.incidentId}, ${alert.sequence}::int, ${receiver}, ${JSON.stringify(alert)}::jsonb,
        ${iso(createdAtMs)}::timestamptz, ${dueAt}::timestamptz,
        ${heldUntilMs === undefined ? null : dueAt}::timestamptz) ON CONFLICT DO NOTHING`);
  }
}

/** The newest state of the incident of a fingerprint. */
export async function readIncident(db: Executor, fingerprint: string): Promise<Incident | undefined> {
  const [incident] = await db.select(
    incidentRow,
    sql`SELECT ${incidentRow.columns} FROM plumbline.incidents WHERE fingerprint = ${fingerprint}`,
  );
  return incident;
}

/** The same, with the locks of its probe's runs and of itself: nobody else writes it until the transaction ends. */
export async function lockIncident(tx: Transaction, fingerprint: string): Promise<Incident | undefined> {
  const seen = await readIncident(tx, fingerprint);
  if (seen === undefined) return undefined;
  await lock(tx, lockKeys.probe(seen.probeId));
  await lock(tx, lockKeys.incident(fingerprint));
  return (await readIncident(tx, fingerprint)) ?? seen;
}

/** Silences in force, and whatever outage of the same target and location is open. */
export async function readSurroundings(
  tx: Executor,
  { target, location, endedAtMs }: { readonly target: string; readonly location: string; readonly endedAtMs: number },
): Promise<Surroundings> {
  const at = iso(endedAtMs);
  const silences = await tx.select(
    silenceRow,
    sql`
    SELECT ${silenceRow.columns} FROM plumbline.silences WHERE ends_at > ${at}::timestamptz AND starts_at <= ${at}::timestamptz`,
  );
  const outages = await tx.select(
    incidentRow,
    sql`
    SELECT ${incidentRow.columns} FROM plumbline.incidents WHERE state IN ('open', 'acknowledged') AND body->>'target' = ${target}
      AND body->>'location' = ${location} AND body->>'kind' = 'availability' AND body->'group' IS NULL`,
  );
  const groups = await tx.select(
    incidentRow,
    sql`
    SELECT ${incidentRow.columns} FROM plumbline.incidents WHERE state IN ('open', 'acknowledged') AND body->'group' IS NOT NULL`,
  );
  return { groups, silences, outages: outages.map(outageOf) };
}

const sentRow = rowSchema({ receiver: text("receiver"), sent: number("sent", "count(*)") });

/**
 * Messages about what is wrong of the hour before, by receiver. Those who ask take turns until they have written, so
 * that together they cannot pass the limit of a receiver.
 */
export async function readSent(tx: Transaction, nowMs: number): Promise<ReadonlyMap<string, number>> {
  await lock(tx, lockKeys.sent());
  const rows = await tx.select(
    sentRow,
    sql`
    SELECT ${sentRow.columns} FROM plumbline.outbox
    WHERE created_at > ${iso(nowMs - 3_600_000)}::timestamptz AND alert->>'status' = 'firing' AND alert->>'kind' <> 'monitor'
      AND state <> 'carried'
    GROUP BY receiver`,
  );
  return new Map(rows.map(({ receiver, sent }) => [receiver, sent]));
}

const peerRow = rowSchema<PeerProbe>({
  probeId: text("probe_id"),
  target: text("target"),
  scenario: text("scenario"),
  location: text("location"),
  verdict: word("verdict"),
  kinds: {
    name: "findings",
    sql: "findings",
    read: (findings) => (findings as readonly Finding[]).map(({ kind }) => kind),
  },
});

/** The newest run of the last day of each other probe with the same target or the same scenario. */
export function readPeers(
  tx: Executor,
  run: { readonly probeId: string; readonly slotMs: number; readonly target: string; readonly scenario: string },
): Promise<PeerProbe[]> {
  const sinceMs = run.slotMs - 86_400_000;
  return tx.select(
    peerRow,
    sql`
    WITH ${probeIds(sinceMs)}
    SELECT newest.* FROM ids CROSS JOIN LATERAL (
      SELECT ${peerRow.columns} FROM plumbline.runs
      WHERE probe_id = ids.probe_id AND slot > ${iso(sinceMs)}::timestamptz AND state = 'done'
      ORDER BY slot DESC LIMIT 1) AS newest
    WHERE newest.probe_id <> ${run.probeId} AND (newest.target = ${run.target} OR newest.scenario = ${run.scenario})
    ORDER BY newest.probe_id`,
  );
}
