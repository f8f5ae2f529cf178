import type { Ask } from "../probe/probe.ts";
import type { JsonObject } from "../std/json.ts";
import { withNonce } from "./nonce.ts";
import { plainAndStreamed } from "./steps.ts";

const maxTokens = 128;
const question = "Name the capital of Portugal and the number of its letters.";
const schema: JsonObject = {
  type: "object",
  properties: { capital: { type: "string" }, letters: { type: "integer" } },
  required: ["capital", "letters"],
  additionalProperties: false,
};

function ask(nonce: string | undefined): Omit<Ask, "stream"> {
  return {
    messages: [{ role: "user", content: withNonce(question, nonce) }],
    maxTokens,
    extra: { response_format: { type: "json_schema", json_schema: { name: "capital", strict: true, schema } } },
  };
}

export const structuredOutput = plainAndStreamed({
  name: "structured-output",
  summary: "an answer by a JSON schema, plain and streamed: the text is JSON and matches it",
  ask,
  expectations: [
    { kind: "status", oneOf: [200] },
    { kind: "stream-complete" },
    { kind: "finish-reason", oneOf: ["stop"] },
    { kind: "json-schema", schema },
  ],
});
