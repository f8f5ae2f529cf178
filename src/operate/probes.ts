import { z } from "zod";
import { at, because, finding, learning } from "./fields.ts";
import { type Operation, type Plain, subjectOf } from "./operation.ts";
import { run } from "./overview.ts";

const runDetail = run
  .extend({
    probeId: z.string().describe("the probe, such as valid@default"),
    target: z.string().describe("name of the target"),
    model: z.string().describe("model of the target"),
    scenario: z.string().describe("name of the scenario"),
    location: z.string().describe("location of the worker"),
    traceId: z.string().optional().describe("trace ID of the run"),
    findings: z.array(finding).describe("findings of the run"),
    unjudged: z.array(z.string()).describe("what could not be judged, and why"),
    observations: z.array(z.looseObject({})).describe("facts of each exchange; never a prompt, completion or key"),
  })
  .meta({ id: "RunDetail" });

const cadence = z.union([
  z.object({
    kind: z.literal("every").describe("at a fixed interval"),
    everyMs: z.number().describe("the interval, in milliseconds"),
  }),
  z.object({
    kind: z.literal("cron").describe("by a cron pattern"),
    pattern: z.string().describe("the pattern"),
    tz: z.string().describe("time zone of the pattern"),
  }),
]);

const paused = z.object({
  by: z.string().describe("who paused the probe"),
  why: z.string().describe("the reason"),
  sinceMs: at("since when"),
});

const probe = z
  .object({
    id: z.string().describe("id of the probe, such as valid@default"),
    target: z.string().describe("name of the target"),
    model: z.string().describe("model of the target"),
    scenario: z.string().describe("name of the scenario"),
    location: z.string().describe("location"),
    cadence: cadence.describe("due time of the slot"),
    paused: paused.optional().describe("who paused the probe, and why; missing while it is active"),
    last: run.optional(),
    nextSlotMs: at("when it is due next").optional(),
    learning: learning.optional().describe("learning progress of the slowest series; missing when all have a baseline"),
  })
  .meta({ id: "Probe" });

export type ProbeView = Plain<z.output<typeof probe>>;
export type RunDetail = Plain<z.output<typeof runDetail>>;

const subject = subjectOf("probe", "the id of the probe, such as valid@default");

export const listProbes = {
  method: "GET",
  path: "/probes",
  summary: "list all configured probes: newest run, learning progress, next due time, pause",
  scope: "read",
  answer: z.array(probe),
} as const satisfies Operation;

export const runProbeNow = {
  method: "POST",
  path: "/probes/{id}/run",
  summary: "run a probe once now, outside its schedule; spend caps apply",
  scope: "write",
  subject,
  conflicts: true,
  answer: z.object({ runId: z.string().describe("the run: GET /api/v1/runs/{id} shows it once it is done") }),
} as const satisfies Operation;

const isDone = z.object({ done: z.literal(true).describe("the operation succeeded") });

export const pauseProbe = {
  method: "POST",
  path: "/probes/{id}/pause",
  summary: "pause a probe: Plumbline skips its slots and sends nothing until you resume it",
  scope: "write",
  subject,
  conflicts: true,
  body: because,
  answer: isDone,
} as const satisfies Operation;

export const resumeProbe = {
  method: "POST",
  path: "/probes/{id}/resume",
  summary: "resume a paused probe",
  scope: "write",
  subject,
  conflicts: true,
  answer: isDone,
} as const satisfies Operation;

/** What lists of runs can be narrowed to. */
export const runFilters = [
  "all",
  "ok",
  "warn",
  "drift",
  "fail",
  "inconclusive",
  "missed",
  "skipped",
  "interrupted",
] as const;
export type RunFilter = (typeof runFilters)[number];

export const listRuns = {
  method: "GET",
  path: "/runs",
  summary: "list the newest hundred runs of a probe, newest first",
  scope: "read",
  subject,
  query: z.object({
    probe: z.string().min(1).max(200).describe("id of the probe, such as valid@default"),
    how: z.enum(runFilters).default("all").describe("only runs with this verdict or outcome"),
  }),
  answer: z.array(run),
} as const satisfies Operation;

export const getRun = {
  method: "GET",
  path: "/runs/{id}",
  summary: "show one run: observations, findings, and what could not be judged",
  scope: "read",
  subject: subjectOf("run", "the id of the run"),
  answer: runDetail,
} as const satisfies Operation;
