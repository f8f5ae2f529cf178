import type { Usage } from "../../probe/usage.ts";
import { isJsonObject, type Json, type JsonObject } from "../../std/json.ts";
import type { StreamUsage } from "../protocol.ts";

/** The usage a reply or the chunks of a stream report, the last one in force; undefined = not reported. */
export function usageOf(documents: readonly Json[]): Usage | undefined {
  return documents.map(usageIn).findLast((usage) => usage !== undefined);
}

export function streamUsageOf(chunks: readonly Json[]): StreamUsage {
  const named = chunks.filter(isJsonObject).filter((chunk) => chunk["usage"] !== undefined);
  if (named.length === 0) return "absent";
  const totals = named.flatMap(({ usage }) =>
    isJsonObject(usage) ? [count(usage, "completion_tokens") ?? count(usage, "total_tokens") ?? 0] : [],
  );
  if (totals.length === 0) return "null";
  if (totals.length === 1) return "once";
  return new Set(totals).size === 1 ? "every-chunk" : "cumulative";
}

function usageIn(document: Json): Usage | undefined {
  if (!isJsonObject(document)) return undefined;
  const [choice] = Array.isArray(document["choices"]) ? document["choices"] : [];
  // Moonshot reports it within the choice, Groq within a member of its own.
  const found = [document["usage"], member(choice, "usage"), member(document["x_groq"], "usage")].find(isJsonObject);
  if (found === undefined) return undefined;
  const usage: Usage = {
    promptTokens: count(found, "prompt_tokens"),
    completionTokens: count(found, "completion_tokens"),
    totalTokens: count(found, "total_tokens"),
    cachedTokens: count(found["prompt_tokens_details"], "cached_tokens"),
    reasoningTokens: count(found["completion_tokens_details"], "reasoning_tokens"),
  };
  return Object.values(usage).every((value) => value === undefined) ? undefined : usage;
}

function member(value: Json | undefined, name: string): Json | undefined {
  return isJsonObject(value) ? value[name] : undefined;
}

/** A count that cannot be true is kept here: it is refused where the bounds of the request are known. */
function count(holder: JsonObject | Json | undefined, name: string): number | undefined {
  const value = member(holder, name);
  return typeof value === "number" ? value : undefined;
}
