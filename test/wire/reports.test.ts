import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { policy } from "../exchange/policy.ts";
import { error } from "../replay/bodies.ts";
import { http, json, openWire, type ReplayServer, sse } from "../replay/server.ts";
import { loud } from "./kinds.ts";
import { openPlayer, type Player } from "./play.ts";
import {
  body,
  chunk,
  event,
  finish,
  healthy,
  healthyStream,
  opening,
  usage,
  usageChunk,
  words,
} from "./wire-bodies.ts";

/** Replies from a second round of public reports: what a first run says of them, and a probe that has learned from three. */

type Scenario = keyof typeof healthy;
type Delta = Readonly<Record<string, unknown>>;
interface Chunk {
  readonly choices: readonly { readonly delta: Delta; readonly finish_reason: string | null }[];
}

const plain = "valid-request";
const stream = "streamed-request";
const each = (edit: (one: Chunk, n: number) => object): string =>
  sse(healthyStream.map((one, n) => (typeof one === "string" ? one : edit(one as Chunk, n))));
const eachChoice = (edit: (choice: Chunk["choices"][number], n: number) => object): string =>
  each((one, n) => ({ ...one, choices: one.choices.map((choice) => edit(choice, n)) }));
const bytes = (text: string): string =>
  `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n${text}`;
const begun = [opening, ...words].map(event).join("");
const saying = (content: unknown): string => json(200, body({}, {}, { content }));
const nothing = /^$/;

type Row = readonly [name: string, source: string, scenario: Scenario, reply: string, first: RegExp, watched: RegExp];

