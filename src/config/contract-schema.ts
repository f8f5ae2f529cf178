import { z } from "zod";
import { severities } from "../probe/finding-kinds.ts";

export const path = z
  .string()
  .regex(/^(\$|\*\*)/, { error: "a path such as $.choices[].message.*, where ** stands for any path" })
  .max(400)
  .meta({
    title: "path",
    description: "JSON path in a reply; * stands for one name, ** for any path",
    examples: ["$.usage.total_tokens"],
  });
const kind = z.enum(["string", "integer", "number", "boolean", "null", "object", "array", "absent"]);
export const schemaFile = z
  .string()
  .min(1)
  .meta({
    title: "schema file",
    description: "a JSON Schema or OpenAPI file, as JSON or YAML; a JSON pointer after # selects a part of it",
    examples: ["api.json#/components/schemas/Reply"],
  });

const contractTerms = z.strictObject({
  declared: z
    .union([
      z.literal("openai"),
      z.strictObject({
        reply: schemaFile.optional().describe("schema of replies"),
        chunk: schemaFile.optional().describe("schema of stream chunks"),
        error: schemaFile.optional().describe("schema of errors"),
      }),
    ])
    .optional()
    .describe("contract that applies before anything is learned: openai for the official API, or your own schema"),
  ignore: z
    .array(path)
    .default([])
    .meta({ description: "paths whose differences are ignored", examples: [["$.usage.*_details.**"]] }),
  severity: z
    .record(path, z.enum(severities))
    .default({})
    .meta({
      description: "severity of a difference at a path, instead of the one from the table in docs/contract.md",
      examples: [{ "$.system_fingerprint": "informative" }],
    }),
  expect: z
    .record(path, z.union([kind, z.array(kind).min(1)]))
    .default({})
    .meta({
      description: "types accepted at a path, whatever was learned",
      examples: [{ "$.service_tier": ["string", "null"] }],
    })
    .transform((given) => Object.fromEntries(Object.entries(given).map(([at, kinds]) => [at, [kinds].flat()]))),
  errorEnvelope: z
    .string()
    .regex(/^\$(\.[^.[\]]+)+$/, { error: "a path such as $.result.error" })
    .max(200)
    .optional()
    .meta({
      description: "where this target puts errors, if Plumbline does not find them",
      examples: ["$.result.error"],
    }),
  clientReads: z
    .array(path)
    .default([])
    .meta({
      description: "paths your client reads: any difference there is breaking",
      examples: [["$.choices[].message.content"]],
    }),
});

export const contract = z.union([z.literal("openai"), contractTerms], {
  error: "openai, or { declared, ignore, severity, expect, errorEnvelope, clientReads }",
});

export function contractTermsOf(text: z.output<typeof contract>): z.output<typeof contractTerms> {
  return text === "openai" ? contractTerms.parse({ declared: text }) : text;
}
