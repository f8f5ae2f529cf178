import { z } from "zod";
import { delivery } from "./deliveries.ts";
import { at, because, finding, findingKind, name, severity } from "./fields.ts";
import { type Operation, type Plain, subjectOf } from "./operation.ts";

const groupMembers = z
  .looseObject({
    reason: z.string().describe("common cause, such as provider-is-down or moved-together"),
    headline: z.string().describe("the reason as a sentence"),
    members: z.array(z.string()).describe("probes or series that send no separate notifications"),
  })
  .meta({
    id: "Covers",
    description: "of a group incident: the incidents it stands for; further members are possible",
  });

const notificationLog = z
  .looseObject({
    lastNotifiedAtMs: at("when somebody was last notified").optional(),
    receivers: z
      .record(
        z.string(),
        z.object({
          notifiedAtMs: at("when it was first notified").optional(),
          rateLimitedAtMs: at("when its rate limit held back a message").optional(),
        }),
      )
      .optional()
      .describe("notifications by receiver"),
    isPending: z.boolean().optional().describe("a notification waits for the end of a mute"),
    muted: z
      .looseObject({
        reason: z.string().describe("the reason; docs/alerts.md explains each"),
        by: z.string().describe("the silence, maintenance window or other incident"),
      })
      .optional()
      .describe("why the newest bad run caused no notification"),
  })
  .meta({ id: "NotificationLog", description: "who was notified, and when; further members are possible" });

export const incident = z
  .looseObject({
    id: name.describe("id of the incident"),
    fingerprint: name.describe("identity of the problem: a recurrence has the same fingerprint"),
    state: z.enum(["suspected", "open", "acknowledged", "resolved"]).describe("state of the incident"),
    target: z.string().describe("name of the target"),
    model: z.string().describe("model of the target"),
    probe: z.string().describe("name of the probe"),
    scenario: z.string().describe("name of the scenario"),
    location: z.string().describe("location of the worker"),
    kind: findingKind.describe("kind of the findings"),
    severity: severity.describe("severity of the worst finding"),
    label: z.string().describe("what is compared, in words"),
    badRuns: z.number().describe("bad runs since the incident began"),
    judgedRuns: z.number().describe("judged runs since the incident began"),
    firstBadSlotMs: at("when the first bad run was due"),
    openedAtMs: at("when it was opened").optional(),
    resolvedAtMs: at("when it was resolved").optional(),
    acknowledged: z
      .looseObject({
        by: z.string().describe("who acknowledged the incident"),
        why: z.string().describe("the reason"),
        atMs: at("when"),
      })
      .optional()
      .describe("who acknowledged the incident; missing before"),
    findings: z.array(finding).describe("worst and newest findings"),
    evidence: z
      .array(
        z.looseObject({
          runId: z.string().describe("id of the run"),
          traceId: z.string().optional().describe("trace ID of the run"),
          requestId: z.string().optional().describe("the provider's id of the request"),
          status: z.number().optional().describe("HTTP status of the reply"),
        }),
      )
      .describe("bad runs, newest last"),
    group: groupMembers.optional(),
    notifications: notificationLog.optional(),
  })
  .meta({ id: "Incident", description: "an incident; further members are possible" });

const route = z
  .object({
    receiver: z.string().describe("name of the receiver"),
    notified: z.boolean().describe("whether the receiver was notified"),
    reason: z.string().describe("reason for or against the notification; docs/alerts.md explains each"),
    by: z.string().optional().describe("the silence, window, route or incident behind the reason"),
    heldUntilMs: at("until when the message is held back").optional(),
  })
  .meta({ id: "Route" });

const transition = z
  .looseObject({
    kind: z.string().describe("such as opened, escalated, acknowledged or resolved"),
    sequence: z.number().describe("counted from 1"),
    atMs: at("when"),
    reason: z.string().describe("reason"),
    routes: z.array(route).describe("every receiver: notified or not, and why"),
  })
  .meta({ id: "Transition", description: "further members are possible" });

const history = z
  .object({
    incident,
    transitions: z.array(transition).describe("transitions, oldest first"),
    deliveries: z.array(delivery).describe("messages about the incident"),
  })
  .meta({ id: "IncidentHistory" });

/** An incident as the API shows it. */
export type IncidentView = Plain<z.output<typeof incident>>;
export type IncidentHistoryView = Plain<z.output<typeof history>>;

const subject = subjectOf("incident", "the id of the incident, as in the alert");

export const listIncidents = {
  method: "GET",
  path: "/incidents",
  summary: "list active incidents, newest first; state=all includes resolved ones",
  scope: "read",
  query: z.object({
    state: z.enum(["open", "all"]).default("open").describe("all: also resolved incidents"),
    limit: z.coerce.number().int().min(1).max(5000).default(500).describe("maximum number of incidents"),
  }),
  answer: z.array(incident),
} as const satisfies Operation;

export const getIncident = {
  method: "GET",
  path: "/incidents/{id}",
  summary: "show one incident: its transitions, who was notified or why not, and its deliveries",
  scope: "read",
  subject,
  answer: history,
} as const satisfies Operation;

export const acknowledgeIncident = {
  method: "POST",
  path: "/incidents/{id}/acknowledge",
  summary: "acknowledge an incident: reminders stop until it is resolved",
  scope: "write",
  subject,
  conflicts: true,
  body: because,
  answer: incident,
} as const satisfies Operation;

export const resolveIncident = {
  method: "POST",
  path: "/incidents/{id}/resolve",
  summary: "resolve an incident by hand; further bad runs open a new one",
  scope: "write",
  subject,
  conflicts: true,
  body: because,
  answer: incident,
} as const satisfies Operation;

const seriesIds = z.array(z.string().describe("id of a series"));

const exclusion = z
  .object({
    fromMs: at("beginning of the excluded time"),
    toMs: at("end of the excluded time"),
    series: seriesIds.describe("series whose learned data of that time was removed"),
    learnedAgain: seriesIds.describe("series whose baseline was learned again without that time"),
    stillCounted: z
      .array(z.string().describe("name of a series"))
      .describe("series of error rates and token counts that still contain runs of that time"),
    isOpen: z.boolean().describe("the incident is still active: later runs are not excluded"),
  })
  .meta({ id: "Exclusion" });

const noise = z
  .object({
    seriesId: z.string().describe("the series that caused the page"),
    pages: z.number().describe("false positives of the series within 90 days"),
    marginFactor: z.number().describe("factor of the margin: 1, or 1.5 after two false positives"),
    untilMs: at("until when the margin is wider").optional(),
    text: z.string().describe("description"),
  })
  .meta({ id: "Noise" });

export type ExclusionView = Plain<z.output<typeof exclusion>>;
export type NoiseView = Plain<z.output<typeof noise>>;

export const excludeIncident = {
  method: "POST",
  path: "/incidents/{id}/exclude",
  summary: "exclude the time of a real incident from learning, for all series of its probe",
  scope: "write",
  subject,
  conflicts: true,
  body: because,
  answer: exclusion,
} as const satisfies Operation;

export const markAsNoise = {
  method: "POST",
  path: "/incidents/{id}/noise",
  summary: "mark an alert as a false positive; a second one within 90 days makes the margin of its series 50 % wider",
  scope: "write",
  subject,
  conflicts: true,
  body: because,
  answer: noise,
} as const satisfies Operation;
