import { z } from "zod";
import { compilePattern } from "../std/pattern.ts";

const jsonKind = z.enum(["string", "integer", "number", "boolean", "null", "object", "array"]);
const textClass = z.enum(["empty", "json", "number", "word", "line", "text"]);
const oneOrMore = <T extends z.ZodType>(one: T) => z.union([one, z.array(one).min(1)]);

const ask = z.strictObject({
  messages: z
    .array(z.record(z.string(), z.json()))
    .min(1)
    .meta({ description: "as the API takes them", examples: [[{ role: "user", content: "Say plumb" }]] }),
  maxTokens: z
    .int()
    .min(1)
    .max(100_000)
    .meta({ description: "tokens that the answer may have", examples: [48] }),
  stream: z.boolean().default(false).describe("ask for a stream, with usage at its end"),
  extra: z
    .record(z.string(), z.json())
    .default({})
    .meta({ description: "further fields of the request body", examples: [{ temperature: 0 }] }),
});

const expected = z.strictObject({
  status: oneOrMore(z.int().min(100).max(599))
    .optional()
    .meta({ description: "the HTTP status", examples: [200] }),
  finishReason: oneOrMore(z.string())
    .optional()
    .meta({ description: "of every choice", examples: [["stop", "length"]] }),
  text: z
    .strictObject({
      class: textClass
        .optional()
        .describe("what it is: json is an object or array, word has no space, line is one line, text is several"),
      matches: z
        .string()
        .superRefine((source, context) => {
          const compiled = compilePattern(source);
          if ("problem" in compiled) {
            const message = `a regular expression in RE2 syntax, without look-around or back-references (${compiled.problem})`;
            context.addIssue({ code: "custom", message });
          }
        })
        .optional()
        .meta({ description: "a regular expression (RE2 syntax) that is found in it", examples: ["^plumb"] }),
    })
    .optional()
    .describe("the text of the answer"),
  json: z
    .record(z.string().regex(/^\$/, { error: "a path such as $.choices[0].message.content" }), jsonKind)
    .optional()
    .meta({
      description: "paths of the body and the kind each must be of",
      examples: [{ "$.usage.total_tokens": "integer" }],
    }),
  usage: z.literal("present").optional().describe("token counts must be there"),
  streamComplete: z.literal(true).optional().describe("a stream must end as it should, with [DONE]"),
  noCompletion: z.literal(true).optional().describe("nothing may be answered: a completion is a breach of policy"),
});

/** One that is written in the configuration. */
export const scenario = z.strictObject({
  ask: ask.describe("what is asked"),
  expect: expected.prefault({}).describe("what must hold of the answer; what is left out is learned"),
});
