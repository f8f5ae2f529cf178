import { z } from "zod";
import type { Observation } from "../observation/observation.ts";
import type { LedgerEntry, RunState } from "../run/run.ts";

/** One run as it goes to whoever analyses it elsewhere. */
export interface ExportedRun {
  readonly runId: string;
  readonly probeId: string;
  /** ISO 8601. */
  readonly slot: string;
  readonly target: string;
  readonly model: string;
  readonly scenario: string;
  readonly location: string;
  readonly state: RunState;
  readonly reason: string | undefined;
  readonly verdict: string | undefined;
  readonly traceId: string | undefined;
  readonly microUsd: number | undefined;
  readonly observations: readonly Observation[];
  /** Requests that were sent; undefined for runs of before it was kept. */
  readonly ledger?: readonly LedgerEntry[] | undefined;
}

/** Runs by due time, then probe; from `fromMs` on and before `untilMs`. Pages are read as they are asked for. */
export interface ExportStore {
  exported(range: ExportRange): AsyncIterable<ExportedRun>;
}

export interface ExportRange {
  readonly fromMs: number;
  readonly untilMs: number;
}

export const exportFormats = ["ndjson", "csv"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** PostgreSQL knows no year 0. */
const moment = z.iso.datetime({ offset: true }).refine((text) => Date.parse(text) >= 0, { error: "1970 or later" });

/** Of the one route that streams its answer: no envelope, a line for each call. */
export const exportQuery = z.strictObject({
  from: moment.describe("start of the period, ISO 8601"),
  until: moment.describe("end of the period (exclusive), ISO 8601"),
  format: z.enum(exportFormats).default("ndjson").describe("NDJSON contains all facts, CSV the most used columns"),
});

/** A line for each call; a run that made none has one line all the same. Ends with a line break. */
export function exportLines(run: ExportedRun, format: ExportFormat): string {
  const { observations, ledger, ...facts } = run;
  const calls = observations.length === 0 ? [undefined] : observations;
  const lines = calls.map((observation, place) => {
    const entries = ledger?.filter(({ callNumber }) => callNumber === place + 1);
    return format === "ndjson"
      ? JSON.stringify({ ...facts, observation, ledger: entries })
      : columns.map((column) => csvField(column.of(facts, observation, entries ?? []))).join(",");
  });
  return `${lines.join("\n")}\n`;
}

export function exportHead(format: ExportFormat): string {
  return format === "csv" ? `${columns.map(({ name }) => name).join(",")}\n` : "";
}

type Facts = Omit<ExportedRun, "observations" | "ledger">;
type Value = string | number | undefined | null;

interface Column {
  readonly name: string;
  of(run: Facts, call: Observation | undefined, entries: readonly LedgerEntry[]): Value;
}

const ofRun = (name: keyof Facts, as: string): Column => ({ name: as, of: (run) => run[name] });
const timing = (name: keyof Observation["timings"], as: string): Column => ({
  name: as,
  of: (_run, call) => call?.timings[name],
});
const ofReply = (name: string, of: (reply: Reply) => Value): Column => ({
  name,
  of: (_run, call) => (call?.outcome.kind === "reply" ? of(call.outcome) : undefined),
});
const ofEntries = (name: string, kind: LedgerEntry["kind"]): Column => ({
  name,
  of: (_run, _call, entries) => costOf(entries.filter((entry) => entry.kind === kind)),
});
type Reply = Extract<Observation["outcome"], { kind: "reply" }>;

const columns: readonly Column[] = [
  ofRun("runId", "run"),
  ofRun("probeId", "probe"),
  ofRun("slot", "slot"),
  ofRun("target", "target"),
  ofRun("model", "model"),
  ofRun("scenario", "scenario"),
  ofRun("location", "location"),
  ofRun("state", "state"),
  ofRun("reason", "reason"),
  ofRun("verdict", "verdict"),
  ofRun("traceId", "trace_id"),
  ofRun("microUsd", "run_micro_usd"),
  { name: "call", of: (_run, call) => call?.call },
  { name: "mode", of: (_run, call) => call?.mode },
  { name: "attempts", of: (_run, call) => call?.attempts },
  { name: "fault", of: (_run, call) => (call?.outcome.kind === "fault" ? call.outcome.class : undefined) },
  ofReply("status", ({ status }) => status),
  ofReply("answered_model", ({ model }) => model),
  ofReply("request_id", ({ requestId }) => requestId),
  ofReply("error_family", ({ error }) => error?.family),
  ofReply("error_type", ({ error }) => error?.type),
  ofReply("error_code", ({ error }) => error?.code),
  ofReply("prompt_tokens", ({ usage }) => usage?.promptTokens),
  ofReply("completion_tokens", ({ usage }) => usage?.completionTokens),
  ofReply("text_length", ({ text }) => text.length),
  ofReply("bytes", ({ bytes }) => bytes),
  timing("connectedMs", "connected_ms"),
  timing("firstByteMs", "first_byte_ms"),
  timing("firstChunkMs", "first_chunk_ms"),
  timing("firstContentMs", "first_content_ms"),
  timing("totalMs", "total_ms"),
  { name: "asked_target", of: (_run, _call, entries) => entries.at(-1)?.target },
  { name: "asked_model", of: (_run, _call, entries) => entries.at(-1)?.model },
  ofEntries("call_micro_usd", "call"),
  ofEntries("retry_micro_usd", "retry"),
  ofEntries("fallback_micro_usd", "fallback"),
];

/** undefined: there is none of them, or what one has cost is not known. */
function costOf(entries: readonly LedgerEntry[]): number | undefined {
  const costs = entries.map(({ microUsd }) => microUsd);
  return costs.length === 0 || costs.includes(undefined)
    ? undefined
    : costs.reduce<number>((sum, it) => sum + (it ?? 0), 0);
}

/** RFC 4180; what a spreadsheet would take for a formula is quoted as text. */
function csvField(value: Value): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "number") return String(value);
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
