import { z } from "zod";
import type { ClientPolicy, Objective } from "../probe/target.ts";
import { tokenizers } from "../probe/tokenizer.ts";
import { tier } from "./alerting-schemas.ts";
import { audit } from "./audit-schema.ts";
import { contract } from "./contract-schema.ts";
import { headerName, headerText, requestHeaders } from "../probe/header-schemas.ts";
import { httpUrl, secret, urlOrEnv } from "../probe/reference-schemas.ts";
import { extra } from "./extra-schema.ts";
import { spendCap } from "./spend-cap-schema.ts";
import { milliseconds, money, size } from "../probe/text-schemas.ts";

const headers = requestHeaders("use { env: NAME } or { file: path }, or key and keyHeader for the API key");

const circuit = z
  .strictObject({
    failures: z.int().min(1).default(5).describe("failures in a row after which requests stop for a while"),
    open: milliseconds
      .prefault("30s")
      .describe("how long requests stop; then one request tests whether the target has recovered"),
  })
  .transform(({ failures, open }) => ({ failures, openMs: open }))
  .prefault({})
  .describe("circuit breaker: stops requests to a target that keeps failing");

const client = z
  .strictObject({
    connect: milliseconds.prefault("5s").describe("time to connect, including DNS and TLS"),
    firstByte: milliseconds.prefault("30s").describe("time until the response headers"),
    firstContent: milliseconds.prefault("30s").describe("time until the first content of a stream"),
    idle: milliseconds.prefault("15s").describe("longest pause within a response body"),
    total: milliseconds.prefault("60s").describe("hard limit for one attempt"),
    maxBody: size
      .prefault("1 MiB")
      .describe("maximum size of a response; a larger response is cut off and counts as failed"),
    maxRequest: size
      .prefault("256 KiB")
      .describe("maximum size of a request; a larger request is refused before anything is sent"),
    maxEvents: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(10_000)
      .describe("maximum number of events of a stream; a longer stream is cut off and counts as failed"),
    retries: z
      .union([z.literal(0), z.literal(1)], { error: "0 or 1" })
      .default(1)
      .describe("retries after a transient failure; a timeout is retried only if it happened while connecting"),
    maxRetryAfter: milliseconds.prefault("10s").describe("no retry if Retry-After asks for a longer wait"),
    connection: z
      .enum(["fresh", "reused"])
      .default("fresh")
      .describe("fresh: each request opens a new connection, and latency includes it; reused: keep connections open"),
    proxy: z
      .union([z.literal("none"), httpUrl, secret], { error: "a proxy URL, a reference to one, or none" })
      .optional()
      .meta({
        description:
          "HTTP proxy; if omitted, HTTPS_PROXY and NO_PROXY of the environment apply to https; none: no proxy",
        examples: ["http://proxy.example.com:3128"],
      }),
    tls: z
      .strictObject({
        ca: secret.optional().describe("certificates of the authorities that sign the target's certificate, PEM"),
        cert: secret.optional().describe("client certificate, PEM"),
        key: secret.optional().describe("key of the client certificate, PEM"),
        serverName: z
          .string()
          .min(1)
          .max(253)
          .optional()
          .meta({ description: "name in the certificate, if not that of the URL", examples: ["api.internal.example"] }),
      })
      .refine(({ cert, key }) => (cert === undefined) === (key === undefined), { error: "cert and key together" })
      .optional()
      .describe("private authority and client certificate"),
    circuit,
  })
  .refine(({ total, connect }) => total >= connect, {
    path: ["total"],
    error: "no less than connect",
    params: { hint: "raise total or lower connect" },
  })
  .transform((given): ClientPolicy => ({
    connectMs: given.connect,
    firstByteMs: given.firstByte,
    firstContentMs: given.firstContent,
    idleMs: given.idle,
    totalMs: given.total,
    maxBodyBytes: given.maxBody,
    maxRequestBytes: given.maxRequest,
    maxEvents: given.maxEvents,
    retries: given.retries,
    maxRetryAfterMs: given.maxRetryAfter,
    connection: given.connection,
    proxy: given.proxy,
    tls: given.tls,
    circuit: given.circuit,
  }));

const prices = z.union(
  [
    z.strictObject({
      multiplier: z
        .number()
        .min(0)
        .max(100)
        .meta({ description: "factor applied to the list price of provider and model", examples: [0.8] }),
    }),
    z.strictObject({
      input: money.describe("per million prompt tokens"),
      output: money.describe("per million completion tokens"),
      cachedInput: money.optional().describe("per million cached prompt tokens; the price of input if omitted"),
    }),
  ],
  { error: "{ multiplier: 0.8 }, or { input: 0.15 USD, output: 0.60 USD } per million tokens" },
);

