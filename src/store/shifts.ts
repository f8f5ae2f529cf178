import type { HourOfProbe, ShiftsView, ShiftStore } from "../operate/shifts.ts";
import { iso, number, optionalNumber, rowSchema, text, timeMs } from "./columns.ts";
import type { Database } from "./database.ts";
import { sql } from "./sql.ts";

const episodeRow = rowSchema<Omit<ShiftsView["targets"][number], "blindMinutes">>({
  target: text("target"),
  incidents: number("incidents"),
  pages: number("pages"),
  falsePositives: number("false_positives"),
  toAcknowledgeMs: optionalNumber("to_acknowledge_ms"),
  toResolveMs: optionalNumber("to_resolve_ms"),
});

const hourRow = rowSchema<HourOfProbe>({
  probeId: text("probe_id"),
  atMs: timeMs("hour"),
  judged: number("judged", "ok + warn + drift + fail"),
  due: number("due", "ok + warn + drift + fail + inconclusive + missed + skipped + interrupted"),
});

/** What a month was like. */
export function createShiftStore(db: Database): ShiftStore {
  return {
    episodesIn: (fromMs, toMs) =>
      db.select(
        episodeRow,
        sql`
        WITH opened AS (
          SELECT incident_id, at, incident ->> 'target' AS target FROM plumbline.transitions
          WHERE kind = 'opened' AND at >= ${iso(fromMs)}::timestamptz AND at < ${iso(toMs)}::timestamptz),
        episodes AS (
          SELECT o.incident_id, o.target, o.at,
            min(t.at) FILTER (WHERE t.kind = 'acknowledged') AS acknowledged_at,
            max(t.at) FILTER (WHERE t.kind = 'resolved') AS resolved_at,
            bool_or(t.incident ->> 'tier' = 'page' AND t.kind NOT IN ('acknowledged', 'resolved')
              AND t.routes @> '[{"notified": true}]') AS paged
          FROM opened o JOIN plumbline.transitions t USING (incident_id) GROUP BY 1, 2, 3)
        SELECT target, count(*) AS incidents, count(*) FILTER (WHERE paged) AS pages,
          count(*) FILTER (WHERE EXISTS (SELECT FROM plumbline.acts a
            WHERE a.what = 'mark-noise' AND a.subject = e.incident_id)) AS false_positives,
          percentile_cont(0.5) WITHIN GROUP (ORDER BY 1000 * extract(epoch FROM acknowledged_at - at)::float8)
            AS to_acknowledge_ms,
          percentile_cont(0.5) WITHIN GROUP (ORDER BY 1000 * extract(epoch FROM resolved_at - at)::float8) AS to_resolve_ms
        FROM episodes e GROUP BY target ORDER BY target`,
      ),

    hoursIn: (probeIds, fromMs, toMs) =>
      db.select(
        hourRow,
        sql`
        SELECT ${hourRow.columns} FROM plumbline.run_hours WHERE probe_id = ANY(${[...probeIds]}::text[])
          AND hour >= ${iso(fromMs)}::timestamptz AND hour < ${iso(toMs)}::timestamptz`,
      ),
  };
}
