import type { Ask } from "../../probe/probe.ts";
import type { Target } from "../../probe/target.ts";
import type { Json, JsonObject } from "../../std/json.ts";
import type { HttpRequest } from "../../exchange/exchange.ts";

/** How a request is made wrong on purpose. Each is applied last of its kind. */
export interface Malformations {
  readonly mutate?: ((body: { [field: string]: Json }) => { [field: string]: Json }) | undefined;
  /** Edits the text of the body, such as to what is no JSON any more. */
  readonly corrupt?: ((text: string) => string) | undefined;
  /** Instead of `/chat/completions`. */
  readonly path?: string | undefined;
  /** Asks for a document instead of a completion. */
  readonly method?: "GET" | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The key goes into the query by this name instead of a header. */
  readonly keyQuery?: string | undefined;
}

/** A chat-completions request for the target, or whatever `wrongs` makes of it. */
export function chatRequest(
  target: Target,
  ask: Ask,
  key: string | undefined,
  wrongs: Malformations = {},
): HttpRequest {
  const { mutate = (body) => body, corrupt = (text) => text, path = "/chat/completions", keyQuery } = wrongs;
  const url = `${target.baseUrl}${path}`;
  const headers = {
    ...target.headers,
    ...wrongs.headers,
    ...(key === undefined || keyQuery !== undefined
      ? {}
      : { [target.keyHeader.name]: `${target.keyHeader.prefix}${key}` }),
  };
  if (wrongs.method === "GET") {
    return { method: "GET", url: withKey(url, keyQuery, key), headers: { ...headers, accept: "application/json" } };
  }
  const body: JsonObject = {
    model: target.model,
    messages: [...ask.messages],
    [target.maxTokensField]: ask.maxTokens,
    ...(ask.stream ? { stream: true, stream_options: { include_usage: true } } : {}),
    ...ask.extra,
  };
  return {
    method: "POST",
    url: withKey(url, keyQuery, key),
    headers: {
      ...headers,
      "content-type": "application/json",
      accept: ask.stream ? "text/event-stream" : "application/json",
    },
    body: corrupt(JSON.stringify(mutate(body))),
  };
}

function withKey(url: string, name: string | undefined, key: string | undefined): string {
  if (name === undefined || key === undefined) return url;
  return `${url}${url.includes("?") ? "&" : "?"}${name}=${encodeURIComponent(key)}`;
}
