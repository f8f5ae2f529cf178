import { isJsonObject, type Json, type JsonObject } from "../../std/json.ts";
import type { ToolCall } from "../protocol.ts";
import { isChunk, messageIn } from "./structure.ts";

const mostCalls = 64;

/** The calls of the first choice; in a stream the pieces of a call are joined by its index, as clients do it. */
export function toolCallsIn(documents: readonly Json[]): ToolCall[] {
  const calls = new Map<number, Pieces>();
  for (const document of documents) {
    for (const [position, piece] of piecesIn(document).entries()) {
      if (!isJsonObject(piece)) continue;
      const at = typeof piece["index"] === "number" ? piece["index"] : position;
      const call = calls.get(at) ?? { texts: [] };
      if (!calls.has(at) && calls.size === mostCalls) continue;
      calls.set(at, call);
      join(call, piece);
    }
  }
  return [...calls.values()].map(({ id, isNumbered = false, isMixed = false, type, name, texts, other }) => ({
    id,
    isNumbered,
    isMixed,
    type,
    name,
    arguments: other ?? (texts.length === 0 ? undefined : texts.join("")),
  }));
}

interface Pieces {
  id?: string;
  isNumbered?: boolean;
  isMixed?: boolean;
  type?: string;
  name?: string;
  readonly texts: string[];
  /** Arguments that are no text. */
  other?: Json;
}

function join(call: Pieces, { id, type, function: named }: JsonObject): void {
  if (typeof id === "string" && id !== "") {
    if (call.id !== undefined && call.id !== id) call.isMixed = true;
    call.id ??= id;
  }
  if (typeof id === "number") call.isNumbered = true;
  if (typeof type === "string" && type !== "") call.type ??= type;
  if (!isJsonObject(named)) return;
  const { name, arguments: piece } = named;
  if (typeof name === "string" && name !== "") call.name ??= name;
  if (typeof piece === "string") call.texts.push(piece);
  else if (piece !== undefined && piece !== null) call.other = piece;
}

function piecesIn(document: Json): readonly Json[] {
  const choices = isJsonObject(document) ? document["choices"] : undefined;
  const [choice] = Array.isArray(choices) ? choices : [];
  const { tool_calls: calls } = messageIn(choice ?? null, isChunk(document));
  return Array.isArray(calls) ? calls : [];
}
