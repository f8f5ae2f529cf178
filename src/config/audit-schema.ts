import { z } from "zod";
import { httpUrl, secret } from "./reference-schemas.ts";
import { duration } from "./text-schemas.ts";

const date = z
  .string({ error: "a date such as 2026-11-23" })
  .regex(/^\d{4}-\d{2}-\d{2}$/, { error: "a date such as 2026-11-23" })
  .refine((text) => !Number.isNaN(Date.parse(text)), { error: "a date such as 2026-11-23" });
const line = z.string().min(1).max(500);

const fallback = z
  .strictObject({
    target: z.string().optional().describe("another target of this configuration; its own fallback is never taken"),
    cachedAnswer: line.optional(),
    staticAnswer: line.optional(),
    retryLater: z.literal(true).optional(),
    human: line.optional().describe("who takes over"),
  })
  .refine((given) => Object.values(given).filter((value) => value !== undefined).length === 1, {
    error: "one of target, cachedAnswer, staticAnswer, retryLater and human",
  });

const billing = z.strictObject({
  source: z.enum(["openrouter", "litellm", "openai", "new-api", "cometapi"]),
  url: httpUrl.optional().describe("where its figures are, when not where the source usually has them"),
  key: secret.optional().describe("the key it asks for, when not the target's"),
  lag: duration.default("2s").describe("how long the figures may take to follow"),
});

/** What an operator says of a target for `plumbline audit`. */
export const audit = z.strictObject({
  environment: line.default("unnamed").describe("where the application will run"),
  application: line.optional().describe("name and version of the application that is about to use the target"),
  revokedKey: secret.optional().describe("a withdrawn key: it must be refused"),
  documentation: z.strictObject({ url: httpUrl, checked: date }).optional(),
  warnAfter: duration.default("10s").describe("an answer slower than this is worth a warning"),
  fallback: fallback.optional().describe("what a user gets when the target fails"),
  billing: billing.optional().describe("where the provider's own figures are"),
  accept: z
    .array(z.strictObject({ item: z.string(), reason: line, by: line, until: date }))
    .default([])
    .describe("risks that somebody answers for, until a day"),
});
