import { type Incident, incidentId } from "../incident/incident.ts";
import { notifiedAtMs, withLog } from "../incident/notification-log.ts";
import type { GroupIncidentStore } from "../upkeep/check-outages.ts";
import { iso, number, rowSchema, text } from "./columns.ts";
import type { Database, Transaction } from "./database.ts";
import { readIncident, readSurroundings, writeIncidents } from "./incidents.ts";
import { lock, lockKeys } from "./locks.ts";
import { sql } from "./sql.ts";

const stalledRow = rowSchema({
  location: text("location"),
  runs: number("runs"),
  stalled: number("stalled"),
});

/** Incidents that stand for others, and the messages of those that wait. */
export function createGroupIncidentStore(db: Database): Pick<GroupIncidentStore, "cover" | "stalledRuns"> {
  return {
    // Few runs stall, and an index knows them: all are counted only where some have.
    stalledRuns: (sinceMs) =>
      db.select(
        stalledRow,
        sql`
        SELECT location, stalled, (SELECT count(*) FROM plumbline.runs r
          WHERE r.location = s.location AND r.slot > ${iso(sinceMs)}::timestamptz AND r.state = 'done') AS runs
        FROM (SELECT location, count(*) AS stalled FROM plumbline.runs
          WHERE slot > ${iso(sinceMs)}::timestamptz AND state = 'done' AND observations @? '$[*] ? (@.maxLoopDelayMs > 1000)'
          GROUP BY location HAVING count(*) > 2) s`,
      ),

    cover: (fingerprint, members, nowMs, decide) =>
      db.transaction(async (tx) => {
        await lock(tx, lockKeys.incident(fingerprint));
        const before = await readIncident(tx, fingerprint);
        const { target, location } = before ?? members[0] ?? { target: "", location: "" };
        const around = await readSurroundings(tx, { target, location, endedAtMs: nowMs });
        const after = decide(before, { ...around, outages: [] });
        await writeIncidents(tx, after);
        const parent = after.incidents.at(-1);
        if (parent !== undefined && parent.state !== "resolved") await carryMembers(tx, parent, members);
      }),
  };
}

const supersededRow = rowSchema({ incidentId: text("incident_id"), receiver: text("receiver") });

/**
 * Messages about members that nobody has got yet are sent as part of the parent's. A member that outlasts its parent is
 * pending again.
 */
async function carryMembers(tx: Transaction, parent: Incident, members: readonly Incident[]): Promise<void> {
  const superseded = await tx.execute(sql`
    UPDATE plumbline.outbox SET state = 'superseded', superseded_by = ${incidentId(parent)}
    WHERE incident_id = ANY(${members.map(incidentId)}::text[]) AND state = 'pending' AND attempts = 0
      AND held_until IS NOT NULL AND leased_until IS NULL RETURNING ${supersededRow.columns}`);
  const byIncident = Map.groupBy(superseded.map(supersededRow.decode), (entry) => entry.incidentId);
  const changed = members.filter((member) => byIncident.has(incidentId(member)) || isRateLimited(member));
  for (const probeId of [...new Set(changed.map((member) => member.probeId))].toSorted()) {
    await lock(tx, lockKeys.probe(probeId));
  }
  for (const member of changed) {
    const receivers = (byIncident.get(incidentId(member)) ?? []).map(({ receiver }) => receiver);
    const newest = await readIncident(tx, member.fingerprint);
    if (newest === undefined) continue;
    await tx.execute(sql`
      UPDATE plumbline.incidents SET body = ${JSON.stringify(withoutNotifying(newest, receivers, parent))}::jsonb
      WHERE fingerprint = ${member.fingerprint}`);
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
