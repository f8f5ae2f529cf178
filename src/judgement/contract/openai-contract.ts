import type { DeclaredContract, DeclaredPath, DeclaredPaths } from "../../probe/contract-policy.ts";
import type { JsonKind } from "../../std/json.ts";

type Row = readonly [path: string, kinds: string, presence: DeclaredPath["presence"], values?: readonly string[]];

const finishReasons = ["stop", "length", "tool_calls", "content_filter", "function_call"];
const serviceTiers = ["auto", "default", "flex", "scale", "priority", "fast"];

const usage: readonly Row[] = [
  ["$.usage", "object null", "optional"],
  ["$.usage.prompt_tokens", "integer", "always"],
  ["$.usage.completion_tokens", "integer", "always"],
  ["$.usage.total_tokens", "integer", "always"],
  ["$.usage.prompt_tokens_details", "object null", "optional"],
  ["$.usage.prompt_tokens_details.*", "integer null", "optional"],
  ["$.usage.completion_tokens_details", "object null", "optional"],
  ["$.usage.completion_tokens_details.*", "integer null", "optional"],
];

const envelope: readonly Row[] = [
  ["$", "object", "always"],
  ["$.id", "string", "always"],
  ["$.created", "integer", "always"],
  ["$.model", "string", "always"],
  ["$.choices", "array", "always"],
  ["$.choices[]", "object", "optional"],
  ["$.choices[].index", "integer", "always"],
  ["$.choices[].logprobs", "object null", "optional"],
  ["$.choices[].logprobs.**", "", "optional"],
  ["$.service_tier", "string null", "optional", serviceTiers],
  ["$.system_fingerprint", "string null", "deprecated"],
  ["$.moderation", "", "optional"],
  ["$.moderation.**", "", "optional"],
  ...usage,
];

const reply: readonly Row[] = [
  ...envelope,
  ["$.object", "string", "always", ["chat.completion"]],
  ["$.choices[].finish_reason", "string", "always", finishReasons],
  ["$.choices[].logprobs", "object null", "on-paper"],
  ["$.choices[].message", "object", "always"],
  ["$.choices[].message.role", "string", "always", ["assistant"]],
  ["$.choices[].message.content", "string null", "always"],
  ["$.choices[].message.refusal", "string null", "on-paper"],
  ["$.choices[].message.annotations", "array null", "optional"],
  ["$.choices[].message.annotations[]**", "", "optional"],
  ["$.choices[].message.tool_calls", "array", "optional"],
  ["$.choices[].message.tool_calls[]", "object", "optional"],
  ["$.choices[].message.tool_calls[].id", "string", "always"],
  ["$.choices[].message.tool_calls[].type", "string", "always", ["function", "custom"]],
  ["$.choices[].message.tool_calls[].function", "object", "optional"],
  ["$.choices[].message.tool_calls[].function.name", "string", "always"],
  ["$.choices[].message.tool_calls[].function.arguments", "string", "always"],
  ["$.choices[].message.audio", "object null", "optional"],
  ["$.choices[].message.audio.**", "", "optional"],
  ["$.choices[].message.function_call", "object", "deprecated"],
  ["$.choices[].message.function_call.**", "", "optional"],
  ["$.metadata", "object null", "optional"],
  ["$.metadata.**", "", "optional"],
];

const chunk: readonly Row[] = [
  ...envelope,
  ["$.object", "string", "always", ["chat.completion.chunk"]],
  ["$.choices[].finish_reason", "string null", "always", finishReasons],
  ["$.choices[].delta", "object", "always"],
  ["$.choices[].delta.role", "string", "optional"],
  ["$.choices[].delta.content", "string null", "optional"],
  ["$.choices[].delta.refusal", "string null", "optional"],
  ["$.choices[].delta.tool_calls", "array", "optional"],
  ["$.choices[].delta.tool_calls[]", "object", "optional"],
  ["$.choices[].delta.tool_calls[].index", "integer", "always"],
  ["$.choices[].delta.tool_calls[].**", "", "optional"],
  ["$.choices[].delta.function_call", "object", "deprecated"],
  ["$.choices[].delta.function_call.**", "", "optional"],
  ["$.obfuscation", "string", "optional"],
];

const error: readonly Row[] = [
  ["$", "object", "always"],
  ["$.error", "object", "always"],
  ["$.error.message", "string", "always"],
  ["$.error.type", "string", "always"],
  ["$.error.param", "string null", "on-paper"],
  ["$.error.code", "string null", "always"],
];

/**
 * The official chat-completions contract, written down from OpenAI's OpenAPI description (CreateChatCompletionResponse,
 * CreateChatCompletionStreamResponse, ErrorResponse). Members that are required there and that most compatible servers
 * leave out are `on-paper`. `**` ends a path below which nothing is said.
 */
export const openaiContract: DeclaredContract = {
  name: "openai",
  version: "2026-08-21",
  reply: pathsOf(reply),
  chunk: pathsOf(chunk),
  error: pathsOf(error),
};

function pathsOf(rows: readonly Row[]): DeclaredPaths {
  return Object.fromEntries(
    rows.map(([path, kinds, presence, values]): [string, DeclaredPath] => [
      path,
      { kinds: kinds.split(" ").filter(Boolean) as JsonKind[], presence, ...(values === undefined ? {} : { values }) },
    ]),
  );
}

const parts = [openaiContract.reply, openaiContract.chunk, openaiContract.error];
const pathsThat = (isIt: (declared: DeclaredPath) => boolean): ReadonlySet<string> =>
  new Set(
    parts.flatMap((paths = {}) =>
      Object.entries(paths).flatMap(([path, declared]) => (path !== "$" && isIt(declared) ? [path] : [])),
    ),
  );

/** A parser may rely on these: a target that gives one of them gives it by contract, not by chance. */
export const declaredPaths: ReadonlySet<string> = new Set([
  ...pathsThat(({ presence }) => presence === "always"),
  "$.choices[].delta.content",
  "$.usage",
]);

/** Null is allowed, and means that there is nothing; an answer and its usage are what clients came for. */
export const nullablePaths: ReadonlySet<string> = new Set(
  [...pathsThat(({ kinds, presence }) => presence !== "always" && kinds.includes("null"))].filter(
    (path) => path !== "$.usage",
  ),
);

/** That they are gone is no news for a parser written since. */
export const deprecatedPaths: ReadonlySet<string> = pathsThat(({ presence }) => presence === "deprecated");
