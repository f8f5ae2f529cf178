import type { BoardStore, ProbeHour } from "../operate/board.ts";
import type { PublicDay, PublicStatusStore } from "../operate/public-status.ts";
import type { ChartPoint, ChartStore } from "../operate/chart.ts";
import { iso, number, optionalNumber, rowSchema, text, timeMs } from "./columns.ts";
import type { Database } from "./database.ts";
import { learningRow, spendRow } from "./overview.ts";
import { incidentRow, probeRunRow, silenceRow } from "./rows.ts";
import { sql } from "./sql.ts";

const hourRow = rowSchema<ProbeHour & { probeId: string }>({
  probeId: text("probe_id"),
  hourMs: timeMs("hour"),
  ok: number("ok"),
  warn: number("warn"),
  drift: number("drift"),
  fail: number("fail"),
  inconclusive: number("inconclusive"),
  missed: number("missed"),
  skipped: number("skipped"),
  interrupted: number("interrupted"),
  timed: number("timed"),
  totalMs: number("total_ms"),
  leastMs: optionalNumber("least_ms"),
  mostMs: optionalNumber("most_ms"),
  firstTimed: number("first_timed"),
  firstMs: number("first_ms"),
  tokens: number("tokens"),
  microUsd: number("micro_usd"),
});

const dayRow = rowSchema<PublicDay & { probeId: string }>({
  probeId: text("probe_id"),
  dayMs: timeMs("day"),
  judged: number("judged"),
  failed: number("failed"),
});

const pointRow = rowSchema({
  atMs: timeMs("at"),
  runs: number("runs"),
  bad: number("bad"),
  unjudged: number("unjudged"),
  low: optionalNumber("low"),
  middle: optionalNumber("middle"),
  high: optionalNumber("high"),
  first: optionalNumber("first"),
  tokens: number("tokens"),
  microUsd: number("micro_usd"),
});

const countRow = rowSchema<{ active: number; needing: number; unowned: number; quietSinceMs: number | undefined }>({
  active: number("active", "count(*) FILTER (WHERE state IN ('open', 'acknowledged'))"),
  needing: number(
    "needing",
    "count(DISTINCT probe_id) FILTER (WHERE state = 'open' AND probe_id IN (SELECT probe_id FROM plumbline.progress))",
  ),
  unowned: number("unowned", "count(*) FILTER (WHERE state = 'open')"),
  quietSinceMs: optionalNumber("quiet_since", "max((body->>'resolvedAtMs')::float8) FILTER (WHERE state = 'resolved')"),
});

const markRow = rowSchema<{ mark: string }>({ mark: text("mark") });

/** What pages show of many probes at once, and of one over a long time. No query looks through all runs. */
export function createBoardStore(
  db: Database,
): Omit<BoardStore, "pauses"> & Omit<ChartStore, "series" | "planned"> & PublicStatusStore {
  return {
    hoursSince: (probeIds, sinceMs) =>
      db.select(
        hourRow,
        sql`
        SELECT ${hourRow.columns} FROM plumbline.run_hours
        WHERE probe_id = ANY(${[...probeIds]}::text[]) AND hour >= ${iso(sinceMs)}::timestamptz ORDER BY probe_id, hour`,
      ),

    daysSince: (probeIds, sinceMs) =>
      db.select(
        dayRow,
        sql`
        SELECT ${dayRow.columns} FROM (
          SELECT probe_id, date_trunc('day', hour, 'UTC') AS day, sum(ok + warn + drift + fail) AS judged, sum(fail) AS failed
          FROM plumbline.run_hours WHERE probe_id = ANY(${[...probeIds]}::text[]) AND hour >= ${iso(sinceMs)}::timestamptz
          GROUP BY 1, 2) AS days ORDER BY day`,
      ),

    newestRuns: (probeIds, each) => newestRuns(db, probeIds, each),

    async learningOf(probeIds) {
      const rows = await db.select(
        learningRow,
        sql`
        SELECT ${learningRow.columns} FROM plumbline.probe_states
        WHERE probe_id = ANY(${[...probeIds]}::text[]) AND learned IS NOT NULL`,
      );
      return new Map(rows.map(({ probeId, ...learning }) => [probeId, learning]));
    },

    spendOf: (targets, nowMs) =>
      db.select(
        spendRow,
        sql`
        SELECT ${spendRow.columns} FROM plumbline.spend WHERE target = ANY(${[...targets]}::text[])
          AND day = (${iso(nowMs)}::timestamptz AT TIME ZONE 'UTC')::date ORDER BY target`,
      ),

    // The newest run, transition and act.
    async boardMark() {
      const [row] = await db.select(
        markRow,
        sql`
        SELECT concat_ws('.', (SELECT max(last_done_at) FROM plumbline.progress), (SELECT max(at) FROM plumbline.transitions),
          (SELECT max(at) FROM plumbline.acts)) AS mark`,
      );
      return row?.mark ?? "";
    },

    async countIncidents() {
      const [counts] = await db.select(countRow, sql`SELECT ${countRow.columns} FROM plumbline.incidents`);
      return counts ?? { active: 0, needing: 0, unowned: 0 };
    },

    runPoints: (...range) => pointsOfRuns(db, ...range),

    hourPoints: (...range) => pointsOfHours(db, ...range),

    incidentsOfProbe: (probeId, limit) =>
      db.select(
        incidentRow,
        sql`
        SELECT ${incidentRow.columns} FROM plumbline.incidents WHERE probe_id = ${probeId} AND state <> 'suspected' AND (body->>'episode')::int > 0
        ORDER BY (body->>'firstBadSlotMs')::float8 DESC LIMIT ${limit}::int`,
      ),

    silencesIn: (fromMs, toMs) =>
      db.select(
        silenceRow,
        sql`
        SELECT ${silenceRow.columns} FROM plumbline.silences WHERE starts_at <= ${iso(toMs)}::timestamptz
          AND ends_at >= ${iso(fromMs)}::timestamptz ORDER BY starts_at DESC LIMIT 50`,
      ),
  };
}

