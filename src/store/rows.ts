import type { Aspect, Baseline, RunSpan, Series, SeriesMemory } from "../baseline/baseline.ts";
import type { Fleet } from "../baseline/reading.ts";
import type { Incident } from "../incident/incident.ts";
import type { Silence } from "../incident/silence.ts";
import type { Observation } from "../observation/observation.ts";
import type { Used } from "../judgement/spend/budget.ts";
import type { NotifiedTransition } from "../notify/effects.ts";
import type { AuditEntry } from "../operate/audit-log.ts";
import type { ExportedRun } from "../operate/export.ts";
import type { Pause, RunSummary } from "../operate/overview.ts";
import type { RunDetail } from "../operate/probes.ts";
import type { PlannedChange } from "../run/planned.ts";
import {
  type Column,
  type Row,
  json,
  jsonList,
  jsonOr,
  number,
  optionalNumber,
  optionalText,
  optionalWord,
  type RowSchema,
  rowSchema,
  sum,
  text,
  timeMs,
  word,
} from "./columns.ts";
import { raw, sql } from "./sql.ts";
import { linesColumn } from "./short-forms.ts";
import { unpackStates } from "./states.ts";

/** The tables, and how their rows are read. */

type ProbeKeys = Pick<RunDetail, keyof typeof probeKeys>;

const probeKeys = {
  probeId: text("probe_id"),
  target: text("target"),
  model: text("model"),
  scenario: text("scenario"),
  location: text("location"),
};

const probeKeysRow = rowSchema<ProbeKeys>(probeKeys);

const summaryColumns = {
  runId: text("run_id"),
  slotMs: timeMs("slot"),
  state: word<RunSummary["state"]>("state"),
  reason: optionalText("reason"),
  verdict: optionalWord<NonNullable<RunSummary["verdict"]>>("verdict"),
  totalMs: optionalNumber("total_ms"),
  firstContentMs: optionalNumber("first_content_ms"),
  tokens: optionalNumber("tokens"),
  microUsd: optionalNumber("micro_usd"),
};

export const runSummaryRow = rowSchema<RunSummary>(summaryColumns);

/** A summary beside whose it is. */
export const probeRunRow: RowSchema<ProbeKeys & { readonly summary: RunSummary }> = {
  columns: sql`${probeKeysRow.columns}, ${runSummaryRow.columns}`,
  decode: (row) => ({ ...probeKeysRow.decode(row), summary: runSummaryRow.decode(row) }),
};

/** Whole, with what their replies look like. */
export const observationsColumn = <T>(): Column<readonly T[]> => ({
  ...jsonList<T & Observation>("observations", ["outcome", "timings"]),
  sql: "plumbline.whole_observations(slot, observations)",
});

export const runDetailRow = rowSchema<RunDetail>({
  ...summaryColumns,
  ...probeKeys,
  traceId: optionalText("trace_id"),
  findings: jsonList("findings", ["kind", "subject"]),
  unjudged: linesColumn("unjudged"),
  observations: observationsColumn(),
});

export const exportedRunRow = rowSchema<ExportedRun & { readonly slotMs: number }>({
  ...probeKeys,
  runId: text("run_id"),
  slot: { ...timeMs("slot"), read: (value) => new Date(timeMs("slot").read(value)).toISOString() },
  slotMs: timeMs("slot_ms", "slot"),
  state: word("state"),
  reason: optionalText("reason"),
  verdict: optionalText("verdict"),
  traceId: optionalText("trace_id"),
  microUsd: optionalNumber("micro_usd"),
  observations: observationsColumn(),
  ledger: { ...jsonOr("ledger", undefined), sql: "plumbline.whole_ledger(ledger, scenario, target, model)" },
});

export const seriesRow = rowSchema<Series>({
  id: text("series_id"),
  probeId: text("probe_id"),
  aspect: word<Aspect>("aspect"),
  label: text("label"),
});

const lastSlotRow = rowSchema({ lastSlotMs: timeMs("last_slot") });

