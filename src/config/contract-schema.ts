import { z } from "zod";
import type { ContractPolicy } from "../probe/contract-policy.ts";
import type { Complaint, LoadContext } from "./complaint.ts";
import { declaredFrom } from "./declared-from-schema.ts";

const path = z
  .string()
  .regex(/^(\$|\*\*)/, { error: "a path such as $.choices[].message.*; ** stands for any path" })
  .max(400);
const kind = z.enum(["string", "integer", "number", "boolean", "null", "object", "array", "absent"]);
const schemaFile = z
  .string()
  .min(1)
  .describe("file.json#/components/schemas/Name: JSON Schema or OpenAPI, JSON or YAML");

const contractTerms = z.strictObject({
  declared: z
    .union([
      z.literal("openai"),
      z.strictObject({ reply: schemaFile.optional(), chunk: schemaFile.optional(), error: schemaFile.optional() }),
    ])
    .optional()
    .describe("what replies should be like before anything was learned: the official API, or your own schema"),
  ignore: z.array(path).default([]).describe("paths whose differences are none"),
  severity: z.record(path, z.enum(["breaking", "risky", "informative"])).default({}),
  expect: z
    .record(path, z.union([kind, z.array(kind).min(1)]))
    .default({})
    .describe("kinds that are fine here, whatever was learned"),
  clientReads: z.array(path).default([]).describe("what your client reads: any difference here is breaking"),
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
