import type { Overview, ProbeOverview, TargetSpend } from "../operate/overview.ts";
import { iso, number, rowSchema, text } from "./columns.ts";
import type { Database } from "./database.ts";
import { readPauses } from "./probes.ts";
import { incidentRow, probeRunRow } from "./rows.ts";
import { sql } from "./sql.ts";

const shownRuns = 60;

const learningRow = rowSchema({
  probeId: text("probe_id"),
  done: number("done", "min((state->>'n')::int)"),
  of: number("of", "max((state->>'of')::int)"),
});

export const spendRow = rowSchema<TargetSpend>({
  target: text("target"),
  microUsd: number("micro_usd"),
  tokens: number("tokens"),
  requests: number("requests"),
  unknownRuns: number("unknown_runs"),
});

const deliveriesRow = rowSchema<Overview["deliveries"]>({ pending: number("pending"), failed: number("failed") });

/** What is known now of the probes that ran within the last day. */
export async function readOverview(db: Database, nowMs: number): Promise<Overview> {
  const sinceMs = nowMs - 86_400_000;
  const runs = await db.select(
    probeRunRow,
    sql`
    SELECT newest.* FROM plumbline.progress p CROSS JOIN LATERAL (
      SELECT ${probeRunRow.columns} FROM plumbline.runs WHERE probe_id = p.probe_id AND slot > ${iso(sinceMs)}::timestamptz
      ORDER BY slot DESC LIMIT ${shownRuns}::int) AS newest
    WHERE p.last_slot > ${iso(sinceMs)}::timestamptz
    ORDER BY newest.probe_id, newest.slot`,
  );
  const learning = await db.select(
    learningRow,
    sql`SELECT ${learningRow.columns} FROM plumbline.series WHERE state ? 'of' GROUP BY probe_id`,
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
    incidents: incidents.toSorted((a, b) => (b.openedAtMs ?? 0) - (a.openedAtMs ?? 0)),
    spendToday,
    pauses: await readPauses(db),
    deliveries,
  };
}