const percentGood = z.number().gt(0).lt(100);
const slo = z
  .strictObject({
    availability: percentGood
      .optional()
      .meta({ description: "percentage of runs that must succeed", examples: [99.5] }),
    latency: z
      .strictObject({
        under: milliseconds.describe("the latency threshold"),
        share: percentGood.default(95).describe("percentage of runs that must be faster"),
      })
      .optional()
      .describe("percentage of runs that must be faster than a threshold"),
    window: milliseconds.prefault("30d").describe("rolling window of the objective"),
  })
  .transform(({ availability, latency, window: windowMs }): Objective[] => [
    ...(availability === undefined ? [] : [{ kind: "availability", share: availability / 100, windowMs } as const]),
    ...(latency === undefined
      ? []
      : [{ kind: "latency", share: latency.share / 100, windowMs, underMs: latency.under } as const]),
  ]);

const keyHeader = z
  .strictObject({
    name: headerName
      .transform((name) => name.toLowerCase())
      .prefault("authorization")
      .describe("name of the header"),
    prefix: headerText.default("Bearer ").describe("text before the key; can be empty"),
  })
  .prefault({})
  .describe("how the key is sent");

export const target = z.strictObject({
  baseUrl: urlOrEnv.meta({
    description: "base URL including the version; with { env: NAME } it is hidden like a secret",
    examples: ["https://api.cometapi.com/v1"],
  }),
  model: z
    .string()
    .min(1)
    .max(500)
    .meta({ description: "model name sent in requests", examples: ["gpt-4o-mini"] }),
  provider: z
    .string()
    .min(1)
    .max(200)
    .default("openai")
    .describe("whose list prices apply; also the provider name in telemetry"),
  key: secret
    .optional()
    .meta({ description: "the API key; omit it for targets that need none", examples: [{ env: "COMETAPI_KEY" }] }),
  keyHeader,
  headers: headers.default({}).meta({
    description: "additional headers of every request; write a secret as { env: NAME } or { file: path }",
    examples: [{ "x-team": "sre" }],
  }),
  maxTokensField: z
    .enum(["max_tokens", "max_completion_tokens"])
    .default("max_tokens")
    .describe("field that limits the output; OpenAI's reasoning models need max_completion_tokens"),
  streamOptions: z
    .boolean()
    .default(true)
    .describe("send stream_options.include_usage; false for a target that refuses it"),
  answerTokens: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .meta({
      description: "output limit of the built-in questions, 48 if omitted; more for a model that thinks",
      examples: [512],
    }),
  ends: z
    .enum(["done", "finish"])
    .default("done")
    .describe("what ends a stream: done for [DONE], finish for a target that sends none after its finish reason"),
  extra,
  omit: z
    .array(z.string().min(1).max(100))
    .max(50)
    .default([])
    .meta({ description: "request fields the target refuses, which are not sent", examples: [["temperature"]] }),
  exceptions: z
    .record(z.string().min(1).max(200), z.string().min(1).max(500))
    .default({})
    .meta({
      description: "subjects of findings that are accepted for this target, each with the reason",
      examples: [{ usage: "the server never reports it" }],
    }),
  client: client.prefault({}).describe("timeouts, size limits, retries and connections"),
  prices: prices.optional().describe("prices per million tokens, or a multiplier on the list price"),
  spendCap: spendCap.prefault({}).describe("spend caps of this target; a run that could exceed one is skipped"),
  maxBlind: milliseconds
    .refine((ms) => ms <= 86_400_000, { error: "at most 24h" })
    .optional()
    .meta({
      description:
        "how long the target may go unchecked in 24 hours, for any reason; you are notified when it is longer",
      examples: ["2h"],
    }),
  slo: slo.optional().describe("service level objectives; you are notified when the error budget burns too fast"),
  tier: tier.optional().describe("page: incidents may wake someone; ticket: they can wait; ticket if omitted"),
  traceparent: z
    .boolean()
    .default(false)
    .describe("send the W3C trace context; only for a target you operate, so that its spans join the trace"),
  tokenizer: z
    .enum([...tokenizers, "none"])
    .optional()
    .describe("vocabulary the model uses to count tokens; if omitted, derived from the names of OpenAI's models"),
  contract: contract.optional().describe("what you declare about replies, in addition to what is learned"),
  sameAs: z
    .string()
    .min(1)
    .optional()
    .meta({
      description: "another target whose answers you trust: plumbline audit compares the answers of both",
      examples: ["official-mini"],
    }),
  audit: audit.optional().describe("what plumbline audit needs to know about the target"),
});
