import type { Ask } from "../probe/probe.ts";
import { isJsonObject, type Json } from "../std/json.ts";
import { attributes as a } from "../telemetry/names.ts";

/** What a call's span says of what was asked for. Of the body's further fields only numbers and words of the protocol. */
export function askAttributes(
  { maxTokens, stream, extra }: Ask,
  provider: string,
): Record<string, string | number | true> {
  const known: Record<string, string | number | true | undefined> = {
    [a.genAiRequestMaxTokens]: maxTokens,
    [a.genAiRequestStream]: stream ? true : undefined,
    [a.genAiRequestTemperature]: numberIn(extra["temperature"]),
    [a.genAiRequestTopP]: numberIn(extra["top_p"]),
    [a.genAiRequestSeed]: numberIn(extra["seed"]),
    [a.genAiRequestChoices]: extra["n"] === 1 ? undefined : numberIn(extra["n"]),
    [a.genAiOutputType]: outputType(extra["response_format"]),
    ...(provider === "openai" && {
      [a.openaiApiType]: "chat_completions",
      [a.openaiAskedTier]: tiers.find((tier) => tier === extra["service_tier"]),
    }),
  };
  return Object.fromEntries(
    Object.entries(known).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** `auto` is what everybody gets: the conventions leave it out. */
const tiers = ["default", "flex", "scale", "priority", "fast"];

const outputTypes = new Map([
  ["json_object", "json"],
  ["json_schema", "json"],
  ["text", "text"],
]);

function outputType(format: Json | undefined): string | undefined {
  const type = isJsonObject(format) ? format["type"] : undefined;
  return typeof type === "string" ? outputTypes.get(type) : undefined;
}

function numberIn(value: Json | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}
