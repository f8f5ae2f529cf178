import type { TextClass } from "../probe/probe.ts";

import { shortHash } from "../std/hash.ts";
import type { TextFacts } from "./observation.ts";

/** What may be known of a completion without keeping it. */
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
