import { isJsonObject, type Json, type JsonObject } from "../../std/json.ts";
import type { ErrorEnvelope, ErrorFamily } from "../protocol.ts";
import { guessError, isFailure, isSuccess } from "./unknown-envelope.ts";

type Found = Omit<ErrorEnvelope, "family">;

/** Where providers put an error, the first row that finds one. */
const envelopes: readonly (readonly [ErrorFamily, (document: JsonObject) => Found | undefined])[] = [
  [
    "nested-object",
    ({ error }) => (isJsonObject(error) && Object.keys(error).length > 0 ? fromObject(error) : undefined),
  ],
  [
    "string",
    ({ error, type, code, message }) =>
      typeof error === "string" && error !== "" ? { type, code, message: textOf(message) ?? error } : undefined,
  ],
  [
    "base_resp",
    ({ base_resp: base }) =>
      isJsonObject(base) && isFailure(base["status_code"])
        ? { code: base["status_code"], message: textOf(base["status_msg"]) }
        : undefined,
  ],
  [
    "error_code",
    ({ error_code: code, error_msg: message }) => (isFailure(code) ? { code, message: textOf(message) } : undefined),
  ],
  ["response_error", ({ Response }) => (isJsonObject(Response) ? fromMember(Response, "Error") : undefined)],
  ["choice", ({ choices }) => (Array.isArray(choices) ? fromMember(choices[0], "error") : undefined)],
  ["errors", ({ errors }) => (Array.isArray(errors) && errors.length > 0 ? fromAny(errors[0]) : undefined)],
  ["fault", (document) => fromMember(document, "fault")],
  [
    "problem",
    ({ title, status, detail, type }) =>
      typeof title === "string" && isFailure(status)
        ? { type, code: status, message: textOf(detail) ?? title }
        : undefined,
  ],
  ["detail", ({ detail }) => (detail === undefined || detail === null ? undefined : fromAny(detail))],
  ["flat", fromFlat],
  ["unlisted", (document) => guessError(document)],
];

/** `at`: where this target puts its errors, such as `$.result.error`; it comes before the table. */
export function readError(document: Json, at?: string): ErrorEnvelope | undefined {
  const declared = at === undefined ? undefined : valueAt(document, at);
  if (declared !== undefined && declared !== null) return { family: "declared", ...fromAny(declared) };
  if (Array.isArray(document)) {
    const inner = document.map((item) => readError(item)).find((error) => error !== undefined);
    return inner && { ...inner, family: "array-wrapped" };
  }
  if (!isJsonObject(document)) return undefined;
  for (const [family, find] of envelopes) {
    const found = find(document);
    if (found !== undefined) return { family, ...found };
  }
  return undefined;
}

/** The error is the document itself, which then is no completion. */
function fromFlat(document: JsonObject): Found | undefined {
  const { object, choices, code, success, message, msg } = document;
  const isCompletion = Array.isArray(choices) && choices.length > 0;
  // Ollama's own replies have a message that is an object.
  const hasMessage = typeof message === "string" || typeof msg === "string";
  if (object !== "error" && success !== false && (isCompletion || !hasMessage || isSuccess(code))) return undefined;
  return fromObject(document);
}

function fromMember(holder: Json | undefined, name: string): Found | undefined {
  const value = isJsonObject(holder) ? holder[name] : undefined;
  return isJsonObject(value) ? fromObject(value) : undefined;
}

/** A text, an object, or a list of what is wrong with which field. */
function fromAny(value: Json | undefined): Found {
  const first = Array.isArray(value) ? value[0] : value;
  return isJsonObject(first)
    ? fromObject(first)
    : { message: textOf(first), code: isFailure(first) ? first : undefined };
}

function fromObject(error: JsonObject): Found {
  const message = error["message"] ?? error["msg"] ?? error["Message"] ?? error["faultstring"] ?? error["status_msg"];
  const inner = isJsonObject(message) ? fromAny(message["detail"] ?? message["error"] ?? message) : undefined;
  const { loc } = error;
  return {
    type: inner?.type ?? error["type"] ?? error["status"],
    code: inner?.code ?? error["code"] ?? error["Code"] ?? error["status_code"],
    param:
      inner?.param ??
      error["param"] ??
      (Array.isArray(loc)
        ? loc.flatMap((part) => (typeof part === "string" && part !== "body" ? [part] : [])).join(".")
        : undefined),
    message: inner?.message ?? textOf(message),
  };
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** `$.a.b` */
function valueAt(document: Json, path: string): Json | undefined {
  return path
    .split(".")
    .slice(1)
    .reduce<Json | undefined>(
      (value, name) => (isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined),
      document,
    );
}
