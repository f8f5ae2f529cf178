import { isJsonObject, type Json, type JsonObject, parseJson } from "../../std/json.ts";
import type { StructureFlaw } from "../protocol.ts";
import { readError } from "./envelopes.ts";

/** Where a client looks for the answer, and does not find what it needs to go on. Errors are no answers. */
export function structureFlaws(documents: readonly Json[], isStream: boolean): StructureFlaw[] {
  const flaws = new Set<StructureFlaw>();
  for (const document of documents) {
    if (readError(document) !== undefined) continue;
    const flaw = isJsonObject(document) ? flawIn(document, isStream) : isStream ? undefined : "no-object";
    if (flaw !== undefined) flaws.add(flaw);
  }
  return [...flaws];
}

function flawIn(document: JsonObject, isStream: boolean): StructureFlaw | undefined {
  const { choices } = document;
  if (choices === undefined) return Object.values(document).some(isCompletion) ? "wrapped" : "choices-absent";
  if (choices === null) return "choices-null";
  if (!Array.isArray(choices)) return "choices-other";
  // The chunk with the usage has none, and neither has the first of Azure.
  if (choices.length === 0) return isStream ? undefined : "choices-empty";
  const holder = isStream ? "delta" : "message";
  const isWhole = choices.every(
    (choice) => isJsonObject(choice) && (isJsonObject(choice[holder]) || (isStream && isFilterResult(choice))),
  );
  if (!isWhole) return isStream ? "no-delta" : "no-message";
  const contents = choices.map((choice) => messageIn(choice, isStream)["content"]);
  if (contents.some((content) => Array.isArray(content))) return "content-list";
  const isText = contents.every((content) => content === undefined || content === null || typeof content === "string");
  return isText ? undefined : "content-other";
}

/** The message of a choice, or what a chunk adds to it. Perplexity sends both, and the other one is of no use. */
export function messageIn(choice: Json, isChunk: boolean): JsonObject {
  const { message, delta } = isJsonObject(choice) ? choice : {};
  const found = isChunk ? (delta ?? message) : (message ?? delta);
  return isJsonObject(found) ? found : {};
}

export function isChunk(document: Json): boolean {
  return isJsonObject(document) && document["object"] === "chat.completion.chunk";
}

function isCompletion(value: Json): boolean {
  const inner = typeof value === "string" && value.startsWith("{") ? parseJson(value) : value;
  return isJsonObject(inner) && Array.isArray(inner["choices"]);
}

/** Azure sends what its content filter found in chunks of their own. */
function isFilterResult(choice: JsonObject): boolean {
  return choice["delta"] === undefined && choice["content_filter_results"] !== undefined;
}
