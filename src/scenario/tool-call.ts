import type { Ask } from "../probe/probe.ts";
import type { JsonObject } from "../std/json.ts";
import { withNonce } from "./nonce.ts";
import { plainAndStreamed } from "./steps.ts";

/** Some models say first what they are about to do. */
const maxTokens = 128;
const question = "Call get_weather for the city of Lisbon in celsius. Do not answer in words.";
const parameters: JsonObject = {
  type: "object",
  properties: { city: { type: "string" }, unit: { type: "string", enum: ["celsius", "fahrenheit"] } },
  required: ["city", "unit"],
  additionalProperties: false,
};
const tool = { name: "get_weather", description: "The weather of a city", parameters };

function ask(nonce: string | undefined): Omit<Ask, "stream"> {
  return {
    messages: [{ role: "user", content: withNonce(question, nonce) }],
    maxTokens,
    extra: { tools: [{ type: "function", function: tool }] },
  };
}

/** With a forced tool OpenAI ends by `stop`, so both are right. */
export const toolCall = plainAndStreamed({
  name: "tool-call",
  summary: "a question that needs a tool, plain and streamed: the call has an id, and arguments by the tool's schema",
  ask,
  expectations: [
    { kind: "status", oneOf: [200] },
    { kind: "stream-complete" },
    { kind: "finish-reason", oneOf: ["tool_calls", "stop"] },
    { kind: "tool-calls", calls: [{ name: tool.name, arguments: parameters }] },
  ],
});
