import type { Overview, ProbeOverview, TargetSpend } from "../operate/overview.ts";
import { iso, number, rowSchema, text } from "./columns.ts";
import type { Database } from "./database.ts";
import { readPauses } from "./probes.ts";
import { incidentRow, probeRunRow } from "./rows.ts";
import { sql } from "./sql.ts";

const probesOnPage = 50;
/** Of one probe, and of all on a page: the answer stays small however many probes there are. */
const mostRunsOfProbe = 60;
const mostRuns = 450;

const listedRow = rowSchema({ probeId: text("probe_id", "p.probe_id"), inAll: number("in_all", "count(*) OVER ()") });

export const learningRow = rowSchema({
  probeId: text("probe_id"),
  done: number("learned"),
  of: number("to_learn"),
});

export const spendRow = rowSchema<TargetSpend>({
  target: text("target"),
  microUsd: number("micro_usd"),
  tokens: number("tokens"),
  requests: number("requests"),
  unknownRuns: number("unknown_runs"),
});

const deliveriesRow = rowSchema<Overview["deliveries"]>({ pending: number("pending"), failed: number("failed") });

/** What is known now of the probes that ran within the last day: a page of them, counted from 1, those with incidents first. */
export async function readOverview(db: Database, nowMs: number, page: number): Promise<Overview> {
  const sinceMs = nowMs - 86_400_000;
  const listed = await db.select(
    listedRow,
    sql`
    SELECT ${listedRow.columns} FROM plumbline.progress p LEFT JOIN (
      SELECT DISTINCT probe_id FROM plumbline.incidents WHERE state IN ('open', 'acknowledged')) i USING (probe_id)
    WHERE p.last_slot > ${iso(sinceMs)}::timestamptz
    ORDER BY i.probe_id IS NULL, p.probe_id LIMIT ${probesOnPage}::int OFFSET ${(page - 1) * probesOnPage}::int`,
  );
  const ids = listed.map(({ probeId }) => probeId);
  const each = Math.min(mostRunsOfProbe, Math.floor(mostRuns / Math.max(1, ids.length)));
  const runs = await db.select(
    probeRunRow,
    sql`
    SELECT newest.* FROM unnest(${ids}::text[]) WITH ORDINALITY AS p(probe_id, place) CROSS JOIN LATERAL (
      SELECT ${probeRunRow.columns} FROM plumbline.runs WHERE probe_id = p.probe_id AND slot > ${iso(sinceMs)}::timestamptz
      ORDER BY slot DESC LIMIT ${each}::int) AS newest
    ORDER BY p.place, newest.slot`,
  );
  const learning = await db.select(
    learningRow,
    sql`
    SELECT ${learningRow.columns} FROM plumbline.probe_states WHERE probe_id = ANY(${ids}::text[]) AND learned IS NOT NULL`,
  );
  const incidents = await db.select(
    incidentRow,
    sql`SELECT ${incidentRow.columns} FROM plumbline.incidents WHERE state IN ('open', 'acknowledged')`,
  );
  const spendToday = await db.select(
    spendRow,
    sql`
    SELECT ${spendRow.columns} FROM plumbline.spend
    WHERE day = (${iso(nowMs)}::timestamptz AT TIME ZONE 'UTC')::date ORDER BY target`,
  );
  const [deliveries = { pending: 0, failed: 0 }] = await db.select(
    deliveriesRow,
    sql`
    SELECT (SELECT count(*) FROM plumbline.outbox WHERE state = 'pending') AS pending,
      (SELECT count(*) FROM plumbline.outbox WHERE state = 'failed' AND created_at > ${iso(sinceMs)}::timestamptz) AS failed`,
  );
  const progress = new Map(learning.map(({ probeId, ...learnt }) => [probeId, learnt]));
  return {
    atMs: nowMs,
    probes: [...Map.groupBy(runs, ({ probeId }) => probeId)].flatMap(([probeId, recent]): ProbeOverview[] => {
      const newest = recent.at(-1);
      if (newest === undefined) return [];
      const { target, model, scenario, location } = newest;
      const summaries = recent.map(({ summary }) => summary);
      return [{ probeId, target, model, scenario, location, recent: summaries, learning: progress.get(probeId) }];
    }),
    probesInAll: listed[0]?.inAll ?? 0,
    incidents: incidents.toSorted((a, b) => (b.openedAtMs ?? 0) - (a.openedAtMs ?? 0)),
    spendToday,
    pauses: await readPauses(db),
    deliveries,
  };
}
