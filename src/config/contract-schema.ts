import { z } from "zod";
import type { ContractPolicy } from "../probe/contract-policy.ts";
import type { Complaint, LoadContext } from "./complaint.ts";
import { declaredFrom } from "./declared-from-schema.ts";

export const path = z
  .string()
  .regex(/^(\$|\*\*)/, { error: "a path such as $.choices[].message.*; ** stands for any path" })
  .max(400)
  .meta({
    title: "path",
    description: "where in the JSON of a reply; * stands for one name, ** for any path",
    examples: ["$.usage.total_tokens"],
  });
const kind = z.enum(["string", "integer", "number", "boolean", "null", "object", "array", "absent"]);
export const schemaFile = z
  .string()
  .min(1)
  .meta({
    title: "schema file",
    description: "JSON Schema or OpenAPI, as JSON or YAML; behind # the place in it",
    examples: ["api.json#/components/schemas/Reply"],
  });

const contractTerms = z.strictObject({
  declared: z
    .union([
      z.literal("openai"),
      z.strictObject({
        reply: schemaFile.optional().describe("of whole replies"),
        chunk: schemaFile.optional().describe("of the chunks of a stream"),
        error: schemaFile.optional().describe("of errors"),
      }),
    ])
    .optional()
    .describe("what replies should be like before anything was learned: the official API, or your own schema"),
  ignore: z
    .array(path)
    .default([])
    .meta({ description: "paths whose differences are none", examples: [["$.usage.*_details.**"]] }),
  severity: z
    .record(path, z.enum(["breaking", "risky", "informative"]))
    .default({})
    .meta({
      description: "how bad a difference at a path is, instead of what the table in docs/contract.md says",
      examples: [{ "$.system_fingerprint": "informative" }],
    }),
  expect: z
    .record(path, z.union([kind, z.array(kind).min(1)]))
    .default({})
    .meta({
      description: "kinds that are fine here, whatever was learned",
      examples: [{ "$.service_tier": ["string", "null"] }],
    }),
  clientReads: z
    .array(path)
    .default([])
    .meta({
      description: "what your client reads: any difference here is breaking",
      examples: [["$.choices[].message.content"]],
    }),
});

export const contract = z.union([z.literal("openai"), contractTerms], {
  error: "openai, or { declared, ignore, severity, expect, clientReads }",
});

export function contractPolicy(
  text: z.infer<typeof contract> | undefined,
  place: readonly PropertyKey[],
  context: LoadContext,
  complaints: Complaint[],
): ContractPolicy | undefined {
  if (text === undefined) return undefined;
  const terms = text === "openai" ? contractTerms.parse({ declared: "openai" }) : text;
  const { declared } = terms;
  return {
    ...terms,
    declared:
      typeof declared === "object" ? declaredFrom(declared, [...place, "declared"], context, complaints) : declared,
    expect: Object.fromEntries(
      Object.entries(terms.expect).map(([glob, kinds]) => [glob, Array.isArray(kinds) ? kinds : [kinds]]),
    ),
  };
}
