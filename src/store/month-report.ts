import type { MonthReport, ReportDay, ReportStore } from "../operate/month-report.ts";
import type { Severity } from "../judgement/judgement.ts";
import { iso, number, optionalNumber, optionalTimeMs, rowSchema, text, timeMs, word } from "./columns.ts";
import type { Database } from "./database.ts";
import { sql } from "./sql.ts";

const dayRow = rowSchema<ReportDay>({
  dayMs: timeMs("day"),
  judged: number("judged"),
  failed: number("failed"),
  timed: number("timed"),
  meanMs: optionalNumber("mean_ms"),
  mostMs: optionalNumber("most_ms"),
  microUsd: number("micro_usd"),
  tokens: number("tokens"),
});

const episodeRow = rowSchema<MonthReport["incidents"][number]>({
  id: text("incident_id"),
  kind: text("kind"),
  severity: word<Severity>("severity"),
  label: text("label"),
  scenario: text("scenario"),
  openedAtMs: timeMs("opened_at"),
  resolvedAtMs: optionalTimeMs("resolved_at"),
});

const decisionRow = rowSchema<MonthReport["decisions"][number]>({
  atMs: timeMs("at"),
  by: text("by"),
  what: word<MonthReport["decisions"][number]["what"]>("what"),
  subject: text("subject"),
  why: text("why"),
});

/** A month of one target, from sums of hours, transitions and the audit log: never from single runs. */
export function createReportStore(db: Database): Omit<ReportStore, "countedIn"> {
  return {
    reportDays: (probeIds, fromMs, toMs) =>
      db.select(
        dayRow,
        sql`
        SELECT ${dayRow.columns} FROM (
          SELECT date_trunc('day', hour, 'UTC') AS day, sum(ok + warn + drift + fail) AS judged, sum(fail) AS failed,
            sum(timed) AS timed, sum(total_ms) / nullif(sum(timed), 0) AS mean_ms, max(most_ms) AS most_ms,
            sum(micro_usd) AS micro_usd, sum(tokens) AS tokens
          FROM plumbline.run_hours WHERE probe_id = ANY(${[...probeIds]}::text[])
            AND hour >= ${iso(fromMs)}::timestamptz AND hour < ${iso(toMs)}::timestamptz GROUP BY 1) AS days
        ORDER BY day`,
      ),

    episodesOf: (target, fromMs, toMs) =>
      db.select(
        episodeRow,
        sql`
        SELECT ${episodeRow.columns} FROM (
          SELECT o.incident_id, o.incident ->> 'kind' AS kind, o.incident ->> 'severity' AS severity,
            o.incident ->> 'label' AS label, o.incident ->> 'scenario' AS scenario, o.at AS opened_at,
            (SELECT max(t.at) FROM plumbline.transitions t WHERE t.fingerprint = o.fingerprint
              AND t.incident_id = o.incident_id AND t.kind = 'resolved') AS resolved_at
          FROM plumbline.transitions o WHERE o.kind = 'opened' AND o.at >= ${iso(fromMs)}::timestamptz
            AND o.at < ${iso(toMs)}::timestamptz AND o.incident ->> 'target' = ${target}) AS episodes
        ORDER BY opened_at LIMIT 200`,
      ),

    decisionsOf: (target, probeIds, fromMs, toMs) =>
      db.select(
        decisionRow,
        sql`
        SELECT ${decisionRow.columns} FROM (
          SELECT a.at, a.by, a.what, coalesce(s.label || ' of ' || s.probe_id, a.subject) AS subject, a.why
          FROM plumbline.acts a LEFT JOIN plumbline.series s ON s.series_id = a.subject
          WHERE a.at >= ${iso(fromMs)}::timestamptz AND a.at < ${iso(toMs)}::timestamptz
            AND a.what IN ('accept-baseline', 'reject-baseline', 'import-baseline', 'plan-change')
            AND (s.probe_id = ANY(${[...probeIds]}::text[]) OR a.subject = ANY(${[target, ...probeIds]}::text[]))
        ) AS decisions ORDER BY at LIMIT 200`,
      ),
  };
}
