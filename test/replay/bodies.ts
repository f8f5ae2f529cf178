/** Bodies as the specification has them (openai-openapi, section 1.2 and 1.3 of the reference), to be varied. */

export const usage = { prompt_tokens: 14, completion_tokens: 3, total_tokens: 17 };

export function completion(
  change: Readonly<Record<string, unknown>> = {},
  choice: Readonly<Record<string, unknown>> = {},
) {
  return {
    id: "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
    object: "chat.completion",
    created: 1_741_569_952,
    model: "gpt-4o-mini-2024-07-18",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: "plumb", refusal: null },
        logprobs: null,
        finish_reason: "stop",
        ...choice,
      },
    ],
    usage,
    ...change,
  };
}

export function chunk(delta: object, finish: string | null = null, change: Readonly<Record<string, unknown>> = {}) {
  return {
    id: "chatcmpl-123",
    object: "chat.completion.chunk",
    created: 1_694_268_190,
    model: "gpt-4o-mini-2024-07-18",
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    ...change,
  };
}

export const usageChunk = (figures: object = usage) => ({ ...chunk({}), choices: [], usage: figures });

/** As OpenAI streams with `include_usage`. */
export const events: readonly (object | string)[] = [
  chunk({ role: "assistant", content: "" }, null, { usage: null }),
  chunk({ content: "plumb" }, null, { usage: null }),
  chunk({}, "stop", { usage: null }),
  usageChunk(),
  "[DONE]",
];

export const error = (
  message: string,
  type: string | null,
  code: string | number | null,
  more: object = { param: null },
) => ({
  error: { message, type, code, ...more },
});

const call = { id: "call_abc", type: "function" };
const named = (given: string) => ({ name: "get_weather", arguments: given });

export const calledPlain = completion(
  {},
  {
    message: {
      role: "assistant",
      content: null,
      tool_calls: [{ ...call, function: named('{"city":"Lisbon","unit":"celsius"}') }],
    },
    finish_reason: "tool_calls",
  },
);

export const calledEvents: readonly (object | string)[] = [
  chunk({ role: "assistant", content: null, tool_calls: [{ index: 0, ...call, function: named("") }] }),
  ...['{"city":', '"Lisbon","unit"', ':"celsius"}'].map((piece) =>
    chunk({ tool_calls: [{ index: 0, function: { arguments: piece } }] }),
  ),
  chunk({}, "tool_calls"),
  usageChunk(),
  "[DONE]",
];

export const structuredPlain = completion(
  {},
  { message: { role: "assistant", content: '{"capital":"Lisbon","letters":6}', refusal: null } },
);

export const structuredEvents: readonly (object | string)[] = [
  chunk({ role: "assistant", content: "" }),
  ...['{"capital":', '"Lisbon","letters"', ":6}"].map((content) => chunk({ content })),
  chunk({}, "stop"),
  usageChunk(),
  "[DONE]",
];