function pointOf(row: ReturnType<typeof pointRow.decode>): ChartPoint {
  const { low, middle, high, first, ...counts } = row;
  const total = low === undefined || middle === undefined || high === undefined ? undefined : { low, middle, high };
  return { ...counts, ...(total && { total }), ...(first !== undefined && { first }) };
}

/** A day at most, so that only its partitions are looked at. */
async function newestRuns(
  db: Database,
  probeIds: readonly string[],
  each: number,
): ReturnType<BoardStore["newestRuns"]> {
  const rows = await db.select(
    probeRunRow,
    sql`
        SELECT newest.* FROM plumbline.progress p CROSS JOIN LATERAL (
          SELECT ${probeRunRow.columns} FROM plumbline.runs
          WHERE probe_id = p.probe_id AND slot > p.last_slot - interval '1 day' ORDER BY slot DESC LIMIT ${each}::int) AS newest
        WHERE p.probe_id = ANY(${[...probeIds]}::text[]) AND p.last_slot IS NOT NULL
        ORDER BY newest.probe_id, newest.slot`,
  );
  const byProbe = Map.groupBy(rows, ({ probeId }) => probeId);
  return new Map([...byProbe].map(([id, runs]) => [id, runs.map(({ summary }) => summary)]));
}

async function pointsOfRuns(
  db: Database,
  ...[probeId, fromMs, toMs, stepMs]: Parameters<ChartStore["runPoints"]>
): Promise<ChartPoint[]> {
  const rows = await db.select(
    pointRow,
    sql`
        SELECT date_bin(${`${stepMs} milliseconds`}::interval, slot, 'epoch'::timestamptz) AS at,
          count(*) FILTER (WHERE state = 'done' AND verdict <> 'inconclusive') AS runs,
          count(*) FILTER (WHERE verdict IN ('fail', 'drift')) AS bad,
          count(*) FILTER (WHERE state IN ('missed', 'skipped', 'interrupted') OR verdict = 'inconclusive') AS unjudged,
          min(total_ms) AS low, percentile_cont(0.5) WITHIN GROUP (ORDER BY total_ms) AS middle, max(total_ms) AS high,
          percentile_cont(0.5) WITHIN GROUP (ORDER BY first_content_ms) AS first,
          coalesce(sum(tokens), 0) AS tokens, coalesce(sum(micro_usd), 0) AS micro_usd
        FROM plumbline.runs WHERE probe_id = ${probeId} AND slot >= ${iso(fromMs)}::timestamptz
          AND slot <= ${iso(toMs)}::timestamptz GROUP BY 1 ORDER BY 1`,
  );
  return rows.map(pointOf);
}

async function pointsOfHours(
  db: Database,
  ...[probeId, fromMs, toMs, stepMs]: Parameters<ChartStore["hourPoints"]>
): Promise<ChartPoint[]> {
  const rows = await db.select(
    pointRow,
    sql`
        SELECT date_bin(${`${stepMs} milliseconds`}::interval, hour, 'epoch'::timestamptz) AS at,
          sum(ok + warn + drift + fail) AS runs, sum(drift + fail) AS bad,
          sum(missed + skipped + interrupted + inconclusive) AS unjudged,
          min(least_ms) AS low, sum(total_ms) / nullif(sum(timed), 0) AS middle, max(most_ms) AS high,
          sum(first_ms) / nullif(sum(first_timed), 0) AS first, sum(tokens) AS tokens, sum(micro_usd) AS micro_usd
        FROM plumbline.run_hours WHERE probe_id = ${probeId} AND hour >= ${iso(fromMs)}::timestamptz
          AND hour <= ${iso(toMs)}::timestamptz GROUP BY 1 ORDER BY 1`,
  );
  return rows.map(pointOf);
}
