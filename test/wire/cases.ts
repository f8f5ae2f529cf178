import type { Socket } from "node:net";
import type { ClientPolicy } from "../../src/probe/target.ts";
import type { Severity } from "../../src/judgement/judgement.ts";
import { error } from "../replay/bodies.ts";
import { http, json, sse } from "../replay/server.ts";

import {
  body,
  chunk,
  event,
  finish,
  healthyStream,
  opening,
  reasoning,
  thenEvery,
  usage,
  usageChunk,
  words,
} from "./wire-bodies.ts";

/** Replies of real providers that a monitor must judge rightly, with the healthy reply before each. */
export interface WireCase {
  readonly name: string;
  /** Where it was reported. */
  readonly source: string;
  readonly scenario: "valid-request" | "streamed-request";
  readonly healthy?: string;
  readonly reply: string | ((socket: Socket) => void);
  /** The share of replies that are like this; all when left out. */
  readonly share?: number;
  readonly client?: Partial<ClientPolicy>;
  /** A run without a baseline: its verdict, and what it says. */
  readonly first: { readonly verdict: "ok" | "fail" | "drift"; readonly says?: RegExp };
  /** The same after 30 healthy runs: the one incident that opens, or none. */
  readonly watched: "quiet" | { readonly severity: Severity; readonly says: RegExp; readonly cause?: string };
}

