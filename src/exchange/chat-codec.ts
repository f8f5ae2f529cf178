import type { Ask } from "../probe/probe.ts";
import type { Target } from "../probe/target.ts";
import type { Json, JsonObject } from "../std/json.ts";
import type { HttpRequest } from "./exchange.ts";

/** A chat-completions request for the target. `alter` edits the body last, for requests that are wrong on purpose. */
export function chatRequest(
  target: Target,
  ask: Ask,
  key: string | undefined,
  alter: (body: { [field: string]: Json }) => { [field: string]: Json } = (body) => body,
): HttpRequest {
  const body: JsonObject = {
    model: target.model,
    messages: [...ask.messages],
    [target.maxTokensField]: ask.maxTokens,
    ...(ask.stream ? { stream: true, stream_options: { include_usage: true } } : {}),
    ...ask.extra,
  };
  return {
    method: "POST",
    url: `${target.baseUrl}/chat/completions`,
    headers: {
      ...target.headers,
      "content-type": "application/json",
      accept: ask.stream ? "text/event-stream" : "application/json",
      ...(key === undefined ? {} : { [target.keyHeader.name]: `${target.keyHeader.prefix}${key}` }),
    },
    body: JSON.stringify(alter(body)),
  };
}
