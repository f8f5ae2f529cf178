import { z } from "zod";
import { auditItems } from "../probe/audit-terms.ts";
import { httpUrl, secret } from "../probe/reference-schemas.ts";
import { milliseconds } from "../probe/text-schemas.ts";

export const date = z
  .string({ error: "a date such as 2026-11-23" })
  .regex(/^\d{4}-\d{2}-\d{2}$/, { error: "a date such as 2026-11-23" })
  .refine((text) => !Number.isNaN(Date.parse(text)), { error: "a date such as 2026-11-23" })
  .meta({ title: "date", description: "year, month and day, with or without quotes", examples: ["2026-11-23"] });
const line = z.string().min(1).max(500);
const stated = (description: string, example: string) => line.optional().meta({ description, examples: [example] });

const fallback = z
  .strictObject({
    target: z
      .string()
      .optional()
      .meta({ description: "another target of this configuration; its own fallback is not used", examples: ["large"] }),
    cachedAnswer: stated("where the cached answer comes from", "Redis, answers of the last day"),
    staticAnswer: stated("the fixed answer", "We are busy. Please try again in a minute."),
    retryLater: z.literal(true).optional().describe("users get a request to try again later"),
    human: stated("who takes over", "the support desk"),
  })
  .refine((given) => Object.values(given).filter((value) => value !== undefined).length === 1, {
    error: "one of target, cachedAnswer, staticAnswer, retryLater and human",
  });

const billing = z
  .strictObject({
    source: z
      .enum(["openrouter", "litellm", "openai", "new-api", "cometapi"])
      .describe("the API that reports usage and cost"),
    url: httpUrl.optional().describe("address of the API, if it is not the default address"),
    key: secret.optional().describe("key for the API, if it is not the key of the target"),
    lag: milliseconds.prefault("2s").describe("how long the figures can lag behind"),
  })
  .transform(({ source, lag, ...rest }) => ({ ...rest, kind: source, lagMs: lag }));

/** What an operator states about a target for `plumbline audit`. */
export const audit = z
  .strictObject({
    environment: line.default("unnamed").describe("where the application will run"),
    application: stated("name and version of the application that will use the target", "checkout-assistant 2.4.1"),
    revokedKey: secret.optional().describe("a revoked key, which the target must reject"),
    documentation: z
      .strictObject({
        url: httpUrl.meta({ description: "the page", examples: ["https://apidoc.cometapi.com/errors"] }),
        checked: date.describe("date when somebody last read the documentation"),
      })
      .optional()
      .describe("the documentation that the contract was checked against"),
    warnAfter: milliseconds.prefault("10s").describe("warn about answers slower than this"),
    fallback: fallback.optional().describe("what users get when the target fails"),
    billing: billing.optional().describe("where the provider reports usage and cost"),
    accept: z
      .array(
        z.strictObject({
          item: z
            .enum(auditItems, { error: "a rule of the audit" })
            .meta({ description: "the rule that is not met", examples: ["billing"] }),
          reason: line.meta({ description: "why the risk is acceptable", examples: ["support ticket 4711 is open"] }),
          by: line.meta({ description: "who accepts the risk", examples: ["Ada"] }),
          until: date.describe("last day of the acceptance"),
        }),
      )
      .default([])
      .describe("accepted risks, each with an owner and an end date"),
  })
  .transform(({ warnAfter, ...terms }) => ({ ...terms, warnAfterMs: warnAfter }));
