import { z } from "zod";
import { maintenance, routes, tier } from "./alerting-schemas.ts";
import { audit } from "./audit-schema.ts";
import { contract } from "./contract-schema.ts";
import { links, receiver } from "./receiver-schemas.ts";
import { httpUrl, secret, urlOrEnv } from "./reference-schemas.ts";
import { cron, duration, money, size, slug, timeZone } from "./text-schemas.ts";

const headerValue = z.string().regex(/^[\t\x20-\x7e]*$/, { error: "a header value of printable ASCII" });
const headerName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, { error: "a header name" });

const client = z.strictObject({
  connect: duration.default("5s"),
  firstByte: duration.default("30s").describe("until the reply's headers"),
  firstContent: duration.default("30s").describe("until the first content of a stream"),
  idle: duration.default("15s").describe("longest silence within a body"),
  total: duration.default("60s"),
  maxBody: size.default("1 MiB"),
  maxRequest: size.default("256 KiB").describe("a larger request is refused before anything is sent"),
  maxEvents: z.int().min(1).max(1_000_000).default(10_000),
  retries: z.union([z.literal(0), z.literal(1)], { error: "0 or 1" }).default(1),
  maxRetryAfter: duration.default("10s"),
  connection: z.enum(["fresh", "reused"]).default("fresh"),
  circuit: z.strictObject({ failures: z.int().min(1).default(5), open: duration.default("30s") }).prefault({}),
});

const prices = z.union(
  [
    z.strictObject({ multiplier: z.number().min(0).max(100) }),
    z.strictObject({ input: money, output: money, cachedInput: money.optional() }),
  ],
  { error: "{ multiplier: 0.8 }, or { input: 0.15 USD, output: 0.60 USD } per million tokens" },
);

const amount = z.int().min(1).optional();
const spendCap = z.strictObject({
  perHour: money.optional(),
  perDay: money.optional(),
  perMonth: money.optional(),
  tokensPerHour: amount,
  tokensPerDay: amount,
  tokensPerMonth: amount,
  requestsPerHour: amount,
  requestsPerDay: amount,
  requestsPerMonth: amount,
});

const keyCap = spendCap.extend({ key: secret });

const percentGood = z.number().gt(0).lt(100);
const slo = z.strictObject({
  availability: percentGood.optional().describe("percent of runs that must not fail: 99.5"),
  latency: z
    .strictObject({ under: duration, share: percentGood.default(95) })
    .optional()
    .describe("percent of runs that must take less time"),
  window: duration.default("30d"),
});

const target = z.strictObject({
  baseUrl: urlOrEnv.describe("up to and including the version: https://api.cometapi.com/v1"),
  model: z.string().min(1),
  provider: z
    .string()
    .min(1)
    .default("openai")
    .describe("whose list prices apply; also the provider's name in telemetry"),
  key: secret.optional(),
  keyHeader: z
    .strictObject({ name: headerName.default("authorization"), prefix: headerValue.default("Bearer ") })
    .prefault({}),
  headers: z.record(headerName, headerValue).default({}),
  maxTokensField: z.enum(["max_tokens", "max_completion_tokens"]).default("max_tokens"),
  client: client.prefault({}),
  prices: prices.optional().describe("per million tokens, or a multiplier on the list price"),
  spendCap: spendCap.prefault({}).describe("the most this target may use; a run that could pass it is skipped"),
  slo: slo.optional().describe("what its runs should come to; told when the error budget burns, shown as what is left"),
  tier: tier.optional().describe("page: what breaks on it may wake somebody; ticket when left out"),
  traceparent: z
    .boolean()
    .default(false)
    .describe("send the W3C trace context: only to a target of your own, whose spans join ours"),
  contract: contract.optional().describe("what is known of its replies beside what is learned"),
  audit: audit.optional().describe("what plumbline audit is to know of it"),
});

const jsonKind = z.enum(["string", "integer", "number", "boolean", "null", "object", "array"]);
const textClass = z.enum(["empty", "json", "number", "word", "line", "text"]);
const oneOrMore = <T extends z.ZodType>(one: T) => z.union([one, z.array(one).min(1)]);

