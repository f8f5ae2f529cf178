import { isJsonObject, type Json } from "../std/json.ts";

/**
 * How a stream reports usage. `absent`: no chunk has the field · `null`: it is never filled · `once`: one chunk has it, as
 * documented · `every-chunk`: several have the same · `cumulative`: several have growing figures, not to be added up.
 */
export type StreamUsage = "absent" | "null" | "once" | "every-chunk" | "cumulative";

export function streamUsageOf(chunks: readonly Json[]): StreamUsage {
  const named = chunks.filter(isJsonObject).filter((chunk) => chunk["usage"] !== undefined);
  if (named.length === 0) return "absent";
  const totals = named.flatMap(({ usage }) => (isJsonObject(usage) ? [outputTokens(usage)] : []));
  if (totals.length === 0) return "null";
  if (totals.length === 1) return "once";
  return new Set(totals).size === 1 ? "every-chunk" : "cumulative";
}

function outputTokens(usage: { readonly [field: string]: Json }): number {
  const { completion_tokens: completion, total_tokens: total } = usage;
  return typeof completion === "number" ? completion : typeof total === "number" ? total : 0;
}