const rows: readonly Row[] = [
  [
    "the role is an empty text in every chunk",
    "anomalyco/opencode#28427, MiniMax-AI/MiniMax-M2.5#2",
    stream,
    eachChoice((choice) => ({ ...choice, delta: { ...choice.delta, role: "" } })),
    /^risky role: assistant → another, or an empty one$/,
    /^breaking .*message\.role "assistant" → empty/,
  ],
  [
    "chunks without object",
    "NVIDIA/TensorRT-Edge-LLM#93",
    stream,
    each((one) => ({ ...one, object: undefined })),
    nothing,
    /^breaking .*\$\.object string → absent/,
  ],
  [
    "a chunk is cut off, and the next follows without a line break",
    "anomalyco/opencode#25858",
    stream,
    bytes(
      `${event(opening)}data: {"id":"chatcmpl-0001","ch${[...words, finish, usageChunk(), "[DONE]"].map(event).join("")}`,
    ),
    /^breaking end of stream: complete → malformed$/,
    /^breaking .*end of stream complete → malformed/,
  ],
  [
    "comments of a stream before a plain reply",
    "router-for-me/CLIProxyAPI#417",
    plain,
    http(200, "application/json", `: PROCESSING\n\n${JSON.stringify(body())}`),
    /^breaking reply: a completion → the body is no JSON \(lines of a stream\)$/,
    /^breaking .*no JSON \(lines of a stream\)/,
  ],
  [
    "space and a full stop",
    "BerriAI/litellm#31413",
    plain,
    http(200, "application/json", "          \n\n  ."),
    /^breaking reply: a completion → the body is no JSON \(malformed\)$/,
    /^breaking .*no JSON \(malformed\)/,
  ],
  [
    "space before the reply keeps the connection open",
    "BerriAI/litellm#31413",
    plain,
    http(200, "application/json", `\n\n     ${JSON.stringify(body())}`),
    nothing,
    nothing,
  ],
  [
    "an error after space, with 200",
    "BerriAI/litellm#8448",
    plain,
    http(200, "application/json", '\n\n  {"error":{"message":"Invalid request","code":502}}'),
    /^breaking reply: a completion → 200 502: Invalid request$/,
    /^breaking .*200 502: Invalid request/,
  ],
  [
    "finish_reason tool_calls and no call",
    "vllm-project/vllm#53255",
    plain,
    json(200, body({}, { finish_reason: "tool_calls" }, { tool_calls: [] })),
    /^breaking finish reason: stop or length → tool_calls$/,
    /^breaking .*finish_reason "stop" → "tool_calls"/,
  ],
  [
    "every chunk has the finish reason",
    "BerriAI/litellm#31634",
    stream,
    eachChoice((choice) => ({ ...choice, finish_reason: "stop" })),
    /^breaking chunks after the finish reason: usage only → content or tool calls$/,
    /^breaking .*chunks after the finish reason/,
  ],
  [
    "the content is a list of parts",
    "langchain-ai/langchainjs#6238",
    plain,
    saying([{ type: "text", text: "plumb" }]),
    /^breaking \$\.choices\[\]\.message\.content: a text → a list of parts$/,
    /^breaking .*message\.content string → array/,
  ],
  [
    "content in chunks is a list of parts",
    "vercel/ai#4820",
    stream,
    eachChoice((choice) => ({ ...choice, delta: { content: [{ type: "text", text: "plumb" }] } })),
    /^breaking \$\.choices\[\]\.message\.content: a text → a list of parts$/,
    /^breaking .*message\.content string → array/,
  ],
  [
    "the answer so far beside each delta",
    "perplexityai/api-discussion#209",
    stream,
    eachChoice((choice, n) => ({ ...choice, message: { role: "assistant", content: "plumb".slice(0, n) } })),
    nothing,
    nothing,
  ],
  [
    "an error event without an error member",
    "openai/openai-python#2487",
    stream,
    bytes(`${begun}event: error\ndata: {"type":"error","code":"server_error","message":"Invalid request"}\n\n`),
    /^breaking reply: a completion → 200 error\/server_error: Invalid request$/,
    /^breaking .*200 error\/server_error/,
  ],
  [
    "an error, and then [DONE]",
    "apache/rocketmq-dashboard#2178",
    stream,
    bytes(`${begun}data: {"error":{"message":"Insufficient balance"}}\n\ndata: [DONE]\n\n`),
    /^breaking reply: a completion → 200: Insufficient balance$/,
    /^breaking .*200: Insufficient balance/,
  ],
  [
    "no finish reason although [DONE] comes",
    "vllm-project/vllm#27572",
    stream,
    bytes(`${begun}${[usageChunk(), "[DONE]"].map(event).join("")}`),
    /^breaking end of stream: complete → no finish reason$/,
    /^breaking .*end of stream complete → no finish reason/,
  ],
  [
    "usage counts no completion tokens",
    "BerriAI/litellm#36168",
    stream,
    sse([opening, ...words, finish, usageChunk({ ...usage, completion_tokens: 0, total_tokens: 14 }), "[DONE]"]),
    /^breaking completion tokens counted: at least 1 → 0$/,
    /^breaking .*completion tokens counted/,
  ],
  [
    "usage is a total of another unit alone",
    "MiniMax-AI/MiniMax-M2.5#2",
    stream,
    sse([opening, ...words, finish, usageChunk({ total_tokens: 0, total_characters: 0 }), "[DONE]"]),
    /^breaking usage: reported → a total alone$/,
    /^breaking .*usage\.completion_tokens integer → absent/,
  ],
  [
    "reasoning stands in the answer",
    "vLLM and SGLang without a reasoning parser",
    plain,
    saying("<think>\nOne word is enough.\n</think>\n\nplumb"),
    /^risky content: the answer alone → reasoning in tags$/,
    /^risky .*content the answer alone → reasoning in tags/,
  ],
  [
    "a token of the chat template stands in the answer",
    "models with a wrong end of turn",
    plain,
    saying("plumb<|im_end|>"),
    /^risky content: the answer alone → special tokens$/,
    /^risky .*content the answer alone → special tokens/,
  ],
  [
    "a stream that nobody asked for",
    "gateways that force streams",
    plain,
    sse(healthyStream),
    /^breaking form of the reply: one document → a stream$/,
    /^breaking .*content type application\/json → text\/event-stream/,
  ],
  [
    "JSON as text/plain",
    "openai-node parses by the content type",
    plain,
    http(200, "text/plain", JSON.stringify(body())),
    /^breaking content type: application\/json → another$/,
    /^breaking .*content type application\/json → text\/plain/,
  ],
  [
    "204 without a body",
    "proxies that drop bodies",
    plain,
    "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n",
    /^breaking status: 200 → 204, an empty body$/,
    /^breaking .*status 200 → 204, an empty body/,
  ],
  [
    "the finish chunk comes twice",
    "OpenAI-compatible proxies",
    stream,
    sse([opening, ...words, finish, chunk({}, "stop"), usageChunk(), "[DONE]"]),
    nothing,
    nothing,
  ],
  [
    "a page of nginx",
    "proxies in front of every kind of server",
    plain,
    http(502, "text/html", "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body></body></html>"),
    /^breaking status: 200 → 502, an HTML page: 502 Bad Gateway$/,
    /^breaking .*status 200 → 502, an HTML page: 502 Bad Gateway/,
  ],
  [
    "a line of text of an edge",
    "Cloudflare's rate limits",
    plain,
    http(429, "text/plain; charset=UTF-8", "error code: 1015"),
    /^breaking status: 200 → 429: error code: 1015$/,
    /^breaking .*status 200 → 429: error code: 1015/,
  ],
  [
    "a line of text of a mesh",
    "Envoy in front of KServe and vLLM",
    plain,
    http(
      503,
      "text/plain",
      "upstream connect error or disconnect/reset before headers. reset reason: connection termination",
    ),
    /^breaking status: 200 → 503: upstream connect error or … before headers\. reset … connection termination$/,
    /^breaking .*status 200 → 503: upstream connect error/,
  ],
  [
    "a login page with 200",
    "one-api and new-api without /v1 in the address",
    plain,
    http(200, "text/html", "<!doctype html><html><head><title>One API</title></head></html>"),
    /^breaking reply: a completion → no JSON: text\/html$/,
    /^breaking .*reply a completion → no JSON: text\/html/,
  ],
  [
    "no channel for the model",
    "songquanpeng/one-api, QuantumNous/new-api",
    plain,
    json(503, error("当前分组 default 下对于模型 m 无可用渠道", "one_api_error", "model_not_found")),
    /^breaking status: 200 → 503 one_api_error\/model_not_found$/,
    /^breaking .*503 one_api_error\/model_not_found/,
  ],
  [
    "Azure's content filter",
    "Azure OpenAI",
    plain,
    json(400, {
      error: {
        message: "The response was filtered due to the prompt triggering the content management policy.",
        type: null,
        param: "prompt",
        code: "content_filter",
        status: 400,
        innererror: { code: "ResponsibleAIPolicyViolation" },
      },
    }),
    /^breaking status: 200 → 400 content_filter \(prompt\): /,
    /^breaking .*status 200 → 400 content_filter \(prompt\)/,
  ],
  [
    "an error in a list",
    "Gemini's compatible endpoint",
    plain,
    json(429, [{ error: { code: 429, message: "You exceeded your current quota", status: "RESOURCE_EXHAUSTED" } }]),
    /^breaking status: 200 → 429 RESOURCE_EXHAUSTED\/429: /,
    /^breaking .*429 RESOURCE_EXHAUSTED/,
  ],
  [
    "finish reasons in capitals",
    "gateways before Gemini",
    plain,
    json(200, body({}, { finish_reason: "STOP" })),
    /^breaking finish reason: stop or length → STOP$/,
    /^breaking .*finish_reason "stop" → "STOP"/,
  ],
  [
    "an error in a choice, in the middle of a stream",
    "OpenRouter",
    stream,
    sse([
      opening,
      chunk({ content: "" }, "error", { error: { code: "server_error", message: "Provider returned error" } }),
      "[DONE]",
    ]),
    /^breaking reply: a completion → 200 server_error: Provider returned error$/,
    /^breaking .*200 server_error/,
  ],
  [
    "heartbeats before the first chunk",
    "DeepSeek",
    stream,
    bytes(`: keep-alive\n\n: keep-alive\n\n${[...healthyStream].map(event).join("")}`),
    nothing,
    nothing,
  ],
  [
    "overloaded as 429",
    "Moonshot's Kimi",
    plain,
    json(429, error("The engine is currently overloaded, please try again later", "engine_overloaded_error", null)),
    /^breaking status: 200 → 429 engine_overloaded_error/,
    /^breaking .*429 engine_overloaded_error/,
  ],
  [
    "usage in every chunk",
    "vLLM's continuous_usage_stats, Kimi, xAI",
    stream,
    each((one, n) => ({ ...one, usage: { ...usage, completion_tokens: n, total_tokens: 14 + n } })),
    nothing,
    /^risky .*usage null → object/,
  ],
  [
    "a finish reason of the engine",
    "vLLM: abort; TGI: eos_token",
    plain,
    json(200, body({}, { finish_reason: "eos_token" })),
    /^breaking finish reason: stop or length → eos_token$/,
    /^breaking .*finish_reason "stop" → "eos_token"/,
  ],
  [
    "members of the engine",
    "SGLang: matched_stop; vLLM: stop_reason; llama.cpp: timings",
    plain,
    json(200, body({ timings: { prompt_n: 1 } }, { matched_stop: 151_645, stop_reason: null })),
    nothing,
    nothing,
  ],
  [
    "the model is loading",
    "ggml-org/llama.cpp server",
    plain,
    json(503, { error: { code: 503, message: "Loading model", type: "unavailable_error" } }),
    /^breaking status: 200 → 503 unavailable_error\/503: Loading model$/,
    /^breaking .*503 unavailable_error/,
  ],
  [
    "a reply of Ollama's own",
    "base URLs that end in /api",
    plain,
    json(200, {
      model: "m",
      created_at: "2026-11-29T10:00:00Z",
      message: { role: "assistant", content: "plumb" },
      done: true,
    }),
    /^breaking \$\.choices: a list → absent$/,
    /^breaking .*\$\.choices array → absent/,
  ],
  [
    "lines of JSON for a stream",
    "Ollama and gateways that pass it on",
    stream,
    http(200, "application/x-ndjson", `${[opening, ...words].map((one) => JSON.stringify(one)).join("\n")}\n`),
    /^breaking reply: a completion → the body is no JSON \(several documents\)$/,
    /^breaking .*no JSON \(several documents\)/,
  ],
  [
    "[DONE] and a space",
    "openai-node and openai-python take whatever begins so",
    stream,
    bytes(`${begun}${[finish, usageChunk()].map(event).join("")}data: [DONE] \n\n`),
    nothing,
    nothing,
  ],
  [
    "lines that end with CR alone",
    "the event stream format allows it",
    stream,
    bytes(healthyStream.map(event).join("").replaceAll("\n", "\r")),
    nothing,
    nothing,
  ],
  [
    "a byte order mark",
    "the event stream format allows it",
    stream,
    bytes(`\uFEFF${healthyStream.map(event).join("")}`),
    nothing,
    nothing,
  ],
  [
    "data: twice",
    "proxies that wrap events in events",
    stream,
    bytes(healthyStream.map((one) => `data: ${event(one)}`).join("")),
    /^breaking end of stream: complete → malformed$/,
    /^breaking .*end of stream complete → malformed/,
  ],
  [
    "an Anthropic message",
    "gateways with the wrong route",
    plain,
    json(200, {
      id: "msg_1",
      type: "message",
      role: "assistant",
      content: [{ type: "text", text: "plumb" }],
      stop_reason: "end_turn",
    }),
    /^breaking \$\.choices: a list → absent$/,
    /^breaking .*\$\.choices array → absent/,
  ],
  [
    "usage in Anthropic's words",
    "compatibility layers",
    plain,
    json(200, body({ usage: { input_tokens: 14, output_tokens: 2 } })),
    /^breaking usage: reported → unknown$/,
    /^breaking .*usage\.completion_tokens integer → absent/,
  ],
  [
    "the content is an object",
    "servers that parse JSON answers",
    plain,
    saying({ text: "plumb" }),
    /^breaking \$\.choices\[\]\.message\.content: a text → an object or a number$/,
    /^breaking .*message\.content string → object/,
  ],
  [
    "a tool call stands in the answer",
    "Qwen and Hermes without a tool parser",
    plain,
    saying('<tool_call>\n{"name": "x"}\n</tool_call>'),
    /^risky content: the answer alone → a tool call in tags$/,
    /^risky .*a tool call in tags/,
  ],
  [
    "DeepSeek's own marks stand in the answer",
    "sgl-project/sglang, vllm-project/vllm with DeepSeek-V3",
    plain,
    saying("plumb<｜end▁of▁sentence｜>"),
    /^risky content: the answer alone → special tokens$/,
    /^risky .*special tokens/,
  ],
];