const scenario = z.strictObject({
  ask: z.strictObject({
    messages: z.array(z.record(z.string(), z.json())).min(1),
    maxTokens: z.int().min(1).max(100_000),
    stream: z.boolean().default(false),
    extra: z.record(z.string(), z.json()).default({}).describe("further fields of the request body"),
  }),
  expect: z
    .strictObject({
      status: oneOrMore(z.int().min(100).max(599)).optional(),
      finishReason: oneOrMore(z.string()).optional(),
      text: z
        .strictObject({
          class: textClass.optional(),
          matches: z.string().refine(isPattern, { error: "a regular expression" }).optional(),
        })
        .optional(),
      json: z
        .record(z.string().regex(/^\$/, { error: "a path such as $.choices[0].message.content" }), jsonKind)
        .optional(),
      usage: z.literal("present").optional(),
      streamComplete: z.literal(true).optional(),
      noCompletion: z.literal(true).optional(),
    })
    .prefault({}),
});

const judge = z.strictObject({
  learnRuns: z.int().min(3).max(10_000).default(30),
  latencyFloorRatio: z
    .number()
    .gt(1)
    .max(100)
    .default(1.05)
    .describe("slower by less than this factor is never reported"),
  falsePageEvery: duration
    .default("180d")
    .describe("at most one false page about drift in this time, on average, of whatever falsePagesOf says"),
  falsePagesOf: z.enum(["series", "fleet"]).default("series"),
  warmUp: z
    .strictObject({
      samples: z.int().min(12).max(10_000).default(60).describe("values of the first baseline"),
      page: duration.default("1d").describe("baselines of less time do not page"),
      full: duration.default("7d").describe("baselines of less time page for moves of ten percent or more only"),
    })
    .prefault({}),
  maxLoopDelay: duration
    .default("100ms")
    .describe("a run during which this process stalled for longer says nothing about latency"),
});

const incidents = z.strictObject({
  fire: z
    .string()
    .regex(/^\d+ of \d+$/, { error: "a rule such as 2 of 3" })
    .default("2 of 3"),
  resolveAfter: z.int().min(1).max(100).default(2),
  remind: duration.default("4h").describe("how often an open incident that nobody acknowledged is told again"),
  reopenWithin: duration
    .default("30m")
    .describe("what comes back within this time of its end is the same incident; 0s: always another"),
  groupWait: duration
    .default("30s")
    .describe("an outage waits so long for others with the same cause, to be told as one"),
});

const probe = z.strictObject({
  name: slug,
  target: z.string(),
  scenario: z.string(),
  every: duration.optional(),
  cron: cron.optional(),
  tz: timeZone.default("UTC"),
  locations: z.array(slug).min(1).default(["default"]),
  nonce: z.boolean().default(false).describe("a different prompt for each run, to defeat prompt caches"),
  tier: tier.optional().describe("where it differs from the target's"),
  receivers: z.array(z.string()).optional().describe("who hears of it; everybody when left out"),
});

const heartbeat = z.strictObject({
  url: urlOrEnv,
  every: duration.default("1m"),
  allowPrivate: z.boolean().default(false).describe("permits plain http, loopback and private addresses"),
});

const api = z.strictObject({
  tokens: z
    .record(slug, z.strictObject({ token: secret, scope: z.enum(["read", "act"]).default("read") }))
    .default({})
    .describe("who may use the API, and what for; without any it answers on this machine only"),
  publicUrl: httpUrl
    .optional()
    .describe("where people reach the service; with linkKey, alerts carry links to acknowledge, silence and accept"),
  linkKey: secret.optional().describe("what those links are signed with: openssl rand -hex 24"),
});

export const configSchema = z.strictObject({
  targets: z.record(slug, target),
  scenarios: z.record(slug, scenario).default({}),
  probes: z.array(probe).min(1),
  receivers: z.record(slug, receiver).default({}),
  routes,
  maintenance,
  links,
  judge: judge.prefault({}),
  incidents: incidents.prefault({}),
  retention: duration.default("30d"),
  listen: z
    .string({ error: "an address such as 127.0.0.1:8080" })
    .regex(/^(\[[0-9a-f:]+\]|[^:]+):\d{1,5}$/i, { error: "an address such as 127.0.0.1:8080" })
    .default("127.0.0.1:8080"),
  spendCap: spendCap.prefault({}).describe("the most all targets together may use"),
  keyCaps: z
    .array(keyCap)
    .default([])
    .describe("the most all targets with the same key may use, by the key's reference"),
  requireKnownPrice: z.boolean().default(false).describe("refuses targets of which no price is known"),
  api: api.prefault({}),
  heartbeat: heartbeat
    .optional()
    .describe("posted to while all is well; a dead man's switch there notices when it stops"),
});

export type ConfigText = z.output<typeof configSchema>;

function isPattern(source: string): boolean {
  try {
    new RegExp(source, "u");
    return true;
  } catch {
    return false;
  }
}
