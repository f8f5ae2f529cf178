import { z } from "zod";
import { targetFindingKinds } from "../probe/finding-kinds.ts";
import type { AlertMatcher } from "../probe/alerting.ts";
import { cron, listOf, milliseconds, slug, timeZone } from "../probe/text-schemas.ts";

export const tier = z.enum(["page", "ticket"]);

export const pattern = z
  .string()
  .min(1)
  .max(200)
  .meta({ title: "pattern", description: "a name; * matches any characters", examples: ["comet-*"] });

export const match = z
  .strictObject({
    tier: listOf(tier, { description: "page or ticket" }).optional(),
    severity: listOf(z.enum(["breaking", "risky"]), { description: "severity of the finding" }).optional(),
    kind: listOf(z.enum(targetFindingKinds), { description: "kind of the finding" }).optional(),
    target: listOf(pattern, { description: "names of targets" }).optional(),
    probe: listOf(pattern, { description: "names of probes" }).optional(),
    scenario: listOf(pattern, { description: "names of scenarios" }).optional(),
    location: listOf(pattern, { description: "names of locations" }).optional(),
  })
  .meta({
    title: "match",
    description: "every field given must match; * matches any characters; an empty match matches everything",
    examples: [{ tier: "page" }],
  });

const matcher = match.transform((given): AlertMatcher => given).prefault({});

const receiverNames = z
  .array(z.string())
  .min(1)
  .meta({ examples: [["oncall"]] });

export const routes = z
  .array(
    z.strictObject({
      name: slug.optional().meta({ description: "shown in explanations of who was notified", examples: ["pages"] }),
      match: matcher,
      receivers: receiverNames.describe("who is notified"),
      escalate: z
        .strictObject({
          after: milliseconds.describe("time since the first notification"),
          receivers: receiverNames.describe("further receivers"),
        })
        .transform(({ after, receivers }) => ({ afterMs: after, receivers }))
        .optional()
        .describe("further receivers if nobody acknowledges the incident in time"),
    }),
  )
  .default([])
  .describe("who is notified of what; all matching routes apply; if none matches, every receiver is notified");

export const maintenance = z
  .array(
    z
      .strictObject({
        name: slug.meta({ description: "shown in explanations of why nobody was notified", examples: ["nightly"] }),
        match: matcher,
        cron: cron.describe("start, as a cron pattern"),
        tz: timeZone.default("UTC").describe("time zone of cron"),
        for: milliseconds.describe("duration"),
      })
      .transform(({ for: forMs, ...window }) => ({ ...window, forMs })),
  )
  .default([])
  .describe("recurring maintenance windows, during which nobody is notified of what matches");

const dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;

/** Read to minutes since midnight. */
export const timeOfDay = z
  .string({ error: "a time such as 08:30" })
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: "a time such as 08:30" })
  .meta({ title: "time of day", description: "hours and minutes, 24 hours", examples: ["08:30"] })
  .transform((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));

const dayOrSpan = `(?:${dayNames.join("|")})(?:-(?:${dayNames.join("|")}))?`;

/** Read to the numbers of days; 0 is Sunday. */
export const days = z
  .string({ error: "days such as mon-fri or sat, sun" })
  .max(200)
  .regex(new RegExp(`^${dayOrSpan}( *, *${dayOrSpan})*$`), { error: "days such as mon-fri or sat, sun" })
  .meta({
    title: "days",
    description: "days of the week, single or as a range",
    examples: ["mon-fri", "sat, sun"],
  })
  .transform(daysOf);

/** `mon-fri, sun` → 0, 1, 2, 3, 4, 5; a range can cross the weekend. */
function daysOf(text: string): number[] {
  const found = text.split(",").flatMap((part) => {
    const [first = "", last = first] = part.trim().split("-");
    const from = dayNames.findIndex((name) => name === first);
    const length = ((dayNames.findIndex((name) => name === last) - from + 7) % 7) + 1;
    return Array.from({ length }, (_, index) => (from + index) % 7);
  });
  return [...new Set(found)].toSorted((a, b) => a - b);
}

export const digest = z
  .strictObject({
    at: timeOfDay.prefault("08:00").describe("when a day ends and its digest is sent"),
    tz: timeZone.default("UTC").describe("time zone of at"),
    receivers: receiverNames.describe("receivers of the digest; receivers that wake people are refused"),
  })
  .optional()
  .describe("a daily message about the series that stand out; no message on days without any, none at all if omitted");

export const receiverTests = z
  .strictObject({
    days: days.prefault("mon").describe("days of the week"),
    at: timeOfDay.prefault("10:00").describe("time of day, best when somebody is at work"),
    tz: timeZone.default("UTC").describe("time zone of at"),
    receivers: receiverNames.optional().describe("which receivers are tested; all if omitted"),
  })
  .optional()
  .describe(
    "a regular test message to receivers, hidden where the service can hide it; one that does not take it opens an incident; none at all if omitted",
  );

/** What every receiver can say about when and how often it is notified. */
export const deliveryPolicy = {
  hours: z
    .strictObject({
      days: days.prefault("mon-fri").describe("days of the week"),
      from: timeOfDay.describe("start of the working hours"),
      to: timeOfDay.describe("end of the working hours; on the next day if not after from"),
      tz: timeZone.default("UTC").describe("time zone of from and to"),
      outside: z
        .enum(["hold", "skip"])
        .default("hold")
        .describe("outside working hours: hold notifications until they start, or skip them"),
      pages: z.enum(["always", "within"]).default("always").describe("whether pages keep to the working hours as well"),
    })
    .transform(({ from, to, ...hours }) => ({ ...hours, fromMinute: from, toMinute: to }))
    .optional()
    .describe("working hours"),
  maxPerHour: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .meta({
      description: "rate limit: problem notifications per hour; the rest is sent as one summary",
      examples: [20],
    }),
};

export type DeliveryPolicyText = {
  readonly [Key in keyof typeof deliveryPolicy]?: z.output<(typeof deliveryPolicy)[Key]>;
};
