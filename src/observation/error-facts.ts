import type { Body } from "../exchange/exchange.ts";
import { isJsonObject, type Json, type JsonObject } from "../std/json.ts";
import { safeMessage } from "./error-message.ts";
import type { ErrorFacts } from "./observation.ts";

/** What a body tells of an error; undefined when it tells of none and the status is a success. */
export function errorFactsOf(status: number, body: Body): ErrorFacts | undefined {
  switch (body.form) {
    case "text":
      if (status < 400) return undefined;
      if (body.text === "") return { family: "empty" };
      return { family: body.text.startsWith("<") ? "html" : "unknown" };
    case "stream":
      return body.chunks.map((chunk) => envelopeIn(chunk)).find((facts) => facts !== undefined);
    case "json":
      return envelopeIn(body.value) ?? (status >= 400 ? { family: "unknown" } : undefined);
    default:
      return body satisfies never;
  }
}

function envelopeIn(value: Json): ErrorFacts | undefined {
  if (Array.isArray(value)) {
    const inner = value.map((item) => envelopeIn(item)).find((facts) => facts !== undefined);
    return inner === undefined ? undefined : { ...inner, family: "array-wrapped" };
  }
  if (!isJsonObject(value)) return undefined;
  const { error } = value as { error?: Json };
  if (isJsonObject(error)) return { family: "nested-object", ...vocabulary(error) };
  if (typeof error === "string") return { family: "string", message: safeMessage(error) };
  if (value["detail"] !== undefined) return { family: "detail", message: detailMessage(value["detail"]) };
  if (value["object"] === "error" || (value["choices"] === undefined && typeof value["message"] === "string")) {
    return { family: "flat", ...vocabulary(value) };
  }
  return undefined;
}

/** FastAPI: a text, or a list of what is wrong with which field. */
function detailMessage(detail: Json): string | undefined {
  if (typeof detail === "string") return safeMessage(detail);
  const [first] = Array.isArray(detail) ? detail : [];
  const message = isJsonObject(first) ? first["msg"] : undefined;
  return typeof message === "string" ? safeMessage(message) : undefined;
}

/** Identifiers, and of prose what can be nobody's words: it may echo keys and prompts. */
function vocabulary(holder: JsonObject): Pick<ErrorFacts, "type" | "code" | "message"> {
  const { type, code, message } = holder as { type?: Json; code?: Json; message?: Json };
  return {
    message: typeof message === "string" ? safeMessage(message) : undefined,
    type: typeof type === "string" && isIdentifier(type) ? type : undefined,
    code: typeof code === "number" || (typeof code === "string" && isIdentifier(code)) ? code : undefined,
  };
}

function isIdentifier(text: string): boolean {
  return /^[A-Za-z0-9_. -]{1,48}$/.test(text) && !/[-_]?sk[-_]/i.test(text);
}
