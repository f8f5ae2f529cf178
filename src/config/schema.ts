import { z } from "zod";
import type { Cadence, JudgePolicy } from "../probe/probe.ts";
import { digest, maintenance, receiverTests, routes, tier } from "./alerting-schemas.ts";
import { links, receiver } from "./receiver-schemas.ts";
import { urlOrEnv } from "../probe/reference-schemas.ts";
import { scenario } from "./scenario-schema.ts";
import { keyCap, spendCap } from "./spend-cap-schema.ts";
import { target } from "./target-schema.ts";
import { cron, milliseconds, slug, timeZone } from "../probe/text-schemas.ts";
import { api } from "./api-schema.ts";

const warmUp = z
  .strictObject({
    samples: z.int().min(12).max(10_000).default(60).describe("samples of the first baseline"),
    page: milliseconds.prefault("1d").describe("a baseline that covers less time does not page"),
    full: milliseconds
      .prefault("7d")
      .describe("a baseline that covers less time pages only for changes of ten percent or more"),
  })
  .prefault({})
  .describe("how far new baselines of latency and usage are trusted");

const judge = z
  .strictObject({
    learnRuns: z
      .int()
      .min(3)
      .max(10_000)
      .default(30)
      .describe("judged runs needed to learn contracts and error shapes; no findings about them before that"),
    latencyFloorRatio: z.number().gt(1).max(100).default(1.05).describe("smallest slowdown to report, as a factor"),
    falsePageEvery: milliseconds
      .prefault("180d")
      .describe("at most one false page about drift in this time on average; falsePagesOf says for what"),
    falsePagesOf: z
      .enum(["series", "fleet"])
      .default("series")
      .describe("whether the limit applies to each series or to all series together"),
    warmUp,
    maxLoopDelay: milliseconds
      .prefault("100ms")
      .describe(
        "if Plumbline itself stalls for longer than this during a run, it does not judge the latency of the run",
      ),
  })
  .transform(({ learnRuns, latencyFloorRatio, maxLoopDelay, falsePageEvery, falsePagesOf, ...rest }): JudgePolicy => ({
    learnRuns,
    latencyFloorRatio,
    maxLoopDelayMs: maxLoopDelay,
    drift: {
      falsePageEveryMs: falsePageEvery,
      falsePagesOf,
      samples: rest.warmUp.samples,
      pageAfterMs: rest.warmUp.page,
      fullAfterMs: rest.warmUp.full,
    },
  }));

const fire = z
  .string()
  .regex(/^\d{1,3} of \d{1,3}$/, { error: "a rule such as 2 of 3" })
  .refine((text) => isRule(slotsOf(text)), {
    error: "a rule such as 2 of 3: at least 1, and no more than there are slots",
  })
  .transform(slotsOf);

function slotsOf(text: string): { readonly bad: number; readonly of: number } {
  const [bad = 0, of = 0] = text.split(" of ").map(Number);
  return { bad, of };
}

function isRule({ bad, of }: { readonly bad: number; readonly of: number }): boolean {
  return bad >= 1 && bad <= of && of <= 100;
}

const incidents = z
  .strictObject({
    fire: fire
      .prefault("2 of 3")
      .describe(
        "how many of the latest slots must be bad to open an incident; without any reply, at least 3 attempts in a row",
      ),
    resolveAfter: z.int().min(1).max(100).default(2).describe("good slots in a row that resolve an incident"),
    remind: milliseconds.prefault("4h").describe("how often an open, unacknowledged incident is notified again"),
    reopenWithin: milliseconds
      .prefault("30m")
      .describe("a problem that returns this soon reopens its incident; 0s: always a new incident"),
    groupWait: milliseconds
      .prefault("30s")
      .describe("how long to wait for other incidents with the same cause, to send one notification for all"),
    askNeighbours: z
      .int()
      .min(0)
      .max(5)
      .default(2)
      .describe("how many other probes are run at once, within their caps, to see who else is affected; 0: none"),
    neighbourWait: milliseconds
      .refine((ms) => ms <= 60_000, { error: "at most 1m" })
      .prefault("10s")
      .describe("how long a notification waits for these probes at most"),
  })
  .transform(({ remind, reopenWithin, groupWait, askNeighbours, neighbourWait, ...policy }) => ({
    policy: { ...policy, remindMs: remind, reopenWithinMs: reopenWithin },
    groupWaitMs: groupWait,
    neighbours: { most: askNeighbours, waitMs: neighbourWait },
  }));

