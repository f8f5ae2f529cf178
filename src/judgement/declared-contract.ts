/**
 * What the official chat-completions API declares as always there (OpenAI's OpenAPI description, required members of
 * CreateChatCompletionResponse, its stream chunks and ErrorResponse, as of 2026-11). That is knowledge from before the
 * first run: a parser may rely on these, and a target that gives one of them gives it by contract, not by chance.
 */
export const declaredPaths: ReadonlySet<string> = new Set([
  "$.id",
  "$.object",
  "$.created",
  "$.model",
  "$.choices",
  "$.choices[].index",
  "$.choices[].message",
  "$.choices[].message.role",
  "$.choices[].message.content",
  "$.choices[].delta",
  "$.choices[].delta.content",
  "$.choices[].finish_reason",
  "$.usage",
  "$.usage.prompt_tokens",
  "$.usage.completion_tokens",
  "$.usage.total_tokens",
  "$.error",
  "$.error.message",
  "$.error.type",
  "$.error.code",
]);

/** Declared as deprecated: that they are gone is no news for a parser written since. */
export const deprecatedPaths: ReadonlySet<string> = new Set([
  "$.system_fingerprint",
  "$.choices[].message.function_call",
  "$.choices[].delta.function_call",
]);