/** What the official client makes of a plain reply; the table in docs/contract.md says the same. */
const read: readonly (readonly [string, string, string])[] = [
  ["JSON as text/plain", http(200, "text/plain", JSON.stringify(body())), "a text"],
  ["a stream", sse(healthyStream), "a text"],
  ["an empty role", json(200, body({}, {}, { role: "" })), '"plumb"'],
  ["a list of parts", saying([{ type: "text", text: "plumb" }]), '[{"type":"text","text":"plumb"}]'],
];

let server: ReplayServer;
let reply = "";
const open: Player[] = [];
beforeAll(async () => {
  server = await openWire((socket) => void socket.end(reply));
});
afterAll(async () => {
  await Promise.all([...open, server].map((it) => it.close()));
});

function player(scenario: Scenario): Player {
  const quick = { ...policy, circuit: { failures: 1000, openMs: 1 } };
  const playing = openPlayer(server.baseUrl, scenario, { policy: quick }, 3);
  open.push(playing);
  return playing;
}

test.each(rows)("%s (%s)", async (_name, _source, scenario, odd, first, watched) => {
  reply = odd;
  expect(loud(await player(scenario).run()).join("; ")).toMatch(first);
  const watching = player(scenario);
  reply = healthy[scenario];
  for (let n = 0; n < 4; n += 1) await watching.run();
  reply = odd;
  const opened: string[] = [];
  for (let n = 0; n < 5; n += 1) {
    for (const { event: kind, severity, summary } of (await watching.run()).alerts) {
      if (kind === "opened" && severity !== "informative") opened.push(`${severity} ${summary}`);
    }
  }
  expect(opened.join("; ")).toMatch(watched);
  expect(opened.length).toBe(watched === nothing ? 0 : 1);
});

test.each(read)("openai-node reads %s", async (_name, odd, says) => {
  reply = odd;
  const client = new OpenAI({ baseURL: server.baseUrl, apiKey: "k", maxRetries: 0, logLevel: "off" });
  const got: unknown = await client.chat.completions.create({ model: "m", messages: [{ role: "user", content: "x" }] });
  const { choices } = got as Partial<OpenAI.ChatCompletion>;
  expect(typeof got === "string" ? "a text" : JSON.stringify(choices?.[0]?.message.content)).toBe(says);
});
