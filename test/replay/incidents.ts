import { chunk, completion, error, events, usage, usageChunk } from "./bodies.ts";
import { providers } from "./providers.ts";
import { http, json, type Replay, sse } from "./server.ts";

const [openai] = providers as readonly [Replay];
const like = (change: Partial<Replay> & Pick<Replay, "name" | "source">): Replay => ({ ...openai, ...change });

/** Section 2.2 of the reference: what providers have changed before, each on top of OpenAI's behaviour. */
export const incidents: readonly Replay[] = [
  like({
    name: "max_tokens refused",
    source: "2.2; 1.1 (ComfyUI-Griptape#312, openrag#398)",
    refusesField: {
      field: "max_tokens",
      reply: json(
        400,
        error(
          "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
          "invalid_request_error",
          "unsupported_parameter",
          { param: "max_tokens" },
        ),
      ),
    },
  }),
  like({
    name: "vllm flat error",
    source: "2.2; vllm#12886: before v0.10.1",
    badRequest: json(400, {
      object: "error",
      message: "Input should be a valid list",
      type: "BadRequestError",
      param: null,
      code: 400,
    }),
  }),
  like({
    name: "mistral 401 of 2024",
    source: "2.2; jan#2672",
    unauthorized: json(401, { message: "Unauthorized" }),
  }),
  like({ name: "usage absent", source: "2.2; simonw/llm#1698", plain: json(200, completion({ usage: undefined })) }),
  like({
    name: "usage null in stream",
    source: "2.2; MetaGPT#1746",
    streamed: sse([chunk({ content: "plumb" }, null, { usage: null }), chunk({}, "stop", { usage: null }), "[DONE]"]),
  }),
  like({
    name: "usage in the choice",
    source: "2.2; Moonshot, MetaGPT#1746",
    streamed: sse([
      chunk({ content: "plumb" }),
      { ...chunk({}), choices: [{ index: 0, delta: {}, finish_reason: "stop", usage }] },
      "[DONE]",
    ]),
  }),
  like({
    name: "choices null",
    source: "2.2; pydantic-ai#5170, openai-agents-python#2850: an error with status 200",
    plain: json(200, { id: "gen-1", choices: null, error: { message: "Provider returned error", code: 502 } }),
  }),
  like({
    name: "usage chunk without choices",
    source: "2.2; agentUniverse#772",
    streamed: sse([
      ...events.slice(0, 3),
      { id: "chatcmpl-123", object: "chat.completion.chunk", created: 1, model: "gpt-4o-mini", usage },
      "[DONE]",
    ]),
  }),
  like({
    name: "usage cumulative",
    source: "2.2; langfuse#8808: in every chunk, growing",
    streamed: sse([
      chunk({ role: "assistant", content: "pl" }, null, {
        usage: { prompt_tokens: 14, completion_tokens: 1, total_tokens: 15 },
      }),
      chunk({ content: "umb" }, null, { usage: { prompt_tokens: 14, completion_tokens: 2, total_tokens: 16 } }),
      chunk({}, "stop", { usage }),
      "[DONE]",
    ]),
  }),
  like({
    name: "reasoning only",
    source: "2.2; 2.1 vLLM: message.reasoning, the cap spent on it",
    plain: json(
      200,
      completion(
        {
          usage: {
            prompt_tokens: 14,
            completion_tokens: 16,
            total_tokens: 30,
            completion_tokens_details: { reasoning_tokens: 16 },
          },
        },
        { message: { role: "assistant", content: null, reasoning: "…" }, finish_reason: "length" },
      ),
    ),
  }),
  like({
    name: "stream counts less",
    source: "2.2; litellm#36114, #21592",
    streamed: sse([
      ...events.slice(0, 3),
      usageChunk({ prompt_tokens: 2, completion_tokens: 1, total_tokens: 3 }),
      "[DONE]",
    ]),
  }),
  like({
    name: "error after 200",
    source: "2.1 OpenRouter; 1.3: an error chunk, then the end without [DONE]",
    streamed: sse([
      chunk({ content: "pl" }),
      { ...chunk({}, "error"), error: { code: 502, message: "Provider disconnected" } },
    ]),
  }),
  like({
    name: "no [DONE]",
    source: "1.5: ends the SDK's iterator as if it were complete",
    streamed: sse(events.slice(0, -1)),
  }),
  like({
    name: "key ignored",
    source: "2.3: servers without authentication behind a configured key",
    unauthorized: undefined,
  }),
  like({
    name: "HTML with 200",
    source: "3: a wrong base URL answers with a page",
    plain: http(200, "text/html", "<!doctype html><title>Welcome</title>"),
    streamed: http(200, "text/html", "<!doctype html><title>Welcome</title>"),
  }),
  like({
    name: "cometapi envelope of before",
    source: "2.2; 3 CometAPI (earlier errors page): 400, an empty code, the request id in the message",
    badRequest: json(400, {
      error: { code: "", message: "model name is required (request id: 2026112304)", type: "comet_api_error" },
    }),
  }),
  like({
    name: "azure prompt_annotations",
    source: "2.2; seratch/ChatGPT-in-Slack#49: prompt_filter_results by its name of 2023-08",
    streamed: sse([
      { choices: [], created: 0, id: "", model: "", object: "", prompt_annotations: [{ prompt_index: 0 }] },
      ...events,
    ]),
  }),
  like({
    name: "mistral stricter",
    source: "2.2; LibreChat#1540: unknown parameters are refused with 422",
    badRequest: json(422, {
      detail: [{ loc: ["body", "user"], msg: "Extra inputs are not permitted", type: "extra_forbidden" }],
    }),
  }),
  like({
    name: "id missing",
    source: "2.2; 2.1 Gemini (swift-llm-chat-openai#18)",
    plain: json(200, completion({ id: undefined })),
  }),
  like({
    name: "reasoning_content",
    source: "2.2; 2.1 vLLM: reasoning in one release, reasoning_content in another",
    plain: json(200, completion({}, { message: { role: "assistant", content: "plumb", reasoning_content: "…" } })),
  }),
  like({
    name: "error code a number",
    source: "2.2; OpenRouter, vLLM, llama.cpp where OpenAI has a text",
    unauthorized: json(401, error("No auth credentials found", "invalid_request_error", 401)),
  }),
];
