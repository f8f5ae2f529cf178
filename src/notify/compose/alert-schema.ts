import { z } from "zod";
import { findingKinds, severities } from "../../probe/finding-kinds.ts";
import { linkActions } from "../../incident/action-link.ts";
import type { JsonObject } from "../../std/json.ts";
import type { Alert } from "./alert.ts";

const atIso = z.iso.datetime();
const line = (max: number) => z.string().max(max);
const names = z.array(line(100)).max(200);

const change = z.object({
  what: line(100).describe("path or property that changed"),
  before: line(110),
  after: line(110),
});

const evidence = z.object({
  runId: line(200),
  traceId: line(32).optional(),
  spanId: line(16).optional(),
  requestId: line(100).optional().describe("the provider's own id of the request"),
  status: z.int().optional(),
});

const reach = z.object({
  affected: z.array(line(80)).max(8),
  moreAffected: z.int(),
  fine: z.array(line(80)).max(8),
  moreFine: z.int(),
  checkedAt: atIso.optional().describe("when these probes ran: the oldest of their runs"),
});

const control = z.object({
  act: z.enum(linkActions),
  text: line(60),
  url: z.url().describe("opens a page that asks for confirmation before it changes anything"),
  expiresAt: atIso,
});

const transition = z.enum([
  "opened",
  "reopened",
  "escalated",
  "reminded",
  "unacknowledged",
  "acknowledged",
  "resolved",
]);

const earlier = z.object({ id: z.string(), sequence: z.int(), event: transition, at: atIso, reason: z.string() });

const alertMembers = {
  version: z.literal(1),
  incidentId: z.string().describe("the same in every message about one incident of one installation"),
  fingerprint: z.string().describe("the same for every incident of one cause in one installation"),
  installation: z.string().optional().describe("identifies the Plumbline installation that sends the alert"),
  sequence: z.int().describe("number of the transition of the incident: a higher number is newer"),
  event: z.enum([...transition.options, "digest"]).describe("digest: once a day, without an incident"),
  status: z
    .enum(["firing", "acknowledged", "resolved", "information"])
    .describe("state of the incident after the event; information: a digest"),
  reason: line(120).describe("event that caused the alert"),
  at: atIso,
  kind: z.enum(findingKinds),
  severity: z.enum(severities),
  tier: z.enum(["page", "ticket"]).optional(),
  uncheckedSince: atIso.optional().describe("the newest judged run, if the incident is no longer checked"),
  summary: line(120).describe("one sentence that a person can act on"),
  changes: z.array(change).max(10).describe("worst first"),
  moreChanges: z.int().describe("changes left out"),
  target: line(80),
  model: line(80),
  scenario: line(80),
  location: line(80),
  probe: line(80),
  firstBadSlot: atIso,
  lastGoodSlot: atIso.nullable(),
  badRuns: z.int(),
  judgedRuns: z.int(),
  confirmation: z.enum(["slots", "many-runs", "asked-again"]).optional().describe("how the incident was confirmed"),
  baselineVersion: z.int().nullable().describe("baseline in the comparison; null for rules without a baseline"),
  reach: reach.nullable().describe("other probes of the target, and the same scenario elsewhere; null: not checked"),
  evidence: z.array(evidence).max(5).describe("newest last"),
  likelyCause: z
    .enum(["provider", "network", "credentials", "monitor"])
    .describe("where to look first: an estimate, not a finding"),
  nextStep: line(240),
  recurrence: line(160).optional().describe("recurrences within 14 days; missing the first time"),
  members: names.optional().describe("the members of a group incident"),
  moreMembers: z.int().optional(),
  earlier: z.array(earlier).optional().describe("messages that could not be delivered in time; this one replaces them"),
  digest: z
    .object({ pages: line(160).describe("recent pages, and the expected number of false pages") })
    .optional()
    .describe("only in a daily digest"),
  page: z.url().optional().describe("the page of the incident, when the service has a public address"),
  controls: z.array(control).optional().describe("actions by link, when the service has a public address"),
} satisfies { [Member in keyof Required<Alert>]: z.ZodType<Alert[Member]> };

const link = z.object({ text: z.string(), href: z.url() });

/**
 * What the generic webhook posts, for programs that parse it; other receivers get the same in their own form. Nothing
 * here changes within version 1. Members may be added, so parsers must ignore those that they do not know.
 */
export const alertBodySchema = z
  .object({
    type: z.union([z.templateLiteral(["plumbline.incident.", transition]), z.literal("plumbline.digest")]),
    timestamp: atIso,
    data: z.object({
      ...alertMembers,
      links: z.array(link).optional().describe("made from the configuration's templates"),
    }),
  })
  .meta({ title: "Plumbline alert, version 1" });

/** The same as JSON Schema, draft 2020-12. */
export function alertJsonSchema(): JsonObject {
  return z.toJSONSchema(alertBodySchema, {
    io: "input",
    // Zod adds patterns and bounds that repeat the format and the type.
    override({ jsonSchema }) {
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
      if (jsonSchema.type === "integer") {
        delete jsonSchema.minimum;
        delete jsonSchema.maximum;
      }
    },
  }) as JsonObject;
}
