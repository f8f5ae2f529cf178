import type { BlindCheckStore } from "../upkeep/check-blindness.ts";
import type { ShiftsView, ShiftStore } from "../operate/shifts.ts";
import { dayMs, minuteMs } from "../std/duration.ts";
import { iso, number, optionalNumber, rowSchema, text, timeMs } from "./columns.ts";
import type { Database } from "./database.ts";
import { whyUnchecked } from "./incident-sweep.ts";
import { sql } from "./sql.ts";

const episodeRow = rowSchema<Omit<ShiftsView["targets"][number], "blindMinutes">>({
  target: text("target"),
  incidents: number("incidents"),
  pages: number("pages"),
  falsePositives: number("false_positives"),
  toAcknowledgeMs: optionalNumber("to_acknowledge_ms"),
  toResolveMs: optionalNumber("to_resolve_ms"),
});

const blindRow = rowSchema({ target: text("target"), minutes: number("minutes", "round(sum(blind_minutes))") });
const verdictRow = rowSchema({ probeId: text("probe_id"), slotMs: timeMs("slot") });

/** What a month was like. */
export function createShiftStore(db: Database): ShiftStore & BlindCheckStore {
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
          count(*) FILTER (WHERE incident_id IN (SELECT subject FROM plumbline.acts WHERE what = 'mark-noise')) AS false_positives,
          percentile_cont(0.5) WITHIN GROUP (ORDER BY 1000 * extract(epoch FROM acknowledged_at - at)::float8)
            AS to_acknowledge_ms,
          percentile_cont(0.5) WITHIN GROUP (ORDER BY 1000 * extract(epoch FROM resolved_at - at)::float8) AS to_resolve_ms
        FROM episodes e GROUP BY target ORDER BY target`,
      ),

    async blindMinutes(probes, fromMs, toMs) {
      const rows = await db.select(
        blindRow,
        sql`
        SELECT ${blindRow.columns} FROM (
          SELECT p.target, h.hour, min((1 - h.judged / h.due) * least(60, h.due * p.slot_minutes)) AS blind_minutes
          FROM unnest(${probes.map(({ id }) => id)}::text[], ${probes.map(({ target }) => target)}::text[],
            ${probes.map(({ slotMs }) => slotMs / minuteMs)}::float8[]) AS p(probe_id, target, slot_minutes)
          JOIN (SELECT probe_id, hour, (ok + warn + drift + fail)::float8 AS judged,
              (ok + warn + drift + fail + inconclusive + missed + skipped + interrupted)::float8 AS due
            FROM plumbline.run_hours
            WHERE hour >= ${iso(fromMs)}::timestamptz AND hour < ${iso(toMs)}::timestamptz) h USING (probe_id)
          WHERE h.due > 0 GROUP BY 1, 2) hours GROUP BY target`,
      );
      return new Map(rows.map(({ target, minutes }) => [target, minutes]));
    },

    async lastVerdict(probeIds, nowMs) {
      const [last] = await db.select(
        verdictRow,
        sql`
        SELECT ${verdictRow.columns} FROM plumbline.runs WHERE probe_id = ANY(${[...probeIds]}::text[])
          AND slot >= ${iso(nowMs - 2 * dayMs)}::timestamptz AND slot <= ${iso(nowMs)}::timestamptz
          AND verdict IN ('ok', 'warn', 'drift', 'fail') ORDER BY slot DESC LIMIT 1`,
      );
      return last && { ...last, why: await whyUnchecked(db, last.probeId) };
    },
  };
}
