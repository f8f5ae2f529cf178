import type { TextClass } from "../probe/probe.ts";
import { shortHash } from "../std/hash.ts";
import { isJsonObject, type Json } from "../std/json.ts";
import type { TextFacts } from "./observation.ts";

/** The text of the first choice: whole in a plain reply, put together from the deltas of a stream. */
export function completionText(documents: readonly Json[]): string {
  return documents.map(textIn).join("");
}

function textIn(document: Json): string {
  if (!isJsonObject(document) || !Array.isArray(document["choices"])) return "";
  const [choice] = document["choices"];
  if (!isJsonObject(choice)) return "";
  const holder = choice["message"] ?? choice["delta"];
  return isJsonObject(holder) && typeof holder["content"] === "string" ? holder["content"] : "";
}

export function textFacts(text: string): TextFacts {
  return { class: classOf(text.trim()), length: text.length, hash: shortHash(text) };
}

function classOf(text: string): TextClass {
  if (text === "") return "empty";
  if (Number.isFinite(Number(text))) return "number";
  if (isJson(text)) return "json";
  if (!/\s/.test(text)) return "word";
  return text.includes("\n") ? "text" : "line";
}

function isJson(text: string): boolean {
  if (!/^[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