export const baselineRow = rowSchema<Baseline>({
  version: number("version"),
  n: number("n"),
  learned: json("learned"),
  acceptedAtMs: timeMs("accepted_at"),
  by: text("accepted_by"),
  why: text("why"),
  span: json<RunSpan | undefined>(
    "span",
    "CASE WHEN span_id IS NOT NULL THEN jsonb_build_object('traceId', trace_id, 'spanId', span_id) END",
  ),
});

/** A row of the view `series_memory`: a series beside its newest baseline, if it has one. */
export const seriesMemoryRow: RowSchema<SeriesMemory> = {
  columns: sql`${seriesRow.columns}, ${lastSlotRow.columns}, ${baselineRow.columns}, states`,
  decode: (row) => seriesMemoryOf(row, statesIn(row)),
};

export function seriesMemoryOf(row: Row, states: ReturnType<typeof unpackStates>): SeriesMemory {
  const series = seriesRow.decode(row);
  return {
    series,
    baseline: row["version"] === null ? undefined : baselineRow.decode(row),
    ...(states.get(series.id) ?? { state: null, ...lastSlotRow.decode(row) }),
  };
}

/** Rows of one probe follow one another, and each has what is remembered of all. */
export const statesIn = remembered((row) =>
  row["states"] instanceof Uint8Array ? unpackStates(row["states"]) : unpackStates(Buffer.from("[]")),
);

function remembered<T>(read: (row: Row) => T): (row: Row) => T {
  let last: { readonly probeId: unknown; readonly states: unknown; readonly value: T } | undefined;
  return (row) => {
    const { probe_id: probeId, states } = row;
    const isSame =
      last !== undefined &&
      last.probeId === probeId &&
      states instanceof Uint8Array &&
      last.states instanceof Uint8Array &&
      Buffer.compare(states, last.states) === 0;
    if (!isSame) last = { probeId, states, value: read(row) };
    return (last as { readonly value: T }).value;
  };
}

export const incidentRow: RowSchema<Incident> = {
  columns: raw("body"),
  decode: (row) => row["body"] as Incident,
};

/** One that somebody has broken by hand matches nothing: it must not mute what it was not meant for. */
function readMatcher(value: unknown): Silence["matcher"] {
  const isWhole =
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((it) => typeof it === "string");
  // No target can be called this.
  return isWhole ? (value as Silence["matcher"]) : { target: "(unreadable)" };
}

export const silenceRow = rowSchema<Silence>({
  id: text("id"),
  matcher: { ...json("matcher"), read: readMatcher },
  startsAtMs: timeMs("starts_at"),
  endsAtMs: timeMs("ends_at"),
  by: text("by"),
  why: text("why"),
  endsWith: optionalText("ends_with"),
});

export const pauseRow = rowSchema<Pause>({
  probeId: text("probe_id"),
  by: text("by"),
  why: text("why"),
  sinceMs: timeMs("since"),
});

export const plannedRow = rowSchema<PlannedChange>({
  id: text("id"),
  target: optionalText("target"),
  probeId: optionalText("probe_id"),
  startsAtMs: timeMs("starts_at"),
  by: text("by"),
  why: text("why"),
});

export const auditEntryRow = rowSchema<AuditEntry>({
  by: text("by"),
  what: word<AuditEntry["what"]>("what"),
  subject: text("subject"),
  why: text("why"),
  atMs: timeMs("at"),
});

export const transitionRow = rowSchema<NotifiedTransition>({
  kind: word<NotifiedTransition["kind"]>("kind"),
  incidentId: text("incident_id"),
  fingerprint: text("fingerprint"),
  sequence: number("sequence"),
  atMs: timeMs("at"),
  reason: text("reason"),
  routes: json("routes"),
});

export const usedRow = rowSchema<Used>({
  microUsd: sum("micro_usd"),
  tokens: sum("tokens"),
  requests: sum("requests"),
});

export const fleetRow = rowSchema<Fleet>({
  pagingSeries: number("paging"),
  dailyMs: { ...timeMs("daily_at"), read: (value) => (value === null ? 0 : timeMs("daily_at").read(value)) },
});
