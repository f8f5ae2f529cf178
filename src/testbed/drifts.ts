import { type JsonObject, isJsonObject } from "../std/json.ts";
import type { Drift } from "./drift.ts";
import { modelDrifts } from "./model-drifts.ts";

/** Tokens of the system prompt that `prompt-tokens` pretends somebody has put before every prompt. */
export const injectedPromptTokens = 412;

function withoutRole(body: JsonObject): JsonObject {
  if (body["object"] !== "chat.completion" || !Array.isArray(body["choices"])) return body;
  const choices = body["choices"].map((choice) => {
    if (!isJsonObject(choice) || !isJsonObject(choice["message"])) return choice;
    const { role: _role, ...message } = choice["message"];
    return { ...choice, message };
  });
  return { ...body, choices };
}

function flatError(body: JsonObject, status: number): JsonObject {
  if (status < 400 || !isJsonObject(body["error"])) return body;
  const { message } = body["error"];
  return { error: typeof message === "string" ? message : "error" };
}

function longerPrompt(body: JsonObject): JsonObject {
  const { usage } = body;
  if (!isJsonObject(usage)) return body;
  const { prompt_tokens: prompt, total_tokens: total } = usage;
  if (typeof prompt !== "number" || typeof total !== "number") return body;
  const injected = {
    prompt_tokens: prompt + injectedPromptTokens,
    total_tokens: total + injectedPromptTokens,
  };
  return { ...body, usage: { ...usage, ...injected } };
}

function withoutUsage(body: JsonObject): JsonObject {
  return isJsonObject(body["usage"]) ? { ...body, usage: null } : body;
}

function errorBody(message: string, type: string, code: string): string {
  return JSON.stringify({ error: { message, type, param: null, code } });
}

const json = { "content-type": "application/json" };
const html = { "content-type": "text/html; charset=utf-8" };

/** Everything the test bed can do to its provider. A new drift is a new row. */
export const drifts = [
  {
    name: "field-removed",
    sentence: "choices[].message.role is gone from plain replies",
    reportedAs: ["contract"],
    change: { kind: "edit", edit: withoutRole },
  },
  {
    name: "error-envelope",
    sentence: "errors are a bare string instead of an object",
    reportedAs: ["error-shape"],
    change: { kind: "edit", edit: flatError },
  },
  {
    name: "prompt-tokens",
    sentence: `the same prompt counts ${injectedPromptTokens} tokens more`,
    reportedAs: ["usage"],
    change: { kind: "edit", edit: longerPrompt },
  },
  {
    name: "latency-doubled",
    sentence: "every reply takes twice as long to begin",
    reportedAs: ["latency"],
    change: { kind: "slow-start", factor: 2 },
  },
  {
    name: "usage-null",
    sentence: "usage is null in replies and streams",
    reportedAs: ["contract", "expectation", "usage"],
    change: { kind: "edit", edit: withoutUsage },
  },
  {
    name: "no-done",
    sentence: "streams end without [DONE]",
    reportedAs: ["expectation", "contract"],
    change: { kind: "drop-done" },
  },
  {
    name: "http-500",
    sentence: "every request is answered with 500",
    reportedAs: ["availability", "expectation"],
    change: {
      kind: "replace",
      status: 500,
      headers: json,
      body: errorBody("The server had an error while processing your request", "server_error", "internal_error"),
    },
  },
  {
    name: "429-retry-after",
    sentence: "every request is answered with 429 and Retry-After: 2",
    reportedAs: ["availability", "expectation"],
    change: {
      kind: "replace",
      status: 429,
      headers: { ...json, "retry-after": "2" },
      body: errorBody("Rate limit reached", "requests", "rate_limit_exceeded"),
    },
  },
  {
    name: "reset",
    sentence: "connections are reset before the first byte",
    reportedAs: ["availability"],
    change: { kind: "reset" },
  },
  {
    name: "slow-body",
    sentence: "bodies trickle: 32 bytes every 250 ms",
    reportedAs: ["latency", "availability"],
    change: { kind: "slow-body", pieceBytes: 32, gapMs: 250 },
  },
  {
    name: "html-404",
    sentence: "every request is answered with an HTML page and 404",
    reportedAs: ["availability", "expectation", "error-shape"],
    change: {
      kind: "replace",
      status: 404,
      headers: html,
      body: "<!doctype html><html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>\n",
    },
  },
  ...modelDrifts,
] as const satisfies readonly Drift[];

export type DriftName = (typeof drifts)[number]["name"];

export function driftNamed(name: string): (Drift & { readonly name: DriftName }) | undefined {
  return drifts.find((drift) => drift.name === name);
}
