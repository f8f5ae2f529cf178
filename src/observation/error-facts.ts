import type { Body } from "../exchange/exchange.ts";
import type { ErrorEnvelope, Protocol } from "../protocol/protocol.ts";
import type { Json } from "../std/json.ts";
import { safeMessage } from "./error-message.ts";
import { keepableName } from "./foreign-name.ts";
import type { ErrorFacts } from "./observation.ts";

/** The error that a body reports; undefined when it reports none and the status is a success. */
export function errorFactsOf(status: number, body: Body, { readError }: Protocol, at?: string): ErrorFacts | undefined {
  const factsIn = (document: Json): ErrorFacts | undefined => {
    const error = readError(document, at);
    return error && safe(error);
  };
  switch (body.form) {
    case "text":
      if (status < 400) return undefined;
      if (body.text === "") return { family: "empty" };
      return errorText(body.text);
    case "stream":
      return body.chunks.map(factsIn).find((facts) => facts !== undefined);
    case "json":
      return factsIn(body.value) ?? (status >= 400 ? { family: "unknown" } : undefined);
    default:
      return body satisfies never;
  }
}

/** Servers in front of a provider answer with a page, which says in its title what is wrong, or with a line of text. */
function errorText(text: string): ErrorFacts {
  if (!text.trimStart().startsWith("<")) return { family: "unknown", message: safeMessage(text) };
  const title = /<title>([^<]{1,200})/i.exec(text.slice(0, 4000))?.[1];
  return { family: "html", message: title === undefined ? undefined : safeMessage(title) };
}

/** Identifiers, and of the message what can be nobody's words: it may echo keys and prompts. */
function safe({ family, type, code, param, message }: ErrorEnvelope): ErrorFacts {
  return {
    family,
    message: message === undefined ? undefined : safeMessage(message),
    type: identifier(type),
    param: identifier(param),
    code: typeof code === "number" ? code : identifier(code),
  };
}

function identifier(value: unknown): string | undefined {
  const isOne = typeof value === "string" && /^[A-Za-z0-9_. -]{1,48}$/.test(value) && !/[-_]?sk[-_]/i.test(value);
  return isOne ? keepableName(value) : undefined;
}

/** The target refuses to be asked for the usage of a stream. */
export function refusesStreamOptions({ param, message = "" }: ErrorFacts): boolean {
  return param?.startsWith("stream_options") === true || /stream_options|include_usage/.test(message);
}

/** A reasoning model refuses a request whose cap is spent before the first word of an answer. */
export function isCapSpent({ message = "" }: Pick<ErrorFacts, "message">): boolean {
  return /max_tokens|max_completion_tokens|output limit/.test(message) && /reached|finish|higher/.test(message);
}
