import type { Effects } from "../notify/effects.ts";
import type { Incident } from "../incident/incident.ts";
import { outageOf, type Surroundings } from "../incident/inhibit.ts";
import type { PeerProbe } from "../incident/blast-radius.ts";
import type { Finding } from "../judgement/judgement.ts";
import { iso, json, rowSchema, text, timeMs, word } from "./columns.ts";
import type { Executor, Transaction } from "./database.ts";
import { lock, lockKeys } from "./locks.ts";
import { incidentRow, silenceRow } from "./rows.ts";
import { sql } from "./sql.ts";

/** Incidents, their transitions and the alerts that follow: part of the transaction that writes their cause. */
export async function writeIncidents(tx: Transaction, effects: Effects): Promise<void> {
  await tx.execute(sql`SELECT plumbline.write_effects(${JSON.stringify(effectsJson(effects))}::jsonb)`);
}

/** As the routine `write_effects` reads them. */
export function effectsJson({ incidents, transitions, outbox }: Effects) {
  return {
    incidents,
    transitions: transitions.map(({ incidentId, atMs, ...transition }) => ({
      ...transition,
      incident_id: incidentId,
      at: iso(atMs),
    })),
    outbox: outbox.map(({ id, receiver, alert, createdAtMs, heldUntilMs, dueWhenAnsweredMs }) => ({
      id,
      receiver,
      alert,
      created_at: iso(createdAtMs),
      held_until: optionalIso(heldUntilMs),
      due_when_answered: optionalIso(dueWhenAnsweredMs),
    })),
  };
}

const optionalIso = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : iso(ms));

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

const mostChanges = 50;

/** Open incidents about replies, of which several may be one change of a provider: those of the target first, then the oldest. */
export function readChanges(tx: Executor, target: string): Promise<readonly Incident[]> {
  return tx.select(
    incidentRow,
    sql`
    SELECT ${incidentRow.columns} FROM plumbline.incidents WHERE state IN ('open', 'acknowledged')
      AND body->>'kind' IN ('contract', 'error-shape', 'expectation') AND body->'group' IS NULL
    ORDER BY body->>'target' = ${target} DESC, (body->>'openedAtMs')::float8 LIMIT ${mostChanges}::int`,
  );
}

const sentRow = rowSchema<{ sent: Record<string, number> }>({ sent: json("sent") });

/** Messages about what is wrong of the hour before, by receiver. */
export async function readSent(db: Executor, nowMs: number): Promise<ReadonlyMap<string, number>> {
  const [row] = await db.select(
    sentRow,
    sql`SELECT plumbline.sent_since(${iso(nowMs - 3_600_000)}::timestamptz) AS sent`,
  );
  return new Map(Object.entries(row?.sent ?? {}));
}

/** The same for whoever is about to send: the others wait until it has written, so that they pass no limit together. */
export async function lockSent(tx: Transaction, nowMs: number): Promise<ReadonlyMap<string, number>> {
  await lock(tx, lockKeys.sent());
  return readSent(tx, nowMs);
}

const peerRow = rowSchema<Omit<PeerProbe, "isAsked">>({
  probeId: text("probe_id"),
  target: text("target"),
  scenario: text("scenario"),
  location: text("location"),
  atMs: timeMs("slot"),
  verdict: word("verdict"),
  kinds: {
    name: "findings",
    sql: "findings",
    read: (findings) => (findings as readonly Finding[]).map(({ kind }) => kind),
  },
});

/** The newest judged run of the last day of each other probe with the same target or the same scenario. */
export async function readPeers(
  tx: Executor,
  run: {
    readonly probeId: string;
    readonly slotMs: number;
    readonly target: string;
    readonly scenario: string;
    readonly alsoProbeIds?: readonly string[];
  },
  most = 100_000,
): Promise<PeerProbe[]> {
  const since = iso(run.slotMs - 86_400_000);
  const { alsoProbeIds = [] } = run;
  const peers = await tx.select(
    peerRow,
    sql`
    SELECT newest.* FROM (
      SELECT * FROM plumbline.progress WHERE last_slot > ${since}::timestamptz AND probe_id <> ${run.probeId}
        AND (target = ${run.target} OR scenario = ${run.scenario} OR probe_id = ANY(${[...alsoProbeIds]}::text[])) LIMIT ${most}::int) p
    CROSS JOIN LATERAL (
      SELECT ${peerRow.columns} FROM plumbline.runs
      WHERE probe_id = p.probe_id AND slot > ${since}::timestamptz AND state = 'done' AND verdict <> 'inconclusive'
      ORDER BY slot DESC LIMIT 1) AS newest
    ORDER BY newest.probe_id`,
  );
  return peers.map((peer) => (alsoProbeIds.includes(peer.probeId) ? { ...peer, isAsked: true } : peer));
}
