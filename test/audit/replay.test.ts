import { expect, test } from "vitest";
import type { AuditDocument } from "../../src/audit/document.ts";
import type { Target } from "../../src/probe/target.ts";
import { incidents } from "../replay/incidents.ts";
import { providers } from "../replay/providers.ts";
import { openReplay, type Replay, replayKey } from "../replay/server.ts";
import { askedOnly, auditOf, evidence, item, observed, state, targetAt } from "./auditor.ts";

/** What is configured otherwise than for OpenAI. */
const askedLike: Readonly<Record<string, Partial<Target>>> = {
  ollama: { key: undefined },
  azure: { keyHeader: { name: "api-key", prefix: "" } },
};

async function audited(name: string, from: readonly Replay[]): Promise<AuditDocument> {
  const replay = from.find((it) => it.name === name);
  if (replay === undefined) throw new Error(name);
  const server = await openReplay(replay);
  try {
    const target = targetAt(server.baseUrl, askedLike[name] ?? {});
    const { document, plan } = await auditOf(target, replayKey, askedOnly);
    expect(server.requests()).toBe(document.sent.requests);
    expect(server.requests()).toBeLessThanOrEqual(plan.atMostRequests);
    expect(JSON.stringify(document)).not.toContain(replayKey);
    return document;
  } finally {
    await server.close();
  }
}

/** What an operator who knows the provider would write by hand. */
const rows: readonly (readonly [string, Readonly<Record<string, string>>, (document: AuditDocument) => void])[] = [
  [
    "openai",
    {},
    (it) => expect(observed(it, "rate-limits", "limits announced")).toContain("x-ratelimit-limit-requests: 10000"),
  ],
  [
    "azure",
    {},
    (it) => {
      expect(evidence(it, "invalid-key")?.errorCode).toBe("401");
      expect(item(it, "Authentication headers")).toContain("api-key: …, key from KEY");
      expect(item(it, "Model selection")).toContain("DeploymentNotFound");
      expect(evidence(it, "wrong-path")?.requestId).toBe("5a1b");
    },
  ],
  [
    "cometapi",
    { "invalid-requests": "broken", "validation-not-retried": "open" },
    (it) => {
      expect(evidence(it, "malformed-messages")).toMatchObject({ outcome: "500", retries: 0, requestId: "2026112302" });
      expect(evidence(it, "wrong-path")).toMatchObject({ outcome: "301" });
      expect(item(it, "Error behaviour")).toContain(
        "503, application/json, error nested-object, comet_api_error/model_",
      );
      expect(item(it, "Error behaviour")).toContain("which looks worth a retry: 2 attempts");
    },
  ],
  ["openrouter", {}, (it) => expect(evidence(it, "invalid-key")).toMatchObject({ errorCode: "401", outcome: "401" })],
  [
    "litellm",
    {},
    (it) => {
      expect(evidence(it, "invalid-key")?.errorCode).toBe("token_not_found_in_db/401");
      expect(JSON.stringify(it)).not.toContain("e3b0c44298fc");
      expect(observed(it, "usage-reconciliation", "usage in the reply")).toContain("cost header 3.9e-06 USD");
    },
  ],
  [
    "vllm",
    {},
    (it) => {
      expect(evidence(it, "invalid-key")).toMatchObject({ errorCode: "string", errorMessage: "Unauthorized" });
      expect(item(it, "Request fields")).toContain("missing-model: accepted");
    },
  ],
  ["ollama", {}, (it) => expect(item(it, "Request fields")).toContain("unsupported-role: accepted")],
  ["llama.cpp", {}, (it) => expect(item(it, "Model selection")).toContain("unknown model: accepted")],
  ["gemini", {}, (it) => expect(item(it, "Error behaviour")).toContain("error array-wrapped")],
  ["anthropic", {}, (it) => expect(item(it, "Request fields")).toContain("unknown-parameter: accepted")],
  [
    "mistral",
    {},
    (it) => expect(evidence(it, "malformed-messages")).toMatchObject({ outcome: "422", errorCode: "list_type" }),
  ],
  ["deepseek", {}, (it) => expect(observed(it, "streamed-request", "usage chunk")).toBe("one chunk has it")],
  ["groq", {}, (it) => expect(evidence(it, "streamed-request")?.totalTokens).toBe(17)],
  ["together", {}, (it) => expect(item(it, "Endpoint paths")).toContain("text/html, error html")],
  [
    "portkey",
    { "no-masking": "broken", "valid-requests": "broken" },
    (it) => expect(observed(it, "valid-request", "served by the primary")).toContain("config.targets[1]"),
  ],
];

