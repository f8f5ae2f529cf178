import { isJsonObject, type Json, type JsonObject } from "../../std/json.ts";

/** How providers call a message, and a code of their own. */
const messageName = /^(err(or)?_?)?(msg|message|description|reason)$/i;
const codeName = /^((err(or)?|status|ret|biz|sub)_?)?(code|no|num)$|^ret(code)?$/i;
/** Members hide errors at most so deep: `header.code`, `result.error.code`. */
const deepest = 3;

/**
 * An error in an envelope that no row of the table knows: an object with a code that is no success, and a message beside
 * it, in a document that is no completion.
 */
export function guessError(document: JsonObject, depth = deepest): { code: Json; message: string } | undefined {
  const { choices } = document;
  if (Array.isArray(choices) && choices.length > 0) return undefined;
  const found = (isIt: (name: string, value: Json) => boolean): Json | undefined =>
    Object.entries(document).find(([name, value]) => isIt(name, value))?.[1];
  const code = found((name, value) => codeName.test(name) && isFailure(value));
  const message = found((name, value) => messageName.test(name) && typeof value === "string" && value !== "");
  if (code !== undefined && typeof message === "string") return { code, message };
  if (depth === 1) return undefined;
  return Object.values(document)
    .filter(isJsonObject)
    .map((inner) => guessError(inner, depth - 1))
    .find((error) => error !== undefined);
}

/** `code` 0 and 200 mean success. */
export function isFailure(code: Json | undefined): boolean {
  return (typeof code === "number" || typeof code === "string") && code !== "" && !isSuccess(code);
}

export function isSuccess(code: Json | undefined): boolean {
  return (typeof code === "number" || typeof code === "string") && /^(0|200|ok|success)$/i.test(String(code));
}
