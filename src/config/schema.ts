import { z } from "zod";
import { digest, maintenance, routes, tier } from "./alerting-schemas.ts";
import { links, receiver } from "./receiver-schemas.ts";
import { httpUrl, secret, urlOrEnv } from "../probe/reference-schemas.ts";
import { scenario } from "./scenario-schema.ts";
import { keyCap, spendCap, target } from "./target-schema.ts";
import { cron, duration, slug, timeZone } from "../probe/text-schemas.ts";

const warmUp = z
  .strictObject({
    samples: z.int().min(12).max(10_000).default(60).describe("values of the first baseline"),
    page: duration.default("1d").describe("baselines of less time do not page"),
    full: duration.default("7d").describe("baselines of less time page for moves of ten percent or more only"),
  })
  .prefault({})
  .describe("how young baselines of latency and usage are trusted");

const judge = z.strictObject({
  learnRuns: z
    .int()
    .min(3)
    .max(10_000)
    .default(30)
    .describe("judged runs from which contracts and error shapes are learned before anything is told of them"),
  latencyFloorRatio: z
    .number()
    .gt(1)
    .max(100)
    .default(1.05)
    .describe("slower by less than this factor is never reported"),
  falsePageEvery: duration
    .default("180d")
    .describe("at most one false page about drift in this time, on average, of whatever falsePagesOf says"),
  falsePagesOf: z
    .enum(["series", "fleet"])
    .default("series")
    .describe("whether each measured value has that promise for itself, or all of them share one"),
  warmUp,
  maxLoopDelay: duration
    .default("100ms")
    .describe("a run during which this process stalled for longer says nothing about latency"),
});

const incidents = z.strictObject({
  fire: z
    .string()
    .regex(/^\d+ of \d+$/, { error: "a rule such as 2 of 3" })
    .default("2 of 3")
    .describe("bad slots among the newest that open an incident; of no reply, attempts, and 3 in a row at least"),
  resolveAfter: z.int().min(1).max(100).default(2).describe("good slots in a row that end an incident"),
  remind: duration.default("4h").describe("how often an open incident that nobody acknowledged is told again"),
  reopenWithin: duration
    .default("30m")
    .describe("what comes back within this time of its end is the same incident; 0s: always another"),
  groupWait: duration
    .default("30s")
    .describe(
      "an outage, or a move of a target that several probes ask, waits so long for others with the same cause, to be told as one",
    ),
});

const probe = z.strictObject({
  name: slug.meta({
    description: "unique; with its location it is the probe's id, valid@default",
    examples: ["valid"],
  }),
  target: z.string().meta({ description: "a name under targets", examples: ["mini"] }),
  scenario: z.string().meta({
    description: "a built-in one (docs/reference/scenarios.md), or a name under scenarios",
    examples: ["valid-request"],
  }),
  every: duration.optional().meta({ description: "the time between two slots; either this or cron", examples: ["5m"] }),
  cron: cron.optional().describe("when slots are due; either this or every"),
  tz: timeZone.default("UTC").describe("of cron"),
  locations: z.array(slug).min(1).default(["default"]).describe("where it runs: a probe of its own at each"),
  nonce: z.boolean().default(false).describe("a different prompt for each run, to defeat prompt caches"),
  tier: tier.optional().describe("where it differs from the target's"),
  receivers: z
    .array(z.string())
    .optional()
    .meta({ description: "who hears of it; everybody when left out", examples: [["oncall"]] }),
});

export const address = z
  .string({ error: "an address such as 127.0.0.1:8080" })
  .regex(/^(\[[0-9a-f:]+\]|[^:]+):\d{1,5}$/i, { error: "an address such as 127.0.0.1:8080" })
  .meta({
    title: "address",
    description: "host and port; 0.0.0.0 is every IPv4 address of this machine, [::] every one",
    examples: ["0.0.0.0:8080"],
  });

const heartbeat = z.strictObject({
  url: urlOrEnv.meta({ description: "what is posted to", examples: [{ env: "HEARTBEAT_URL" }] }),
  every: duration.default("1m").describe("how often"),
  allowPrivate: z.boolean().default(false).describe("permits plain http, loopback and private addresses"),
});

const apiToken = z.strictObject({
  token: secret.describe("what is sent as Authorization: Bearer"),
  scope: z
    .enum(["read", "act"])
    .default("read")
    .describe("what the token may do; act includes to acknowledge, silence, accept, pause and run"),
});

const api = z.strictObject({
  tokens: z
    .record(slug, apiToken)
    .default({})
    .describe("who may use the API, and what for; without any it answers on this machine only"),
  publicUrl: httpUrl.optional().meta({
    description: "where people reach the service; with linkKey, alerts carry links to act on them",
    examples: ["https://plumbline.example.com"],
  }),
  linkKey: secret.optional().describe("what those links are signed with: openssl rand -hex 24"),
});

export const configSchema = z.strictObject({
  targets: z.record(slug, target).describe("what is watched: each a base URL, a model and how to ask it"),
  scenarios: z.record(slug, scenario).default({}).describe("questions of your own, beside the built-in ones"),
  probes: z.array(probe).min(1).describe("which target is asked what, when and from where"),
  receivers: z.record(slug, receiver).default({}).describe("who is told: each has one kind, hours and a cap"),
  routes,
  maintenance,
  digest,
  links,
  judge: judge.prefault({}).describe("when something counts as moved"),
  incidents: incidents.prefault({}).describe("when bad runs become an incident, and when it is over"),
  retention: duration
    .default("30d")
    .describe("how long runs, ended deliveries and the history of resolved incidents are kept"),
  listen: address.default("127.0.0.1:8080").describe("where health, metrics, API and pages are served"),
  spendCap: spendCap.prefault({}).describe("the most all targets together may use"),
  keyCaps: z
    .array(keyCap)
    .default([])
    .describe("the most all targets with the same key may use, by the key's reference"),
  requireKnownPrice: z.boolean().default(false).describe("refuses targets of which no price is known"),
  api: api.prefault({}).describe("who may use the HTTP API, and the links in alerts"),
  heartbeat: heartbeat
    .optional()
    .describe("posted to while all is well; a dead man's switch there notices when it stops"),
});

export type ConfigText = z.output<typeof configSchema>;
