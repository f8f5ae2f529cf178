import { type Kysely, sql, type Transaction } from "kysely";
import { type Incident, incidentId } from "../incident/incident.ts";
import { notifiedAtMs, withLog } from "../incident/notification-log.ts";
import type { GroupIncidentStore } from "../upkeep/check-outages.ts";
import { readSurroundings, writeIncidents } from "./incidents.ts";
import { count, iso, text, type Row } from "./rows.ts";

/** Incidents that stand for others, and what waits of those. */
export function createGroupIncidentStore(db: Kysely<never>): Pick<GroupIncidentStore, "cover" | "stalledRuns"> {
  return {
    async stalledRuns(sinceMs) {
      const { rows } = await sql<Row>`
        SELECT location, count(*) AS runs, count(*) FILTER (
          WHERE observations @? '$[*] ? (@.maxLoopDelayMs > 1000)') AS stalled
        FROM plumbline.runs WHERE slot > ${iso(sinceMs)}::timestamptz AND state = 'done' GROUP BY location`.execute(db);
      return rows.map((row) => ({
        location: text(row["location"]),
        runs: count(row["runs"]),
        stalled: count(row["stalled"]),
      }));
    },

    cover: (fingerprint, members, nowMs, decide) =>
      db.transaction().execute(async (tx) => {
        await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`plumbline:${fingerprint}`}, 0))`.execute(tx);
        const { rows } = await sql<{ body: Incident }>`
          SELECT body FROM plumbline.incidents WHERE fingerprint = ${fingerprint}`.execute(tx);
        const before = rows[0]?.body;
        const { target, location } = before ?? members[0] ?? { target: "", location: "" };
        const around = await readSurroundings(tx, { target, location, endedAtMs: nowMs });
        const after = decide(before, { ...around, outages: [] });
        await writeIncidents(tx, after);
        const cover = after.incidents.at(-1);
        if (cover !== undefined && cover.state !== "resolved") await carryMembers(tx, cover, members);
      }),
  };
}

/** The group's message replaces those of its members that were not sent yet. If members outlast the group, these are pending. */
async function carryMembers(tx: Transaction<never>, cover: Incident, members: readonly Incident[]): Promise<void> {
  const carried = await sql<Row>`
    UPDATE plumbline.outbox SET state = 'carried', carried_by = ${incidentId(cover)}
    WHERE incident_id = ANY(${members.map(incidentId)}::text[]) AND state = 'pending' AND attempts = 0
      AND held_until IS NOT NULL AND leased_until IS NULL RETURNING incident_id, receiver`.execute(tx);
  const byIncident = Map.groupBy(carried.rows, (row) => text(row["incident_id"]));
  const those = members.filter((member) => byIncident.has(incidentId(member)) || isRateLimited(member));
  for (const probeId of [...new Set(those.map((member) => member.probeId))].toSorted()) {
    // The lock of the probe's own runs: what they are about to write is not overwritten.
    await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`plumbline:${probeId}`}, 0))`.execute(tx);
  }
  for (const { fingerprint, ...member } of those) {
    const receivers = (byIncident.get(incidentId({ fingerprint, ...member })) ?? []).map((row) =>
      text(row["receiver"]),
    );
    const { rows } = await sql<{ body: Incident }>`
      SELECT body FROM plumbline.incidents WHERE fingerprint = ${fingerprint}`.execute(tx);
    if (rows[0] === undefined) continue;
    await sql`
      UPDATE plumbline.incidents SET body = ${JSON.stringify(withoutNotifying(rows[0].body, receivers, cover))}::jsonb
      WHERE fingerprint = ${fingerprint}`.execute(tx);
  }
}

function isRateLimited({ notifications }: Incident): boolean {
  return Object.values(notifications?.receivers ?? {}).some(({ rateLimitedAtMs }) => rateLimitedAtMs !== undefined);
}

/** The log of a member whose message the group's replaced: as if these receivers had never been notified of it. */
function withoutNotifying(incident: Incident, receivers: readonly string[], group: Incident): Incident {
  const entries = Object.entries(notifiedAtMs(incident)).filter(([name]) => !receivers.includes(name));
  const isEverNotified = entries.length > 0;
  return withLog(incident, {
    receivers: Object.fromEntries(entries.map(([name, atMs]) => [name, { notifiedAtMs: atMs }])),
    lastNotifiedAtMs: isEverNotified ? incident.notifications?.lastNotifiedAtMs : undefined,
    isPending: !isEverNotified,
    muted: { reason: group.group?.reason ?? "provider-is-down", by: incidentId(group) },
  });
}
