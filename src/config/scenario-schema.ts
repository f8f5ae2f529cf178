import { z } from "zod";
import type { Ask, Expectation } from "../probe/probe.ts";
import type { JsonObject } from "../std/json.ts";
import { compilePattern } from "../std/pattern.ts";
import { listOf } from "../probe/text-schemas.ts";

const jsonKind = z.enum(["string", "integer", "number", "boolean", "null", "object", "array"]);
const textClass = z.enum(["empty", "json", "number", "word", "line", "text"]);

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
    usage: z.literal("present").optional().describe("token counts must be present"),
    streamComplete: z.literal(true).optional().describe("the stream must end with [DONE]"),
    noCompletion: z
      .literal(true)
      .optional()
      .describe("the request must be refused: a completion is a policy violation"),
  })
  .transform(({ status, finishReason, text, json, usage, streamComplete, noCompletion }): Expectation[] => [
    ...(status === undefined ? [] : [{ kind: "status" as const, oneOf: status }]),
    ...(finishReason === undefined ? [] : [{ kind: "finish-reason" as const, oneOf: finishReason }]),
    ...(text?.class === undefined ? [] : [{ kind: "text-class" as const, is: text.class }]),
    ...(text?.matches === undefined ? [] : [{ kind: "text-matches" as const, pattern: text.matches }]),
    ...Object.entries(json ?? {}).map(([path, is]) => ({ kind: "json" as const, path, is })),
    ...(usage === undefined ? [] : [{ kind: "usage-present" as const }]),
    ...(streamComplete === undefined ? [] : [{ kind: "stream-complete" as const }]),
    ...(noCompletion === undefined ? [] : [{ kind: "no-completion" as const }]),
  ]);

/** A scenario that is written in the configuration. */
export const scenario = z
  .strictObject({
    ask: ask.describe("the request"),
    expect: expected.prefault({}).describe("what the reply must fulfil; everything else is learned"),
  })
  .transform(({ ask: request, expect }) => ({ ask: request, expectations: expect }));