export const cases: readonly WireCase[] = [
  {
    name: "cap too small for a model that thinks",
    source: "decolua/9router#972",
    scenario: "valid-request",
    reply: json(
      400,
      error(
        "Could not finish the message because max_tokens or model output limit was reached. Please try again with higher max_tokens.",
        "invalid_request_error",
        null,
      ),
    ),
    first: { verdict: "fail", says: /400.*max_tokens.*48|48.*max_tokens/ },
    watched: { severity: "breaking", says: /400/, cause: "provider" },
  },
  {
    name: "an id of its own in each chunk",
    source: "BerriAI/litellm#14429, microsoft/foundry-local#144",
    scenario: "streamed-request",
    reply: sse(
      healthyStream.map((one, n) => (typeof one === "string" ? one : { ...one, id: `chatcmpl-00000${n}5qfqdz7eqns` })),
    ),
    first: { verdict: "drift", says: /id one in a stream .*another in every chunk/ },
    watched: { severity: "risky", says: /id one in a stream → another in every chunk/ },
  },
  {
    name: "the last words come with the finish reason",
    source: "vllm-project/vllm#35705, linagora/openrag#462, jeremychone/rust-genai#164",
    scenario: "streamed-request",
    reply: sse([opening, ...words.slice(0, 2), chunk({ content: "b" }, "stop"), usageChunk(), "[DONE]"]),
    first: { verdict: "ok" },
    watched: { severity: "risky", says: /last words before the finish reason → with the finish reason/ },
  },
  {
    name: "the last words come before the finish reason again",
    source: "vLLM pull request 36944 of 2026-03",
    scenario: "streamed-request",
    healthy: sse([opening, chunk({ content: "plu" }), chunk({ content: "mb" }, "stop"), usageChunk(), "[DONE]"]),
    reply: sse([opening, chunk({ content: "plu" }), chunk({ content: "mb" }), finish, usageChunk(), "[DONE]"]),
    first: { verdict: "ok" },
    watched: "quiet",
  },
  {
    name: "system_fingerprint is null",
    source: "OpenAI 2026-05-13: deprecated; Upstage and LiteLLM return null",
    scenario: "valid-request",
    reply: json(200, body({ system_fingerprint: null })),
    first: { verdict: "ok" },
    watched: "quiet",
  },
  {
    name: "[DONE] comes and the connection stays open",
    source: "agentscope-ai/agentscope-java#2073",
    scenario: "streamed-request",
    reply: (socket) => void socket.write(sse(healthyStream)),
    first: { verdict: "ok" },
    watched: "quiet",
  },
  {
    name: "an empty answer",
    source: "BerriAI/litellm#24462",
    scenario: "valid-request",
    reply: json(200, body({ usage: { ...usage, completion_tokens: 0, total_tokens: 14 } }, {}, { content: "" })),
    first: { verdict: "fail", says: /text .*empty/ },
    watched: { severity: "breaking", says: /content text → empty/ },
  },
  {
    name: "a flood of empty chunks beyond the cap",
    source: "vllm-project/vllm-ascend#16941",
    scenario: "streamed-request",
    reply: sse([
      opening,
      ...words,
      ...Array.from({ length: 400 }, () => chunk({ content: "" })),
      finish,
      usageChunk({ ...usage, completion_tokens: 1868, total_tokens: 1882 }),
      "[DONE]",
    ]),
    first: { verdict: "fail", says: /completion tokens at most 48 .*1868/ },
    watched: { severity: "breaking", says: /completion tokens at most 48.* → 1868/ },
  },
  {
    name: "an error with 200 in base_resp",
    source: "QwenLM/qwen-code#8322, edenai/edenai-apis#360",
    scenario: "valid-request",
    reply: json(200, {
      id: "chatcmpl-0001abcdefghijkl",
      choices: null,
      created: 1_764_300_000,
      model: "MiniMax-M3",
      object: "chat.completion",
      usage: { total_tokens: 0 },
      base_resp: { status_code: 1008, status_msg: "insufficient balance" },
    }),
    first: { verdict: "fail", says: /1008.*insufficient balance/ },
    watched: { severity: "breaking", says: /1008/, cause: "credentials" },
  },
  {
    name: "an empty text for no finish reason",
    source: "sgl-project/sglang#3912, ollama/ollama#4357",
    scenario: "streamed-request",
    reply: sse([
      chunk({ role: "assistant", content: "", refusal: null }, ""),
      ...["pl", "um", "b"].map((content) => chunk({ content }, "")),
      finish,
      usageChunk(),
      "[DONE]",
    ]),
    first: { verdict: "ok" },
    watched: {
      severity: "breaking",
      says: /finish_reason null → empty text in chunks before the last,/,
    },
  },
  {
    name: "integers are written with a fraction",
    source: "MartialBE/one-hub#206, Mintplex-Labs/anything-llm#2920",
    scenario: "valid-request",
    reply: json(200, body())
      .replace(/content-length: \d+\r\n/, "")
      .replaceAll(/(created|_tokens)":(\d+)/g, '$1":$2.0'),
    first: { verdict: "drift", says: /^integers without a fraction → with one/ },
    watched: { severity: "breaking", says: /integer → number/ },
  },
  {
    name: "Content-Length and Transfer-Encoding together",
    source: "BerriAI/litellm#7108",
    scenario: "valid-request",
    reply: `HTTP/1.1 200 OK\r\ncontent-length: 443\r\ntransfer-encoding: chunked\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    first: { verdict: "fail", says: /malformed HTTP: Content-Length and Transfer-Encoding together/ },
    watched: { severity: "breaking", says: /malformed HTTP/, cause: "provider" },
  },
  {
    name: "parts of letters are lost",
    source: "vllm-project/vllm#931, oobabooga/textgen#6778",
    scenario: "streamed-request",
    reply: sse([
      opening,
      ...["pl", "u\uFFFDm\uFFFD", "b"].map((content) => chunk({ content })),
      finish,
      usageChunk(),
      "[DONE]",
    ]),
    first: { verdict: "drift", says: /U\+FFFD/ },
    watched: { severity: "risky", says: /U\+FFFD/ },
  },
  {
    name: "NaN in the body",
    source: "infiniflow/ragflow#15266, sgl-project/sglang#20323",
    scenario: "valid-request",
    reply: http(200, "application/json", JSON.stringify(body({}, { score: 0 })).replace('"score":0', '"score":NaN')),
    first: { verdict: "fail", says: /no JSON \(NaN\)/ },
    watched: { severity: "breaking", says: /no JSON \(NaN\)/ },
  },
  {
    name: "a cost below zero",
    source: "BerriAI/litellm#27745",
    scenario: "streamed-request",
    healthy: sse([opening, ...words, finish, usageChunk({ ...usage, cost: 0.0000033 }), "[DONE]"]),
    reply: sse([opening, ...words, finish, usageChunk({ ...usage, cost: -1.44 }), "[DONE]"]),
    first: { verdict: "ok" },
    watched: { severity: "risky", says: /usage\.cost positive → negative/ },
  },
  {
    name: "no [DONE] and heartbeats for ever",
    source: "maximhq/bifrost#6784",
    scenario: "streamed-request",
    reply: thenEvery(sse(healthyStream.slice(0, -1)), 40, () => ": hb\n\n"),
    client: { idleMs: 300, totalMs: 1500 },
    first: { verdict: "fail", says: /end of stream .*never ends after its finish reason/ },
    watched: {
      severity: "breaking",
      says: /end of stream complete → never ends after its finish reason/,
      cause: "provider",
    },
  },
  {
    name: "no blank line after [DONE]",
    source: "openai/openai-node#2725",
    scenario: "streamed-request",
    reply: sse(healthyStream).slice(0, -2),
    first: { verdict: "ok" },
    watched: { severity: "risky", says: /\[DONE\].*blank line/ },
  },
  ...[0.1, 0.2].map((share): WireCase => ({
    name: `message.role is gone in ${share * 100} % of replies`,
    source: "OpenRouter and LiteLLM mixtures",
    scenario: "valid-request",
    reply: json(200, body({}, {}, { role: undefined })),
    share,
    first: { verdict: "ok" },
    watched: { severity: "breaking", says: /message\.role .*absent in \d+ % of replies/ },
  })),
  {
    name: "usage is null in 10 % of replies",
    source: "simonw/llm#1698",
    scenario: "valid-request",
    reply: json(200, body({ usage: null })),
    share: 0.1,
    first: { verdict: "fail", says: /usage/ },
    watched: { severity: "breaking", says: /usage .*null in \d+ % of replies/ },
  },
  {
    name: "Retry-After in milliseconds",
    source: "fastify/fastify-rate-limit#301",
    scenario: "valid-request",
    reply: json(
      429,
      error("Rate limit exceeded, retry in 1 minute", "requests", "rate_limit_exceeded"),
      "x-ratelimit-limit: 5\r\nx-ratelimit-remaining: 0\r\nx-ratelimit-reset: 58\r\nretry-after: 60000\r\n",
    ),
    share: 0.5,
    first: { verdict: "fail", says: /Retry-After: 60000.*16 h 40 min.*x-ratelimit-reset.*58.*milliseconds/ },
    watched: { severity: "breaking", says: /429 requests\/rate_limit_exceeded/ },
  },
  {
    name: "520 of an edge proxy",
    source: "anthony-chaudhary/fak#1361",
    scenario: "valid-request",
    reply: http(520, "text/html; charset=UTF-8", "<!DOCTYPE html><html><head><title>520</title></head></html>"),
    first: { verdict: "fail", says: /520.*HTML/ },
    watched: { severity: "breaking", says: /520/, cause: "provider" },
  },
  {
    name: "overloaded: 529",
    source: "vava-nessa/free-coding-models#148, agentscope-ai/QwenPaw#1891",
    scenario: "valid-request",
    reply: json(529, { type: "error", error: { type: "overloaded_error", message: "Overloaded" } }),
    first: { verdict: "fail", says: /529 overloaded_error/ },
    watched: { severity: "breaking", says: /529 overloaded_error/ },
  },
  {
    name: "stream_options is refused",
    source: "openai/openai-agents-python#442, anomalyco/opencode#4698",
    scenario: "streamed-request",
    reply: json(422, {
      object: "error",
      message: {
        detail: [
          {
            type: "extra_forbidden",
            loc: ["body", "stream_options", "include_usage"],
            msg: "Extra inputs are not permitted",
            input: true,
          },
        ],
      },
      type: "invalid_request_error",
      param: null,
      code: null,
    }),
    first: { verdict: "fail", says: /422 .*extra_forbidden.*stream_options/ },
    watched: { severity: "breaking", says: /422/, cause: "provider" },
  },
  {
    name: "the whole answer is said twice",
    source: "langflow-ai/langflow#10719, open-webui/open-webui#20286",
    scenario: "streamed-request",
    reply: sse([opening, ...words, chunk({ content: "plumb" }), finish, usageChunk(), "[DONE]"]),
    first: { verdict: "drift", says: /twice/ },
    watched: { severity: "breaking", says: /twice/ },
  },
  {
    name: "reasoning before the first word",
    source: "langgenius/dify-official-plugins#1543",
    scenario: "streamed-request",
    reply: thenEvery(sse([chunk({ role: "assistant", content: null, reasoning_content: "" })]), 40, (n) =>
      n <= 12
        ? event(reasoning("hm"))
        : n === 13
          ? [...words, finish, usageChunk(), "[DONE]"].map(event).join("")
          : undefined,
    ),
    client: { firstContentMs: 250, idleMs: 2000 },
    first: { verdict: "drift", says: /reasoning for \d+ ms before the first word/ },
    watched: { severity: "breaking", says: /reasoning for \d+ ms before the first word/, cause: "provider" },
  },
];
