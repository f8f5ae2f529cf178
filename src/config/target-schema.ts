import { z } from "zod";
import { tokenizers } from "../probe/tokenizer.ts";
import { tier } from "./alerting-schemas.ts";
import { audit } from "./audit-schema.ts";
import { contract } from "./contract-schema.ts";
import { secret, urlOrEnv } from "../probe/reference-schemas.ts";
import { duration, money, size } from "../probe/text-schemas.ts";

const headerValue = z.string().regex(/^[\t\x20-\x7e]*$/, { error: "a header value of printable ASCII" });
const headerName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, { error: "a header name" });

const circuit = z
  .strictObject({
    failures: z.int().min(1).default(5).describe("faults in a row after which nothing is sent for a while"),
    open: duration.default("30s").describe("how long; then one request tries whether it is over"),
  })
  .prefault({})
  .describe("stops asking a target that fails again and again");

const client = z.strictObject({
  connect: duration.default("5s").describe("until the connection stands, name lookup and TLS included"),
  firstByte: duration.default("30s").describe("until the reply's headers"),
  firstContent: duration.default("30s").describe("until the first content of a stream"),
  idle: duration.default("15s").describe("longest silence within a body"),
  total: duration.default("60s").describe("hard limit of one attempt, whatever it is doing"),
  maxBody: size.default("1 MiB").describe("a longer reply is cut off and fails"),
  maxRequest: size.default("256 KiB").describe("a larger request is refused before anything is sent"),
  maxEvents: z.int().min(1).max(1_000_000).default(10_000).describe("events of a stream; more are cut off and fail"),
  retries: z
    .union([z.literal(0), z.literal(1)], { error: "0 or 1" })
    .default(1)
    .describe("how often a transient failure is tried again; a timeout is only while connecting"),
  maxRetryAfter: duration.default("10s").describe("a retry that is to wait longer is not made"),
  connection: z
    .enum(["fresh", "reused"])
    .default("fresh")
    .describe("whether each request connects anew, and is measured so, or connections are kept as clients do"),
  circuit,
});

const prices = z.union(
  [
    z.strictObject({
      multiplier: z
        .number()
        .min(0)
        .max(100)
        .meta({ description: "factor on the list price of provider and model", examples: [0.8] }),
    }),
    z.strictObject({
      input: money.describe("per million tokens of the prompt"),
      output: money.describe("per million tokens of the completion"),
      cachedInput: money
        .optional()
        .describe("per million tokens of the prompt that came from the cache; input if left out"),
    }),
  ],
  { error: "{ multiplier: 0.8 }, or { input: 0.15 USD, output: 0.60 USD } per million tokens" },
);

const tokens = (span: string) =>
  z
    .int()
    .min(1)
    .optional()
    .meta({ description: `tokens in one ${span}`, examples: [200_000] });
const requests = (span: string) =>
  z
    .int()
    .min(1)
    .optional()
    .meta({ description: `requests in one ${span}, retries included`, examples: [600] });

/** The most that may be used, by calendar hour, day and month of UTC. */
export const spendCap = z
  .strictObject({
    perHour: money.optional().describe("money in one hour"),
    perDay: money.optional().describe("money in one day"),
    perMonth: money.optional().describe("money in one month"),
    tokensPerHour: tokens("hour"),
    tokensPerDay: tokens("day"),
    tokensPerMonth: tokens("month"),
    requestsPerHour: requests("hour"),
    requestsPerDay: requests("day"),
    requestsPerMonth: requests("month"),
  })
  .meta({ title: "caps", description: "each by calendar hour, day and month of UTC; what is left out is not capped" });

export const keyCap = spendCap.extend({
  key: secret.meta({
    description: "whose targets count together: the reference as the targets write it",
    examples: [{ env: "COMETAPI_KEY" }],
  }),
});

const percentGood = z.number().gt(0).lt(100);
const slo = z.strictObject({
  availability: percentGood.optional().meta({ description: "percent of runs that must not fail", examples: [99.5] }),
  latency: z
    .strictObject({
      under: duration.describe("the time that is quick enough"),
      share: percentGood.default(95).describe("percent of runs that must take less"),
    })
    .optional()
    .describe("percent of runs that must take less time"),
  window: duration.default("30d").describe("over which time it is counted"),
});

const keyHeader = z
  .strictObject({
    name: headerName.default("authorization").describe("the header's name"),
    prefix: headerValue.default("Bearer ").describe("what stands before the key; may be empty"),
  })
  .prefault({})
  .describe("how the key is sent");

export const target = z.strictObject({
  baseUrl: urlOrEnv.meta({ description: "up to and including the version", examples: ["https://api.cometapi.com/v1"] }),
  model: z
    .string()
    .min(1)
    .meta({ description: "the name that requests ask for", examples: ["gpt-4o-mini"] }),
  provider: z
    .string()
    .min(1)
    .default("openai")
    .describe("whose list prices apply; also the provider's name in telemetry"),
  key: secret
    .optional()
    .meta({ description: "the API key; left out for targets that ask for none", examples: [{ env: "COMETAPI_KEY" }] }),
  keyHeader,
  headers: z
    .record(headerName, headerValue)
    .default({})
    .meta({
      description: "further headers of every request; secrets do not belong here",
      examples: [{ "x-team": "sre" }],
    }),
  maxTokensField: z
    .enum(["max_tokens", "max_completion_tokens"])
    .default("max_tokens")
    .describe("by which member the output is capped; reasoning models of OpenAI want the second"),
  client: client.prefault({}).describe("time limits, size limits, retries and connections of the client"),
  prices: prices.optional().describe("per million tokens, or a multiplier on the list price"),
  spendCap: spendCap.prefault({}).describe("the most this target may use; a run that could pass it is skipped"),
  slo: slo.optional().describe("what its runs should come to; told when the error budget burns, shown as what is left"),
  tier: tier.optional().describe("whether what breaks on it may wake somebody (page); ticket when left out"),
  traceparent: z
    .boolean()
    .default(false)
    .describe("send the W3C trace context: only to a target of your own, whose spans join ours"),
  tokenizer: z
    .enum([...tokenizers, "none"])
    .optional()
    .describe("vocabulary in which its model counts tokens; left out: that of OpenAI's models by their names"),
  contract: contract.optional().describe("what is known of its replies beside what is learned"),
  audit: audit.optional().describe("what plumbline audit is to know of it"),
});
