import { z } from "zod";
import { cron, duration, slug, timeZone } from "../probe/text-schemas.ts";

export const tier = z.enum(["page", "ticket"]);

export const pattern = z
  .string()
  .min(1)
  .max(200)
  .meta({ title: "pattern", description: "a name; * stands for any characters", examples: ["comet-*"] });
const oneOrMore = <T extends z.ZodType>(one: T) => z.union([one, z.array(one).min(1)]);

export const match = z
  .strictObject({
    tier: oneOrMore(tier).optional().describe("page or ticket"),
    severity: oneOrMore(z.enum(["breaking", "risky"]))
      .optional()
      .describe("severity of the incident"),
    kind: oneOrMore(
      z.enum(["availability", "expectation", "policy", "contract", "error-shape", "latency", "usage", "budget"]),
    )
      .optional()
      .describe("kind of the incident"),
    target: oneOrMore(pattern).optional().describe("names of targets"),
    probe: oneOrMore(pattern).optional().describe("names of probes"),
    scenario: oneOrMore(pattern).optional().describe("names of scenarios"),
    location: oneOrMore(pattern).optional().describe("names of locations"),
  })
  .meta({
    title: "match",
    description: "each given member must match; * stands for any characters; empty matches everything",
    examples: [{ tier: "page" }],
  });

export type MatchText = z.output<typeof match>;

const receiverNames = z
  .array(z.string())
  .min(1)
  .meta({ examples: [["oncall"]] });

export const routes = z
  .array(
    z.strictObject({
      name: slug
        .optional()
        .meta({ description: "shown where `incident show` explains who was notified", examples: ["pages"] }),
      match: match.prefault({}),
      receivers: receiverNames.describe("who is notified"),
      escalate: z
        .strictObject({
          after: duration.describe("since the first notification"),
          receivers: receiverNames.describe("who is notified then"),
        })
        .optional()
        .describe("who else is notified when nobody acknowledges in time"),
    }),
  )
  .default([])
  .describe("who is notified of what; all matching routes apply; where none matches, every receiver is notified");

export const maintenance = z
  .array(
    z.strictObject({
      name: slug.meta({
        description: "shown where `incident show` explains why nobody was notified",
        examples: ["nightly"],
      }),
      match: match.prefault({}),
      cron: cron.describe("when it begins"),
      tz: timeZone.default("UTC").describe("of cron"),
      for: duration.describe("how long it lasts"),
    }),
  )
  .default([])
  .describe("recurring times in which nobody is notified of matching incidents");

export const dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;

export const timeOfDay = z
  .string({ error: "a time such as 08:30" })
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: "a time such as 08:30" })
  .meta({ title: "time of day", description: "hours and minutes, 24 hours", examples: ["08:30"] });

export const days = z
  .string({ error: "days such as mon-fri or sat, sun" })
  .regex(
    /^(sun|mon|tue|wed|thu|fri|sat)(-(sun|mon|tue|wed|thu|fri|sat))?( *, *(sun|mon|tue|wed|thu|fri|sat)(-(sun|mon|tue|wed|thu|fri|sat))?)*$/,
    { error: "days such as mon-fri or sat, sun" },
  )
  .meta({
    title: "days",
    description: "days of the week, single or from one to another",
    examples: ["mon-fri", "sat, sun"],
  });

export const digest = z
  .strictObject({
    at: timeOfDay.default("08:00").describe("when a day ends and its digest is sent"),
    tz: timeZone.default("UTC").describe("of at"),
    receivers: receiverNames.describe("who gets it: receivers that wake nobody"),
  })
  .optional()
  .describe(
    "a daily message about the series that stand out; no message on days without news, none at all when left out",
  );

/** When and how often a receiver is notified. */
export const deliveryPolicy = {
  hours: z
    .strictObject({
      days: days.default("mon-fri").describe("days of the week"),
      from: timeOfDay.describe("when they begin"),
      to: timeOfDay.describe("when they end: on the next day when it is not after from"),
      tz: timeZone.default("UTC").describe("of from and to"),
      outside: z.enum(["hold", "skip"]).default("hold").describe("hold messages until the hours begin, or skip them"),
      pages: z.enum(["always", "within"]).default("always").describe("whether pages keep to the hours too"),
    })
    .optional()
    .describe("working hours"),
  maxPerHour: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .meta({
      description: "the most firing alerts within an hour; one summary names the rest",
      examples: [20],
    }),
};

export type DeliveryPolicyText = {
  readonly [Key in keyof typeof deliveryPolicy]?: z.output<(typeof deliveryPolicy)[Key]>;
};
