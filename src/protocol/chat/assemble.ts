import { isJsonObject, type Json, type JsonObject } from "../../std/json.ts";

/** More pieces of a kind than these add nothing to a shape. */
const mostChunks = 20_000;
const mostChoices = 16;
const mostToolCalls = 64;

/**
 * The reply that a client puts together from the chunks of a stream: deltas become messages, what comes later replaces
 * what came before unless it is null. Texts are not kept: of each, one piece that is not empty stands for all.
 */
export function assemble(chunks: readonly Json[]): Json {
  const reply: Members = new Map();
  const choices = new Map<number, Members>();
  for (const chunk of chunks.slice(0, mostChunks)) {
    if (!isJsonObject(chunk)) continue;
    for (const [name, value] of Object.entries(chunk)) {
      if (name === "choices" && Array.isArray(value)) addChoices(choices, value);
      else put(reply, name, value);
    }
    if (Array.isArray(chunk["choices"])) reply.set("choices", []);
  }
  if (choices.size > 0) {
    reply.set(
      "choices",
      [...choices.values()].map((choice) => Object.fromEntries(choice)),
    );
  }
  return Object.fromEntries(reply);
}

type Members = Map<string, Json>;

function addChoices(choices: Map<number, Members>, pieces: readonly Json[]): void {
  for (const [position, piece] of pieces.slice(0, mostChoices).entries()) {
    if (!isJsonObject(piece)) continue;
    const index = typeof piece["index"] === "number" ? piece["index"] : position;
    const choice = choices.get(index) ?? new Map();
    if (choices.size < mostChoices) choices.set(index, choice);
    for (const [name, value] of Object.entries(piece)) {
      if (name === "delta" && isJsonObject(value)) choice.set("message", mergeDelta(choice.get("message"), value));
      else put(choice, name, value);
    }
  }
}

function mergeDelta(before: Json | undefined, delta: JsonObject): Json {
  const message: Members = new Map(Object.entries(isJsonObject(before) ? before : {}));
  for (const [name, value] of Object.entries(delta)) {
    if (name === "tool_calls" && Array.isArray(value)) message.set(name, mergeCalls(message.get(name), value));
    else put(message, name, value);
  }
  return Object.fromEntries(message);
}

function mergeCalls(before: Json | undefined, pieces: readonly Json[]): Json {
  const calls = new Map((Array.isArray(before) ? before : []).entries());
  for (const [position, piece] of pieces.slice(0, mostToolCalls).entries()) {
    if (!isJsonObject(piece)) continue;
    const at = typeof piece["index"] === "number" ? piece["index"] : position;
    const known = calls.get(at);
    const call: Members = new Map(Object.entries(isJsonObject(known) ? known : {}));
    for (const [name, value] of Object.entries(piece)) put(call, name, value);
    if (calls.size < mostToolCalls) calls.set(at, Object.fromEntries(call));
  }
  return [...calls.values()];
}

/** Later members win; nothing is replaced by null or by an empty text, and objects grow. */
function put(members: Members, name: string, value: Json): void {
  const before = members.get(name);
  if (before !== undefined && before !== null && (value === null || value === "")) return;
  if (isJsonObject(before) && isJsonObject(value)) members.set(name, mergeDelta(before, value));
  else members.set(name, value);
}
