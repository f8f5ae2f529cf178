import { isJsonObject, type Json } from "../../std/json.ts";
import type { ChunkPosition, ReplyContent } from "../protocol.ts";
import { readError } from "./envelopes.ts";
import { isFinishReason } from "./stream.ts";
import { isChunk, messageIn } from "./structure.ts";
import { toolCallsIn } from "./tool-calls.ts";
import { usageOf } from "./usage.ts";

const mostChoices = 16;

/** What a plain reply, or the chunks of a stream, say. */
export function readReply(documents: readonly Json[]): ReplyContent {
  const all = (name: string): string[] => documents.flatMap((document) => stringAt(document, name) ?? []);
  return {
    text: documents.map(textIn).join(""),
    isRefusal: documents.some(hasRefusal),
    finishReasons: finishReasonsOf(documents),
    ids: all("id"),
    models: all("model"),
    serviceTiers: all("service_tier"),
    usage: usageOf(documents),
    toolCalls: toolCallsIn(documents),
  };
}

/** Of the first choice. */
function textIn(document: Json): string {
  const [choice = null] = choicesIn(document);
  return stringAt(messageIn(choice, isChunk(document)), "content") ?? "";
}

function hasRefusal(document: Json): boolean {
  const isOfStream = isChunk(document);
  return choicesIn(document).some((choice) => (stringAt(messageIn(choice, isOfStream), "refusal") ?? "") !== "");
}

/** In a stream the chunks before the last have null. */
function finishReasonsOf(documents: readonly Json[]): (string | null)[] {
  const byChoice = new Map<number, string | null>();
  for (const document of documents) {
    for (const [position, choice] of choicesIn(document).slice(0, mostChoices).entries()) {
      byChoice.set(position, (stringAt(choice, "finish_reason") || byChoice.get(position)) ?? null);
    }
  }
  return [...byChoice.values()];
}

/** Of a chunk that serves several ends, the last of the order error, usage, finish, first, content. */
export function chunkPosition(chunk: Json, index: number): ChunkPosition {
  if (!isJsonObject(chunk)) return "other";
  const { error, usage } = chunk;
  if (error !== undefined && error !== null) return "error";
  const choices = choicesIn(chunk).filter(isJsonObject);
  if (isJsonObject(usage) && choices.length === 0) return "usage";
  if (choices.some(({ finish_reason: reason }) => isFinishReason(reason))) return "finish";
  if (index === 0) return "first";
  return choices.some(({ delta }) => stringAt(delta, "content") !== undefined) ? "content" : "other";
}

/** CometAPI and new-api answer malformed requests with 500 and this code; a spent quota comes as 429. */
export function isPermanentError(document: Json): boolean {
  const { code } = readError(document) ?? {};
  return code === "invalid_request" || code === "insufficient_quota";
}

/** Whether a list of models, as `GET /models` gives it, has this one. undefined = no such list. */
export function isListed(document: Json | undefined, model: string): boolean | undefined {
  if (!isJsonObject(document) || !Array.isArray(document["data"])) return undefined;
  return document["data"].some((entry) => isJsonObject(entry) && entry["id"] === model);
}

function choicesIn(document: Json): readonly Json[] {
  const choices = isJsonObject(document) ? document["choices"] : undefined;
  return Array.isArray(choices) ? choices : [];
}

function stringAt(value: Json | undefined, name: string): string | undefined {
  const found = isJsonObject(value) ? value[name] : undefined;
  return typeof found === "string" ? found : undefined;
}