const probe = z
  .strictObject({
    name: slug.meta({
      description: "unique; together with its location the id of the probe, such as valid@default",
      examples: ["valid"],
    }),
    target: z.string().meta({ description: "a name under targets", examples: ["mini"] }),
    scenario: z.string().meta({
      description: "a built-in scenario (docs/reference/scenarios.md), or a name under scenarios",
      examples: ["valid-request"],
    }),
    every: milliseconds
      .refine((everyMs) => everyMs >= 1000, { error: "at least 1s" })
      .optional()
      .meta({ description: "interval between slots; either this or cron", examples: ["5m"] }),
    cron: cron.optional().describe("when slots are due; either this or every"),
    tz: timeZone.default("UTC").describe("time zone of cron"),
    locations: z.array(slug).min(1).default(["default"]).describe("where it runs: one probe per location"),
    nonce: z.boolean().default(false).describe("vary the prompt in each run, so that no prompt cache answers"),
    tier: tier.optional().describe("overrides the target's tier"),
    receivers: z
      .array(z.string())
      .optional()
      .meta({ description: "who is notified; every receiver if omitted", examples: [["oncall"]] }),
  })
  .transform(({ every, cron: times, tz, ...given }, context) => {
    if ((every === undefined) === (times === undefined) && context.issues.length === 0) {
      const params = {
        got: every === undefined ? "neither" : "both",
        hint: 'write every: 5m, or cron: "0 3 * * *" with tz',
      };
      context.addIssue({ code: "custom", message: "either every or cron", params });
    }
    const cadence: Cadence =
      every === undefined ? { kind: "cron", pattern: times ?? "", tz } : { kind: "every", everyMs: every };
    return { ...given, cadence };
  });

/** Read to host and port. */
export const address = z
  .string({ error: "an address such as 127.0.0.1:8080" })
  .regex(/^(\[[0-9a-f:]+\]|[^:]+):\d{1,5}$/i, { error: "an address such as 127.0.0.1:8080" })
  .meta({
    title: "address",
    description: "host and port; 0.0.0.0 listens on every IPv4 address of the machine, [::] on every address",
    examples: ["0.0.0.0:8080"],
  })
  .transform((text) => {
    const colon = text.lastIndexOf(":");
    return { host: text.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(text.slice(colon + 1)) };
  })
  .refine(({ port }) => port < 65_536, { error: "a port of at most 65535" });

const heartbeat = z
  .strictObject({
    url: urlOrEnv.meta({ description: "the URL to post to", examples: [{ env: "HEARTBEAT_URL" }] }),
    every: milliseconds.prefault("1m").describe("interval between slots"),
    allowPrivate: z.boolean().default(false).describe("allow plain http, loopback and private addresses"),
  })
  .transform(({ every, ...rest }) => ({ ...rest, everyMs: every }));

const dayMs = 86_400_000;

function mapOf<T extends z.ZodType>(values: T) {
  return z.record(slug, values).transform((record) => new Map(Object.entries(record)));
}

const publicName = z.string().min(1).max(80);

const statusPage = z.strictObject({
  title: publicName.meta({ description: "heading of the page", examples: ["Status of our AI features"] }),
  targets: z
    .record(slug, publicName)
    .refine((names) => Object.keys(names).length > 0 && Object.keys(names).length <= 50, "1 to 50 targets")
    .meta({
      description: "which targets it shows, and the name that the public reads for each",
      examples: [{ mini: "Chat" }],
    }),
});

export const configSchema = z.strictObject({
  targets: mapOf(target).describe("what is monitored: each a base URL, a model and how to call it"),
  scenarios: mapOf(scenario).prefault({}).describe("your own scenarios, in addition to the built-in ones"),
  probes: z.array(probe).min(1).describe("which scenario runs against which target, when and from where"),
  receivers: z
    .record(slug, receiver)
    .default({})
    .describe("who is notified: each has one kind, hours and a rate limit"),
  routes,
  maintenance,
  digest,
  receiverTests,
  links,
  judge: judge.prefault({}).describe("when a change counts as drift"),
  incidents: incidents.prefault({}).describe("when bad runs open an incident, and when it is resolved"),
  retention: milliseconds
    .transform((ms) => Math.max(1, Math.ceil(ms / dayMs)))
    .prefault("30d")
    .describe("how long runs, finished deliveries and resolved incidents are kept"),
  listen: address.prefault("127.0.0.1:8080").describe("address of health checks, metrics, API and pages"),
  spendCap: spendCap.prefault({}).describe("spend caps of all targets together"),
  keyCaps: z.array(keyCap).default([]).describe("spend caps shared by all targets with the same key"),
  requireKnownPrice: z.boolean().default(false).describe("refuse targets whose price is unknown"),
  api: api.prefault({}).describe("who may use the HTTP API, and the links in alerts"),
  statusPages: z
    .record(slug, statusPage)
    .default({})
    .describe("public pages at `/status/<name>`; no sign-in is needed"),
  statusListen: address.optional().describe("additional address that serves only the public status pages"),
  heartbeat: heartbeat
    .optional()
    .describe(
      "Plumbline sends a POST request to this URL while it works; a dead man's switch there alerts when the requests stop",
    ),
});

/** A file in which probes are optional: an audit asks a target by itself. */
export const targetsSchema = configSchema.extend({ probes: z.array(probe).default([]) });

export type ConfigText = z.output<typeof configSchema>;
