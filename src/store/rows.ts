import type { Aspect, Baseline, RunSpan, SeriesMemory } from "../baseline/baseline.ts";
import { readReading } from "../baseline/reading.ts";
import type { Json } from "../std/json.ts";

export type Row = Readonly<Record<string, unknown>>;

/** PGlite and pg differ in how they hand over bigint; all of ours are exact as numbers. */
export function count(value: unknown): number {
  return Number(value ?? 0);
}

export function optionalCount(value: unknown): number | undefined {
  return value === null || value === undefined ? undefined : Number(value);
}

export function epochMs(value: unknown): number {
  return value instanceof Date ? value.getTime() : Date.parse(String(value));
}

export function text(value: unknown): string {
  return typeof value === "string" ? value : String(value);
}

export function optionalText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function iso(epoch: number): string {
  return new Date(epoch).toISOString();
}

function runSpan(traceId: unknown, spanId: unknown): RunSpan | undefined {
  return typeof traceId === "string" && typeof spanId === "string" ? { traceId, spanId } : undefined;
}

export function seriesMemory(row: Row): SeriesMemory {
  const version = optionalCount(row["version"]);
  const baseline: Baseline | undefined =
    version === undefined
      ? undefined
      : {
          version,
          n: count(row["n"]),
          learned: row["learned"] as Json,
          acceptedAtMs: epochMs(row["accepted_at"]),
          by: text(row["accepted_by"]),
          why: text(row["why"]),
          span: runSpan(row["trace_id"], row["span_id"]),
        };
  return {
    series: {
      id: text(row["series_id"]),
      probeId: text(row["probe_id"]),
      aspect: text(row["aspect"]) as Aspect,
      label: text(row["label"]),
    },
    baseline,
    state: row["state"] as Json,
    reading: readReading(row["reading"] as Json | undefined),
    lastSlotMs: epochMs(row["last_slot"]),
  };
}
