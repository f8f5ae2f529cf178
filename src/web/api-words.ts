import { z } from "zod";
import { exportFormats } from "../operate/export.ts";

/** What the API takes and gives: checked on the way in and out, and the source of its OpenAPI document. */
export const name = z.string().min(1).max(200);
const findingKind = z.enum([
  "availability",
  "expectation",
  "policy",
  "contract",
  "error-shape",
  "latency",
  "usage",
  "budget",
  "monitor",
]);
const severity = z.enum(["breaking", "risky", "informative"]);
const moment = z.number();
export const atMs = moment.describe("milliseconds since 1970-01-01 UTC");
const at = (what: string) => moment.describe(`${what}, in milliseconds since 1970-01-01 UTC`);

export const reason = z.string().trim().min(1).max(500).describe("why: kept with the act, and told where it is told");

export const why = z.object({ why: reason });

const matcher = z
  .strictObject({
    target: name.optional().describe("name of a target"),
    probe: name.optional().describe("name of a probe"),
    scenario: name.optional().describe("name of a scenario"),
    location: name.optional().describe("name of a location"),
    kind: findingKind.optional().describe("kind of finding"),
  })
  .refine((given) => Object.keys(given).length > 0, {
    error: "at least one of target, probe, scenario, location, kind",
  })
  .meta({ id: "Matcher", description: "each given member must match; * stands for any characters" });

export const newSilence = z.strictObject({
  matcher: matcher.describe("what is muted"),
  startsAtMs: at("when it begins; now when left out").optional(),
  durationMs: z
    .int()
    .min(1000)
    .max(90 * 86_400_000)
    .describe("how long it lasts, in milliseconds"),
  why: reason,
});

export const silence = z
  .object({
    id: name.describe("its id"),
    matcher: z.record(z.string(), z.string().optional()).describe("what is muted"),
    startsAtMs: at("when it begins"),
    endsAtMs: at("when it ends"),
    by: z.string().describe("who made it: the name of a token, or local"),
    why: z.string().describe("why"),
  })
  .meta({ id: "Silence" });

const finding = z
  .object({
    kind: findingKind.describe("what kind of rule it breaks"),
    severity: severity.describe("how bad it is"),
    subject: z.string().describe("what it is about, such as a path or the total time"),
    expected: z.string().describe("what was expected"),
    observed: z.string().describe("what was seen"),
    baselineVersion: z.number().optional().describe("the version of the baseline it was compared with"),
  })
  .meta({ id: "Finding" });

const notificationLog = z
  .looseObject({
    lastNotifiedAtMs: at("when somebody was last notified").optional(),
    receivers: z
      .record(
        z.string(),
        z.object({
          notifiedAtMs: at("when it was first notified").optional(),
          rateLimitedAtMs: at("when its rate limit kept a message from it").optional(),
        }),
      )
      .optional()
      .describe("by receiver"),
    isPending: z.boolean().optional().describe("whether a notification waits for the end of a mute"),
    muted: z
      .looseObject({
        reason: z.string().describe("why: docs/alerts.md explains each"),
        by: z.string().describe("the silence, window or other incident"),
      })
      .optional()
      .describe("what muted it at its newest bad run"),
  })
  .meta({ id: "NotificationLog", description: "further members may be there" });

const group = z
  .looseObject({
    reason: z.string().describe("what explains them, such as provider-is-down or moved-together"),
    headline: z.string().describe("the sentence that says so"),
    members: z.array(z.string()).describe("what has no message of its own"),
  })
  .meta({ id: "IncidentGroup", description: "further members may be there" });

export const incident = z
  .looseObject({
    id: name.describe("its id"),
    fingerprint: name.describe("the same for everything that this may be again"),
    state: z.enum(["suspected", "open", "acknowledged", "resolved"]).describe("how it stands"),
    target: z.string().describe("name of the target"),
    model: z.string().describe("model of the target"),
    probe: z.string().describe("name of the probe"),
    scenario: z.string().describe("name of the scenario"),
    location: z.string().describe("where it was seen from"),
    kind: findingKind.describe("kind of its findings"),
    severity: severity.describe("the worst of its findings"),
    label: z.string().describe("what is compared, in words"),
    badRuns: z.number().describe("bad runs since it began"),
    judgedRuns: z.number().describe("runs that could be judged since it began"),
    firstBadSlotMs: at("due time of the first bad run"),
    openedAtMs: at("when it was opened").optional(),
    resolvedAtMs: at("when it was over").optional(),
    findings: z.array(finding).describe("the worst and newest of its findings"),
    group: group.optional().describe("of a group incident: what it stands for"),
    notifications: notificationLog.optional().describe("who was notified of it, and when"),
  })
  .meta({ id: "Incident", description: "further members may be there" });

export const deliveryState = z.enum(["pending", "delivered", "failed", "carried"]);

export const delivery = z
  .object({
    id: name.describe("its id: the webhook-id of every attempt"),
    incidentId: name.describe("the incident it tells of"),
    sequence: z.number().describe("which transition of the incident, counted from 1"),
    receiver: z.string().describe("name of the receiver"),
    summary: z.string().describe("the alert in one line"),
    state: deliveryState.describe("what became of it; carried: another message tells of it"),
    attempts: z.number().describe("how often it was tried"),
    createdAtMs: at("when it was due first"),
    dueAtMs: at("when it is tried next"),
    lastOutcome: z
      .looseObject({
        kind: z.enum(["delivered", "failed", "gone", "refused"]).describe("what the receiver made of it"),
      })
      .optional()
      .describe("of the newest attempt"),
  })
  .meta({ id: "Delivery" });

const route = z
  .object({
    receiver: z.string().describe("name of the receiver"),
    notified: z.boolean().describe("whether it is notified"),
    reason: z.string().describe("why, or why not: docs/alerts.md explains each"),
    by: z.string().optional().describe("the silence, window, route or incident behind the reason"),
    heldUntilMs: at("kept until").optional(),
  })
  .meta({ id: "Route" });

const transition = z
  .looseObject({
    kind: z.string().describe("opened, escalated, acknowledged, resolved and so on"),
    sequence: z.number().describe("counted from 1"),
    atMs: at("when"),
    reason: z.string().describe("why"),
    routes: z.array(route).describe("who is notified of it, and who is not"),
  })
  .meta({ id: "Transition", description: "further members may be there" });

export const history = z
  .object({
    incident: incident.describe("the incident"),
    transitions: z.array(transition).describe("what happened to it, oldest first"),
    deliveries: z.array(delivery).describe("what was sent of it"),
  })
  .meta({ id: "IncidentHistory" });

export const act = z
  .object({
    by: z.string().describe("who: the name of a token, a link's receiver, or local"),
    what: z.string().describe("what was done"),
    subject: z.string().describe("to what"),
    why: z.string().describe("why"),
    atMs: at("when"),
  })
  .meta({ id: "Act" });

/** Of the route that is streamed and in no table. */
export const observationsQuery = z.strictObject({
  from: z.iso.datetime({ offset: true }).describe("the first due time, ISO 8601"),
  until: z.iso.datetime({ offset: true }).describe("up to and without this due time, ISO 8601"),
  format: z.enum(exportFormats).default("ndjson").describe("NDJSON has every fact, CSV the usual columns"),
});