const usual = {
  endpoint: "met",
  authentication: "met",
  "authentication-not-retried": "met",
  "valid-requests": "met",
  "invalid-requests": "met",
  "validation-not-retried": "met",
  "token-limits": "met",
  usage: "met",
  fields: "met",
  redaction: "met",
};

test.each(rows)("the audit of %s says what is true of it", async (name, exceptions, check) => {
  const document = await audited(name, providers);
  const expected = {
    ...usual,
    ...(name === "ollama" ? { "authentication-not-retried": undefined } : {}),
    ...exceptions,
  };
  expect(Object.fromEntries(Object.keys(expected).map((rule) => [rule, state(document, rule)]))).toEqual(expected);
  expect(document.worksheet).toHaveLength(10);
  check(document);
});

/** Which rules an incident breaks, and by what words it is named. */
const breakages: readonly (readonly [
  string,
  Readonly<Record<string, string>>,
  (document: AuditDocument) => string | null | undefined,
  string,
])[] = [
  [
    "max_tokens refused",
    { "token-limits": "broken", "valid-requests": "broken" },
    (it) => observed(it, "token-budget", "max_tokens"),
    "rejected (400",
  ],
  ["vllm flat error", {}, (it) => item(it, "Error behaviour"), "malformed-messages: 400, application/json, error flat"],
  ["mistral 401 of 2024", {}, (it) => evidence(it, "invalid-key")?.errorCode, "flat"],
  [
    "usage absent",
    { usage: "broken", "valid-requests": "broken", fields: "broken" },
    (it) => evidence(it, "valid-request")?.outcome,
    "200",
  ],
  [
    "usage null in stream",
    { "valid-requests": "broken" },
    (it) => observed(it, "streamed-request", "usage chunk"),
    "null in every chunk",
  ],
  ["usage in the choice", {}, (it) => observed(it, "streamed-request", "usage chunk"), "no chunk has it"],
  [
    "choices null",
    { endpoint: "met", "valid-requests": "broken", fields: "broken", usage: "broken" },
    (it) => evidence(it, "valid-request")?.errorCode,
    "502",
  ],
  ["usage chunk without choices", {}, (it) => observed(it, "streamed-request", "usage chunk"), "one chunk has it"],
  ["usage cumulative", {}, (it) => observed(it, "streamed-request", "usage chunk"), "growing in several chunks"],
  ["reasoning only", {}, (it) => observed(it, "token-budget", "max_tokens"), "honoured, nothing but reasoning"],
  [
    "stream counts less",
    { usage: "broken" },
    (it) => observed(it, "stream-agrees", "prompt tokens agree"),
    "14 plain, 2 streamed",
  ],
  ["error after 200", { "valid-requests": "broken" }, (it) => item(it, "Streaming behaviour"), "end: an error event"],
  ["no [DONE]", { "valid-requests": "broken" }, (it) => item(it, "Streaming behaviour"), "end: no [DONE]"],
  ["key ignored", { authentication: "broken" }, (it) => evidence(it, "invalid-key")?.outcome, "200"],
  [
    "HTML with 200",
    { endpoint: "broken", "valid-requests": "broken", fields: "broken" },
    (it) => item(it, "Endpoint paths"),
    "200, text/html, no completion",
  ],
  ["cometapi envelope of before", {}, (it) => evidence(it, "malformed-messages")?.requestId, "2026112304"],
  ["azure prompt_annotations", { "valid-requests": "met" }, (it) => item(it, "Streaming behaviour"), "end: complete"],
  [
    "mistral stricter",
    { "invalid-requests": "met" },
    (it) => item(it, "Request fields"),
    "unknown-parameter: refused (422, application/json, error detail",
  ],
  ["id missing", {}, (it) => item(it, "Idempotency and retries"), "replies without ids"],
  [
    "reasoning_content",
    { fields: "met" },
    (it) => item(it, "Response fields"),
    "$.choices[].message.reasoning_content string",
  ],
  ["error code a number", { authentication: "met" }, (it) => evidence(it, "invalid-key")?.errorCode, "/401"],
];

test.each(breakages)("%s is found and named", async (name, broken, words, named) => {
  const document = await audited(name, incidents);
  expect(document.decision.readiness).toBe("NOT READY");
  for (const [rule, expected] of Object.entries(broken))
    expect([rule, state(document, rule)]).toEqual([rule, expected]);
  expect(words(document)).toContain(named);
});

test("every provider and incident is audited, and says where it was read", () => {
  expect(rows.map(([name]) => name)).toEqual(providers.map(({ name }) => name));
  expect(breakages.map(([name]) => name)).toEqual(incidents.map(({ name }) => name));
  for (const { source } of [...providers, ...incidents]) expect(source).toMatch(/\d/);
});
