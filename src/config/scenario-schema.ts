import { z } from "zod";
import type { Ask, ExpectedCall, Expectation } from "../probe/probe.ts";
import { isJsonObject, type JsonObject } from "../std/json.ts";
import { compileSchema } from "../std/json-schema.ts";
import { compilePattern } from "../std/pattern.ts";
import { listOf } from "../probe/text-schemas.ts";
import { plainLine } from "../std/sanitize.ts";

const jsonKind = z.enum(["string", "integer", "number", "boolean", "null", "object", "array"]);
const textClass = z.enum(["empty", "json", "number", "word", "line", "text"]);

const jsonSchema = z.record(z.string(), z.json()).superRefine((given, context) => {
  const compiled = compileSchema(given as JsonObject);
  if (!("problem" in compiled)) return;
  const message = `a JSON Schema, draft 2020-12 (${plainLine(compiled.problem, 200)})`;
  context.addIssue({ code: "custom", message });
});

const expectedCall = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(128)
    .meta({ description: "name of the tool", examples: ["get_weather"] }),
  arguments: jsonSchema.optional().meta({
    description: "JSON Schema of the arguments; if omitted, the parameters of this tool in ask.extra.tools",
    examples: [{ type: "object", required: ["city"] }],
  }),
});

const ask = z
  .strictObject({
    messages: z
      .array(z.record(z.string(), z.json()))
      .min(1)
      .meta({ description: "in the format of the API", examples: [[{ role: "user", content: "Say plumb" }]] }),
    maxTokens: z
      .int()
      .min(1)
      .max(100_000)
      .meta({ description: "output limit in tokens", examples: [48] }),
    stream: z.boolean().default(false).describe("request a stream that ends with usage"),
    extra: z
      .record(z.string(), z.json())
      .default({})
      .meta({ description: "additional fields of the request body", examples: [{ temperature: 0 }] }),
  })
  .transform(({ messages, extra, ...rest }): Ask => ({
    ...rest,
    messages: messages as JsonObject[],
    extra: extra as JsonObject,
  }));

const expected = z
  .strictObject({
    status: listOf(z.int().min(100).max(599), { description: "HTTP status", examples: [200] }).optional(),
    finishReason: listOf(z.string(), {
      description: "finish reason of every choice",
      examples: [["stop", "length"]],
    }).optional(),
    text: z
      .strictObject({
        class: textClass
          .optional()
          .describe("json: an object or array; word: no space; line: a single line; text: several lines"),
        matches: z
          .string()
          .max(1000)
          .superRefine((source, context) => {
            const compiled = compilePattern(source);
            if (!("problem" in compiled)) return;
            const message = `a regular expression in RE2 syntax, without look-around or back-references (${compiled.problem})`;
            context.addIssue({ code: "custom", message });
          })
          .optional()
          .meta({
            description: "regular expression (RE2 syntax) that must match a part of the text",
            examples: ["^plumb"],
          }),
      })
      .optional()
      .describe("the text of the answer"),
    json: z
      .record(z.string().regex(/^\$/, { error: "a path such as $.choices[0].message.content" }), jsonKind)
      .optional()
      .meta({
        description: "JSON paths of the body and the type expected at each",
        examples: [{ "$.usage.total_tokens": "integer" }],
      }),
    toolCalls: z
      .array(expectedCall)
      .min(1)
      .max(64)
      .optional()
      .meta({
        description: "tools the model must call, and no other, with arguments that match their schema",
        examples: [[{ name: "get_weather" }]],
      }),
    jsonSchema: jsonSchema.optional().meta({
      description: "JSON Schema (2020-12) that the text must match; format is not checked",
      examples: [{ type: "object", required: ["total"] }],
    }),
    equals: z
      .json()
      .optional()
      .meta({ description: "the text, without space around it, or the JSON value it must be", examples: ["plumb"] }),
    usage: z.literal("present").optional().describe("token counts must be present"),
    streamComplete: z.literal(true).optional().describe("the stream must end with [DONE]"),
    noCompletion: z
      .literal(true)
      .optional()
      .describe("the request must be refused: a completion is a policy violation"),
  })
  .transform(({ status, finishReason, text, json, usage, streamComplete, noCompletion, ...rest }): Expectation[] => [
    ...(status === undefined ? [] : [{ kind: "status" as const, oneOf: status }]),
    ...(finishReason === undefined ? [] : [{ kind: "finish-reason" as const, oneOf: finishReason }]),
    ...(text?.class === undefined ? [] : [{ kind: "text-class" as const, is: text.class }]),
    ...(text?.matches === undefined ? [] : [{ kind: "text-matches" as const, pattern: text.matches }]),
    ...Object.entries(json ?? {}).map(([path, is]) => ({ kind: "json" as const, path, is })),
    ...(rest.toolCalls === undefined ? [] : [{ kind: "tool-calls" as const, calls: rest.toolCalls as ExpectedCall[] }]),
    ...(rest.jsonSchema === undefined ? [] : [{ kind: "json-schema" as const, schema: rest.jsonSchema as JsonObject }]),
    ...(rest.equals === undefined ? [] : [{ kind: "equals" as const, value: rest.equals }]),
    ...(usage === undefined ? [] : [{ kind: "usage-present" as const }]),
    ...(streamComplete === undefined ? [] : [{ kind: "stream-complete" as const }]),
    ...(noCompletion === undefined ? [] : [{ kind: "no-completion" as const }]),
  ]);

/** A scenario that is written in the configuration. */
export const scenario = z
  .strictObject({
    ask: ask.describe("the request"),
    expect: expected.prefault({}).describe("what the reply must satisfy; everything else is learned"),
  })
  .transform(({ ask: request, expect }) => ({
    ask: request,
    expectations: expect.map((rule) =>
      rule.kind === "tool-calls" ? { ...rule, calls: rule.calls.map((call) => withParameters(call, request)) } : rule,
    ),
  }));

/** The arguments follow what the request itself says of the tool. */
function withParameters(call: ExpectedCall, { extra }: Ask): ExpectedCall {
  const tools = Array.isArray(extra["tools"]) ? extra["tools"] : [];
  const own = tools.flatMap((tool) => (isJsonObject(tool) && isJsonObject(tool["function"]) ? [tool["function"]] : []));
  const parameters = own.find(({ name }) => name === call.name)?.["parameters"];
  if (call.arguments !== undefined || !isJsonObject(parameters)) return call;
  return "problem" in compileSchema(parameters) ? call : { ...call, arguments: parameters };
}
