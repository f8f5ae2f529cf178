import type { Ask } from "../probe/probe.ts";
import type { Target } from "../probe/target.ts";
import type { Json, JsonObject } from "../std/json.ts";
import type { HttpRequest } from "./exchange.ts";

/** How a request is made wrong on purpose. Each is applied last of its kind. */
export interface Wrongs {
  readonly alter?: ((body: { [field: string]: Json }) => { [field: string]: Json }) | undefined;
  /** Edits the text of the body, such as to what is no JSON any more. */
  readonly spoil?: ((text: string) => string) | undefined;
  /** Instead of `/chat/completions`. */
  readonly path?: string | undefined;
}

/** A chat-completions request for the target. */
export function chatRequest(
  target: Target,
  ask: Ask,
  key: string | undefined,
  { alter = (body) => body, spoil = (text) => text, path = "/chat/completions" }: Wrongs = {},
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
    url: `${target.baseUrl}${path}`,
    headers: {
      ...target.headers,
      "content-type": "application/json",
      accept: ask.stream ? "text/event-stream" : "application/json",
      ...(key === undefined ? {} : { [target.keyHeader.name]: `${target.keyHeader.prefix}${key}` }),
    },
    body: spoil(JSON.stringify(alter(body))),
  };
}
