import { type Kysely, sql, type Transaction } from "kysely";
import type { Effects } from "../notify/effects.ts";
import type { Incident } from "../incident/incident.ts";
import { outageOf, type Surroundings } from "../incident/inhibit.ts";
import type { Silence } from "../incident/silence.ts";
import type { PeerProbe } from "../incident/blast-radius.ts";
import type { Finding, Verdict } from "../judgement/judgement.ts";
import { probeIds } from "./probe-ids.ts";
import { count, epochMs, iso, text, type Row } from "./rows.ts";

/** Incidents, their transitions and the alerts that follow: part of the transaction that writes their cause. */
export async function writeIncidents(
  tx: Transaction<never>,
  { incidents, transitions, outbox }: Effects,
): Promise<void> {
  const byFingerprint = new Map(incidents.map((incident) => [incident.fingerprint, incident]));
  for (const incident of incidents) {
    await sql`
      INSERT INTO plumbline.incidents (fingerprint, probe_id, state, body)
      VALUES (${incident.fingerprint}, ${incident.probeId}, ${incident.state}, ${JSON.stringify(incident)}::jsonb)
      ON CONFLICT (fingerprint) DO UPDATE SET state = excluded.state, body = excluded.body`.execute(tx);
  }
  for (const { incidentId, sequence, fingerprint, kind, atMs, reason, routes } of transitions) {
    await sql`
      INSERT INTO plumbline.transitions (incident_id, sequence, fingerprint, kind, at, reason, routes, incident)
      VALUES (${incidentId}, ${sequence}::int, ${fingerprint}, ${kind}, ${iso(atMs)}::timestamptz, ${reason},
        ${JSON.stringify(routes)}::jsonb, ${JSON.stringify(byFingerprint.get(fingerprint) ?? null)}::jsonb)`.execute(
      tx,
    );
  }
  for (const { id, receiver, alert, createdAtMs, heldUntilMs } of outbox) {
    const dueAt = iso(Math.max(createdAtMs, heldUntilMs ?? 0));
    await sql`
      INSERT INTO plumbline.outbox (id, incident_id, sequence, receiver, alert, created_at, due_at, held_until)
      VALUES (${id}, ${alert.incidentId}, ${alert.sequence}::int, ${receiver}, ${JSON.stringify(alert)}::jsonb,
        ${iso(createdAtMs)}::timestamptz, ${dueAt}::timestamptz,
        ${heldUntilMs === undefined ? null : dueAt}::timestamptz) ON CONFLICT DO NOTHING`.execute(tx);
  }
}

/** Silences in force, and whatever outage of the same target and location is open. */
export async function readSurroundings(
  tx: Kysely<never>,
  { target, location, endedAtMs }: { readonly target: string; readonly location: string; readonly endedAtMs: number },
): Promise<Surroundings> {
  const at = iso(endedAtMs);
  const silences = await sql<Row>`
    SELECT * FROM plumbline.silences WHERE ends_at > ${at}::timestamptz AND starts_at <= ${at}::timestamptz`.execute(
    tx,
  );
  const outages = await sql<{ body: Incident }>`
    SELECT body FROM plumbline.incidents WHERE state IN ('open', 'acknowledged') AND body->>'target' = ${target}
      AND body->>'location' = ${location} AND body->>'kind' = 'availability' AND body->'group' IS NULL`.execute(tx);
  const groups = await sql<{ body: Incident }>`
    SELECT body FROM plumbline.incidents WHERE state IN ('open', 'acknowledged') AND body->'group' IS NOT NULL`.execute(
    tx,
  );
  return {
    groups: groups.rows.map(({ body }) => body),
    silences: silences.rows.map(silenceOf),
    outages: outages.rows.map(({ body }) => outageOf(body)),
  };
}

/**
 * Messages about what is wrong of the hour before, by receiver. Those who ask take turns until they have written, so
 * that no number of them passes a cap together.
 */
export async function readSent(tx: Transaction<never>, nowMs: number): Promise<ReadonlyMap<string, number>> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended('plumbline:sent', 0))`.execute(tx);
  const { rows } = await sql<Row>`
    SELECT receiver, count(*) AS sent FROM plumbline.outbox
    WHERE created_at > ${iso(nowMs - 3_600_000)}::timestamptz AND alert->>'status' = 'firing' AND alert->>'kind' <> 'monitor'
      AND state <> 'carried'
    GROUP BY receiver`.execute(tx);
  return new Map(rows.map((row) => [text(row["receiver"]), count(row["sent"])]));
}

/** The newest run of the last day of each other probe with the same target or the same scenario. */
export async function readPeers(
  tx: Kysely<never>,
  run: { readonly probeId: string; readonly slotMs: number; readonly target: string; readonly scenario: string },
): Promise<PeerProbe[]> {
  const sinceMs = run.slotMs - 86_400_000;
  const { rows } = await sql<Row>`
    WITH ${probeIds(sinceMs)}
    SELECT newest.* FROM ids CROSS JOIN LATERAL (
      SELECT probe_id, target, scenario, location, verdict, findings FROM plumbline.runs
      WHERE probe_id = ids.probe_id AND slot > ${iso(sinceMs)}::timestamptz AND state = 'done'
      ORDER BY slot DESC LIMIT 1) AS newest
    WHERE newest.probe_id <> ${run.probeId} AND (newest.target = ${run.target} OR newest.scenario = ${run.scenario})
    ORDER BY newest.probe_id`.execute(tx);
  return rows.map((row) => ({
    probeId: text(row["probe_id"]),
    target: text(row["target"]),
    scenario: text(row["scenario"]),
    location: text(row["location"]),
    verdict: text(row["verdict"]) as Verdict,
    kinds: (row["findings"] as readonly Finding[]).map(({ kind }) => kind),
  }));
}

export function silenceOf(row: Row): Silence {
  return {
    id: text(row["id"]),
    matcher: row["matcher"] as Silence["matcher"],
    startsAtMs: epochMs(row["starts_at"]),
    endsAtMs: epochMs(row["ends_at"]),
    by: text(row["by"]),
    why: text(row["why"]),
  };
}
