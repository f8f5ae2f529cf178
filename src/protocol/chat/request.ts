import type { Ask } from "../../probe/probe.ts";
import type { Target } from "../../probe/target.ts";
import type { JsonObject } from "../../std/json.ts";
import type { HttpRequest } from "../../exchange/exchange.ts";
import type { Malformations } from "../protocol.ts";

export const chatPath = "/chat/completions";

/** A chat-completions request for the target, malformed where that is wanted. */
export function chatRequest(
  target: Target,
  ask: Ask,
  key: string | undefined,
  malformations: Malformations,
): Omit<HttpRequest, "reader"> {
  const { mutate = (body) => body, corrupt = (text) => text, path = chatPath, keyQuery } = malformations;
  const url = `${target.baseUrl}${path}`;
  const headers = {
    ...target.headers,
    ...malformations.headers,
    ...(key === undefined || keyQuery !== undefined
      ? {}
      : { [target.keyHeader.name]: `${target.keyHeader.prefix}${key}` }),
  };
  if (malformations.method === "GET") {
    return { method: "GET", url: withKey(url, keyQuery, key), headers: { ...headers, accept: "application/json" } };
  }
  const body: JsonObject = {
    ...target.extra,
    model: target.model,
    messages: [...ask.messages],
    [target.maxTokensField]: ask.maxTokens,
    ...(ask.stream ? { stream: true } : {}),
    ...(ask.stream && target.streamOptions !== false ? { stream_options: { include_usage: true } } : {}),
    ...ask.extra,
  };
  for (const field of target.omit ?? []) delete body[field];
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
