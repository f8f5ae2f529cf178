import { z } from "zod";

/** What the API takes and gives: checked on the way in and out, and the source of its OpenAPI document. */
const name = z.string().min(1).max(200);
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
export const atMs = z.number().describe("milliseconds since 1970-01-01 UTC");

export const why = z.object({ why: z.string().trim().min(1).max(500) });

const matcher = z
  .strictObject({
    target: name.optional(),
    probe: name.optional(),
    scenario: name.optional(),
    location: name.optional(),
    kind: findingKind.optional(),
  })
  .refine((given) => Object.keys(given).length > 0, {
    error: "at least one of target, probe, scenario, location, kind",
  })
  .describe("each given member must match; * stands for any characters");

export const newSilence = z.strictObject({
  matcher,
  startsAtMs: atMs.optional(),
  durationMs: z
    .int()
    .min(1000)
    .max(90 * 86_400_000),
  why: z.string().trim().min(1).max(500),
});

export const silence = z.object({
  id: name,
  matcher: z.record(z.string(), z.string().optional()),
  startsAtMs: atMs,
  endsAtMs: atMs,
  by: z.string(),
  why: z.string(),
});

const finding = z.object({
  kind: findingKind,
  severity: z.enum(["breaking", "risky", "informative"]),
  subject: z.string(),
  expected: z.string(),
  observed: z.string(),
  baselineVersion: z.number().optional(),
});

export const incident = z.looseObject({
  id: name,
  fingerprint: name,
  state: z.enum(["suspected", "open", "acknowledged", "resolved"]),
  target: z.string(),
  model: z.string(),
  probe: z.string(),
  scenario: z.string(),
  location: z.string(),
  kind: findingKind,
  severity: z.enum(["breaking", "risky", "informative"]),
  label: z.string(),
  badRuns: z.number(),
  judgedRuns: z.number(),
  firstBadSlotMs: atMs,
  openedAtMs: atMs.optional(),
  resolvedAtMs: atMs.optional(),
  findings: z.array(finding),
});

export const delivery = z.object({
  id: name,
  incidentId: name,
  sequence: z.number(),
  receiver: z.string(),
  summary: z.string(),
  state: z.enum(["pending", "delivered", "failed", "carried"]),
  attempts: z.number(),
  createdAtMs: atMs,
  dueAtMs: atMs,
  lastOutcome: z.looseObject({ kind: z.enum(["delivered", "failed", "gone", "refused"]) }).optional(),
});

const route = z.object({
  receiver: z.string(),
  told: z.boolean(),
  reason: z.string(),
  by: z.string().optional(),
  heldUntilMs: atMs.optional(),
});

export const history = z.object({
  incident,
  transitions: z.array(
    z.looseObject({ kind: z.string(), sequence: z.number(), atMs, reason: z.string(), routes: z.array(route) }),
  ),
  deliveries: z.array(delivery),
});

export const deliveryState = z.enum(["pending", "delivered", "failed", "carried"]);

export const act = z.object({ by: z.string(), what: z.string(), subject: z.string(), why: z.string(), atMs });
