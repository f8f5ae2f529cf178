import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { policy } from "../exchange/policy.ts";
import { http, json, openWire, type ReplayServer, sse } from "../replay/server.ts";
import { gatewayRows } from "./gateway-rows.ts";
import { loud } from "./kinds.ts";
import {
  begun,
  bytes,
  each,
  eachChoice,
  nothing,
  plain,
  type Row,
  saying,
  type Scenario,
  stream,
} from "./odd-replies.ts";
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

test.each([...rows, ...gatewayRows])("%s (%s)", async (_name, _source, scenario, odd, first, watched) => {
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
