import { isJsonObject, type Json } from "../../std/json.ts";
import type { ChunkPosition, ErrorEnvelope, ReplyContent } from "../protocol.ts";
import { usageOf } from "./usage.ts";

const mostChoices = 16;

/** What a plain reply, or the chunks of a stream, say. */
export function readReply(documents: readonly Json[]): ReplyContent {
  const all = (name: string): string[] => documents.flatMap((document) => stringAt(document, name) ?? []);
  return {
    text: documents.map(textIn).join(""),
    finishReasons: finishReasonsOf(documents),
    ids: all("id"),
    models: all("model"),
    serviceTiers: all("service_tier"),
    usage: usageOf(documents),
  };
}

/** Of the first choice. */
function textIn(document: Json): string {
  const choice = choicesIn(document)[0];
  if (!isJsonObject(choice)) return "";
  const holder = choice["message"] ?? choice["delta"];
  return isJsonObject(holder) && typeof holder["content"] === "string" ? holder["content"] : "";
}

/** In a stream the chunks before the last have null. */
function finishReasonsOf(documents: readonly Json[]): (string | null)[] {
  const byChoice = new Map<number, string | null>();
  for (const document of documents) {
    for (const [position, choice] of choicesIn(document).slice(0, mostChoices).entries()) {
      byChoice.set(position, stringAt(choice, "finish_reason") ?? byChoice.get(position) ?? null);
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
  if (choices.some(({ finish_reason: reason }) => typeof reason === "string")) return "finish";
  if (index === 0) return "first";
  return choices.some(({ delta }) => stringAt(delta, "content") !== undefined) ? "content" : "other";
}

export function readError(document: Json): ErrorEnvelope | undefined {
  if (Array.isArray(document)) {
    const inner = document.map((item) => readError(item)).find((error) => error !== undefined);
    return inner && { ...inner, family: "array-wrapped" };
  }
  if (!isJsonObject(document)) return undefined;
  const { error, detail, object, choices, type, code } = document;
  if (isJsonObject(error)) {
    return { family: "nested-object", type: error["type"], code: error["code"], message: stringAt(error, "message") };
  }
  if (typeof error === "string") return { family: "string", message: error };
  if (detail !== undefined) return { family: "detail", message: detailMessage(detail) };
  const message = stringAt(document, "message");
  const isFlat = object === "error" || (choices === undefined && message !== undefined);
  return isFlat ? { family: "flat", type, code, message } : undefined;
}

/** FastAPI: a text, or a list of what is wrong with which field. */
function detailMessage(detail: Json): string | undefined {
  return typeof detail === "string" ? detail : Array.isArray(detail) ? stringAt(detail[0], "msg") : undefined;
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
