import {
  calledEvents,
  calledPlain,
  chunk,
  completion,
  error,
  events,
  structuredEvents,
  structuredPlain,
  usage,
  usageChunk,
} from "./bodies.ts";
import { http, json, type Replay, sse } from "./server.ts";

const ok = json(200, completion());
const stream = sse(events);
const nginx404 = http(404, "text/html", "<html><head><title>404 Not Found</title></head><body>nginx</body></html>");

/** Section 2.1 of the reference, a row each: what is not in a row is as the specification has it. */
export const providers: readonly Replay[] = [
  {
    name: "openai",
    source: "2.1 OpenAI; 1.4 (ecoute#163 for the 401)",
    plain: json(
      200,
      completion(),
      "x-request-id: req_1\r\nx-ratelimit-limit-requests: 10000\r\nx-ratelimit-remaining-requests: 9999\r\n",
    ),
    streamed: sse([
      ...events.slice(0, 1),
      chunk({ content: "plumb" }, null, { obfuscation: "aB3" }),
      ...events.slice(2),
    ]),
    toolCall: { plain: json(200, calledPlain), streamed: sse(calledEvents) },
    structured: { plain: json(200, structuredPlain), streamed: sse(structuredEvents) },
    unauthorized: json(
      401,
      error("Incorrect API key provided: sk-plumb****0000.", "invalid_request_error", "invalid_api_key"),
    ),
    badRequest: json(
      400,
      error("Invalid type for 'messages'", "invalid_request_error", "invalid_type", { param: "messages" }),
    ),
    unknownModel: json(404, error("The model does not exist", "invalid_request_error", "model_not_found")),
    wrongPath: json(404, error("Invalid URL (POST /v1/x)", "invalid_request_error", null)),
    models: json(200, { object: "list", data: [{ id: "gpt-4o-mini", object: "model" }] }),
  },
  {
    name: "azure",
    source: "2.1 Azure OpenAI (autogen#6465, meilisearch#6341)",
    plain: ok,
    streamed: sse([
      { choices: [], created: 0, id: "", model: "", object: "", prompt_filter_results: [{ prompt_index: 0 }] },
      ...events.slice(0, 2),
      { ...chunk({}), choices: [{ index: 0, finish_reason: null, content_filter_results: {} }] },
      ...events.slice(2),
    ]),
    unauthorized: json(401, { error: { code: "401", message: "Access denied due to invalid subscription key." } }),
    badRequest: json(400, error("Invalid type for 'messages'", "invalid_request_error", null)),
    unknownModel: json(404, { error: { code: "DeploymentNotFound", message: "The API deployment does not exist." } }),
    wrongPath: json(404, { error: { code: "404", message: "Resource not found" } }, "apim-request-id: 5a1b\r\n"),
  },
  {
    name: "cometapi",
    source: "3 CometAPI (apidoc.cometapi.com, error codes page): 500 with invalid_request is a malformed request",
    plain: ok,
    streamed: stream,
    unauthorized: json(401, error("Invalid token (request id: 2026112301)", "comet_api_error", "", { param: "" })),
    badRequest: json(
      500,
      error("invalid request (request id: 2026112302)", "comet_api_error", "invalid_request", { param: "" }),
    ),
    unknownModel: json(
      503,
      error("no available channel (request id: 2026112303)", "comet_api_error", "model_not_found", { param: "" }),
    ),
    wrongPath: http(301, "text/html", "<html>Moved</html>", "location: https://www.cometapi.com/\r\n"),
  },
  {
    name: "openrouter",
    source: "2.1 OpenRouter: numeric code, comments, usage with cost after the finish reason",
    plain: json(200, completion({ id: "gen-1", usage: { ...usage, cost: 0.000_014 } }), "x-generation-id: gen-1\r\n"),
    streamed: sse([
      ": OPENROUTER PROCESSING",
      ": OPENROUTER PROCESSING",
      chunk({ role: "assistant", content: "plumb" }),
      chunk({}, "stop"),
      usageChunk({ ...usage, cost: 0.000_014 }),
      "[DONE]",
    ]),
    unauthorized: json(401, { error: { message: "No auth credentials found", code: 401 } }),
    badRequest: json(400, {
      error: { message: "Invalid input", code: 400, metadata: { error_type: "invalid_request" } },
    }),
    wrongPath: http(404, "text/html; charset=utf-8", "<!DOCTYPE html><html><title>Not Found</title></html>"),
    models: json(200, { data: [{ id: "openai/gpt-4o-mini" }] }),
  },
  {
    name: "litellm",
    source: "2.1 LiteLLM proxy (OpenHands#17390): code is a text, the message echoes key and hash",
    plain: json(
      200,
      completion(),
      "x-litellm-call-id: 1f0c\r\nx-litellm-response-cost: 3.9e-06\r\nx-litellm-attempted-fallbacks: 0\r\n",
    ),
    streamed: sse([...events.slice(0, 3), { ...chunk({}), usage }, "[DONE]"]),
    unauthorized: json(
      401,
      error(
        "Authentication Error, Invalid proxy server token passed. Received API Key = sk-...0000, Key Hash (Token) =e3b0c44298fc",
        "token_not_found_in_db",
        "401",
        { param: "key" },
      ),
    ),
    badRequest: json(400, error("litellm.BadRequestError: messages must be a list", "None", "400", { param: "None" })),
    wrongPath: json(404, { detail: "Not Found" }),
  },
  {
    name: "vllm",
    source: "2.1 vLLM (server_utils.py; PR #22099): error is a text, code a number, model optional",
    plain: json(
      200,
      completion({ prompt_logprobs: null, kv_transfer_params: null }, { stop_reason: null, token_ids: null }),
    ),
    streamed: stream,
    unauthorized: json(401, { error: "Unauthorized" }),
    badRequest: json(400, error("Input should be a valid list", "Bad Request", 400)),
    unknownModel: json(404, error("The model does not exist.", "NotFoundError", 404)),
    wrongPath: json(404, { detail: "Not Found" }),
    takes: ["no-model"],
  },
  {
    name: "ollama",
    source: "2.1 Ollama (openai/openai.go): no key, any role, role in every delta",
    plain: json(200, completion({ system_fingerprint: "fp_ollama" })),
    streamed: sse([
      chunk({ role: "assistant", content: "plumb" }),
      chunk({ role: "assistant", content: "" }, "stop"),
      usageChunk(),
      "[DONE]",
    ]),
    unauthorized: undefined,
    badRequest: json(400, error("invalid message format", "invalid_request_error", null)),
    unknownModel: json(404, error("model not found", "not_found_error", null)),
    wrongPath: http(404, "text/plain", "404 page not found"),
    takes: ["role", "extra", "limit"],
  },
  {
    name: "llama.cpp",
    source: "2.1 llama.cpp server (tests/unit/test_security.py): public list of models, any model",
    plain: json(200, completion({ timings: { predicted_per_second: 51.2 } })),
    streamed: stream,
    unauthorized: json(401, error("Invalid API Key", "authentication_error", 401, {})),
    badRequest: json(400, error("expected messages to be an array", "invalid_request_error", 400, {})),
    wrongPath: json(404, error("File Not Found", "not_found_error", 404, {})),
    models: json(200, { object: "list", data: [{ id: "/models/plumb.gguf" }] }),
    takes: ["no-model", "unknown-model", "extra"],
  },
  {
    name: "gemini",
    source: "2.1 Gemini compat (PromptFuzz#42, ai-manus#101): errors in an array",
    plain: ok,
    streamed: sse([
      { ...chunk({ role: "assistant", content: "plumb" }), id: undefined, created: undefined },
      chunk({}, "stop"),
      usageChunk(),
      "[DONE]",
    ]),
    unauthorized: json(400, [
      { error: { code: 400, message: "Please pass a valid API key.", status: "INVALID_ARGUMENT" } },
    ]),
    badRequest: json(400, [
      {
        error: { code: 400, message: "Request contains an invalid argument.", status: "INVALID_ARGUMENT", details: [] },
      },
    ]),
    wrongPath: http(
      404,
      "text/html; charset=UTF-8",
      "<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)!!1</title>",
    ),
  },
  {
    name: "anthropic",
    source: "2.1 Anthropic compat: unsupported fields are ignored",
    plain: ok,
    streamed: stream,
    unauthorized: json(401, error("invalid x-api-key", "authentication_error", null), "request-id: req_011\r\n"),
    badRequest: json(400, error("messages: Input should be a valid list", "invalid_request_error", null)),
    wrongPath: json(404, { type: "error", error: { type: "not_found_error", message: "Not found" } }),
    takes: ["extra"],
  },
  {
    name: "mistral",
    source: "2.1 Mistral (agent-zero#539; SDK HTTPValidationError): FastAPI detail",
    plain: ok,
    streamed: sse([
      chunk({ role: "assistant", content: "plumb" }),
      chunk({ content: "" }, "stop", { usage }),
      "[DONE]",
    ]),
    unauthorized: json(401, { detail: "Unauthorized" }),
    badRequest: json(422, {
      detail: [{ loc: ["body", "messages"], msg: "Input should be a valid list", type: "list_type" }],
    }),
    wrongPath: json(404, { message: "no Route matched with those values" }),
  },
  {
    name: "deepseek",
    source: "2.1 DeepSeek; 1.3: keep-alives, blank lines before a plain body",
    plain: http(
      200,
      "application/json",
      `\n\n\n${JSON.stringify(completion({ usage: { ...usage, prompt_cache_hit_tokens: 0 } }))}`,
    ),
    streamed: sse([": keep-alive", ...events]),
    unauthorized: json(401, error("Authentication Fails", "authentication_error", "invalid_request_error")),
    badRequest: json(
      422,
      error("Failed to deserialize the JSON body", "invalid_request_error", "invalid_request_error"),
    ),
    wrongPath: http(404, "text/plain", ""),
  },
  {
    name: "groq",
    source: "2.1 Groq: usage in x_groq, times among the tokens",
    plain: json(200, completion({ usage: { ...usage, queue_time: 0.02, total_time: 0.1 }, x_groq: { id: "req_01" } })),
    streamed: sse([
      chunk({ role: "assistant", content: "plumb" }, null, { x_groq: { id: "req_01" } }),
      chunk({}, "stop", { x_groq: { id: "req_01", usage } }),
      "[DONE]",
    ]),
    unauthorized: json(401, error("Invalid API Key", "invalid_request_error", "invalid_api_key", {})),
    badRequest: json(400, error("'messages' : value must be an array", "invalid_request_error", null, {})),
    wrongPath: json(404, error("Unknown request URL", "invalid_request_error", "unknown_url", {})),
  },
  {
    name: "together",
    source: "2.1 Together: finish reason eos, further fields",
    plain: json(200, completion({ prompt: [], warnings: [] }, { finish_reason: "stop", text: null, seed: 1 })),
    streamed: stream,
    unauthorized: json(401, error("Invalid API key provided.", "invalid_request_error", "invalid_api_key")),
    badRequest: json(400, error("Input validation error", "invalid_request_error", null)),
    wrongPath: nginx404,
  },
  {
    name: "portkey",
    source: "2.1 Portkey gateway, run there: fallback visible in a header only, errors prefixed",
    plain: json(
      200,
      completion(),
      "x-portkey-last-used-option-index: config.targets[1]\r\nx-portkey-retry-attempt-count: 0\r\n",
    ),
    streamed: stream,
    unauthorized: json(401, {
      error: {
        message: "openai error: Incorrect API key provided",
        type: "invalid_request_error",
        param: null,
        code: "invalid_api_key",
      },
      provider: "openai",
    }),
    badRequest: json(400, { status: "failure", message: "Invalid body" }),
    wrongPath: http(404, "text/plain", "404 Not Found"),
  },
];
