import { z } from "zod";
import { httpUrl, secret } from "../probe/reference-schemas.ts";
import { duration } from "../probe/text-schemas.ts";

export const date = z
  .string({ error: "a date such as 2026-11-23" })
  .regex(/^\d{4}-\d{2}-\d{2}$/, { error: "a date such as 2026-11-23" })
  .refine((text) => !Number.isNaN(Date.parse(text)), { error: "a date such as 2026-11-23" })
  .meta({ title: "date", description: "year, month and day, in quotes or not", examples: ["2026-11-23"] });
const line = z.string().min(1).max(500);
const said = (description: string, example: string) => line.optional().meta({ description, examples: [example] });

const fallback = z
  .strictObject({
    target: z
      .string()
      .optional()
      .meta({
        description: "another target of this configuration; its own fallback is never taken",
        examples: ["large"],
      }),
    cachedAnswer: said("where an earlier answer comes from", "Redis, answers of the last day"),
    staticAnswer: said("what is always answered then", "We are busy. Please try again in a minute."),
    retryLater: z.literal(true).optional().describe("the user is asked to come back"),
    human: said("who takes over", "the support desk"),
  })
  .refine((given) => Object.values(given).filter((value) => value !== undefined).length === 1, {
    error: "one of target, cachedAnswer, staticAnswer, retryLater and human",
  });

const billing = z.strictObject({
  source: z.enum(["openrouter", "litellm", "openai", "new-api", "cometapi"]).describe("who is asked, and how"),
  url: httpUrl.optional().describe("where its figures are, when not where the source usually has them"),
  key: secret.optional().describe("the key it asks for, when not the target's"),
  lag: duration.default("2s").describe("how long the figures may take to follow"),
});

/** What an operator says of a target for `plumbline audit`. */
export const audit = z.strictObject({
  environment: line.default("unnamed").describe("where the application will run"),
  application: said("name and version of the application that is about to use the target", "checkout-assistant 2.4.1"),
  revokedKey: secret.optional().describe("a withdrawn key: it must be refused"),
  documentation: z
    .strictObject({
      url: httpUrl.meta({ description: "the page", examples: ["https://apidoc.cometapi.com/errors"] }),
      checked: date.describe("when somebody read it"),
    })
    .optional()
    .describe("the page the contract was checked against"),
  warnAfter: duration.default("10s").describe("an answer slower than this is worth a warning"),
  fallback: fallback.optional().describe("what a user gets when the target fails"),
  billing: billing.optional().describe("where the provider's own figures are"),
  accept: z
    .array(
      z.strictObject({
        item: z.string().meta({ description: "the rule that is not met", examples: ["billing"] }),
        reason: line.meta({ description: "why that is bearable", examples: ["support ticket 4711 is open"] }),
        by: line.meta({ description: "who answers for it", examples: ["Ada"] }),
        until: date.describe("the last day on which it holds"),
      }),
    )
    .default([])
    .describe("risks that somebody answers for, until a day"),
});
