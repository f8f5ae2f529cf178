import { z } from "zod";
import { at, by, givenAt, name, reason } from "./fields.ts";
import { type Operation, type Plain, subjectOf } from "./operation.ts";

const plannedChange = z
  .object({
    id: name.describe("id of the planned change"),
    target: z.string().optional().describe("name of the target that changes"),
    probeId: z.string().optional().describe("id of the probe that changes"),
    startsAtMs: at("runs that are due from then on belong to the new normal"),
    by,
    why: z.string().describe("the reason"),
  })
  .meta({ id: "PlannedChange", description: "a planned change" });

const planned = z
  .object({
    change: plannedChange,
    isAhead: z.boolean().describe("the change is in the future"),
    series: z
      .array(z.string().describe("id of a series"))
      .describe("series that learn a new normal from now on; empty if the change is in the future"),
    incidents: z.array(z.string().describe("id of an incident")).describe("incidents about them, now resolved"),
  })
  .meta({ id: "Planned" });

const newPlan = z
  .strictObject({
    target: name.optional().describe("all probes of this target"),
    probe: name.optional().describe("one probe: its id, or its name if it has one location"),
    startsAtMs: givenAt("when it begins; default: now").optional(),
    why: reason,
  })
  .refine(({ target, probe }) => (target === undefined) !== (probe === undefined), {
    error: "name either a target or a probe",
  });

export type PlanView = Plain<z.output<typeof plannedChange>>;
export type PlannedView = Plain<z.output<typeof planned>>;
export type NewPlan = Plain<z.output<typeof newPlan>>;

export const listPlans = {
  method: "GET",
  path: "/planned-changes",
  summary: "list planned changes in the future, the next first",
  scope: "read",
  answer: z.array(plannedChange),
} as const satisfies Operation;

export const createPlan = {
  method: "POST",
  path: "/planned-changes",
  summary: "plan your own change, now or later: series learn a new normal from then on, without a page",
  status: 201,
  scope: "write",
  conflicts: true,
  body: newPlan,
  answer: planned,
} as const satisfies Operation;

export const cancelPlan = {
  method: "DELETE",
  path: "/planned-changes/{id}",
  summary: "cancel a planned change that has not begun",
  scope: "write",
  subject: subjectOf("planned change in the future", "the id of the planned change"),
  answer: z.object({ cancelled: z.literal(true).describe("the change was cancelled") }),
} as const satisfies Operation;
