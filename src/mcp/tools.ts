import { z } from "zod";
import { diffBaseline, getBaseline, listBaselines } from "../operate/baselines.ts";
import { acknowledgeIncident, getIncident, listIncidents } from "../operate/incidents.ts";
import type { AnyRequest, Operation, OperationRequest } from "../operate/operation.ts";
import { getRun, listProbes, listRuns, runFilters } from "../operate/probes.ts";
import { getStatus } from "../operate/status.ts";
import type { NoAnswer, ToolWorld } from "./ask-service.ts";
import { recentChanges } from "./recent-changes.ts";

/** One question that an assistant can ask. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly scope: "read" | "write";
  readonly input: z.ZodRawShape;
  /** `given` was checked against `input`. */
  answer(world: ToolWorld, given: never): Promise<{ readonly data: unknown } | NoAnswer>;
}

function tool<Input extends z.ZodRawShape>(
  name: string,
  description: string,
  input: Input,
  answer: (world: ToolWorld, given: z.output<z.ZodObject<Input>>) => Promise<{ readonly data: unknown } | NoAnswer>,
  scope: Tool["scope"] = "read",
): Tool {
  return { name, description, scope, input, answer };
}

const ask = <O extends Operation>(world: ToolWorld, operation: O, request: OperationRequest<O> & AnyRequest) =>
  world.ask(operation, request);

const text = (max: number) => z.string().min(1).max(max);
const incidentId = text(200).describe("id of the incident, as in the alert");
const seriesId = text(200).describe("id of the series, from list_baselines");

const readingTools: readonly Tool[] = [
  tool(
    "get_status",
    "State of the monitor and of everything it monitors: probes, newest runs, spend, open incidents.",
    {},
    (world) => ask(world, getStatus, {}),
  ),
  tool(
    "list_incidents",
    "Incidents, newest first: what is wrong, since when, how severe, who has acknowledged it.",
    {
      state: z.enum(["open", "all"]).default("open").describe("all: also resolved incidents"),
      limit: z.number().int().min(1).max(200).default(50).describe("maximum number of results"),
    },
    (world, query) => ask(world, listIncidents, { query }),
  ),
  tool(
    "get_incident",
    "One incident in full: findings with expected and observed values, evidence, transitions, who was notified or why not.",
    { id: incidentId },
    (world, { id }) => ask(world, getIncident, { id }),
  ),
  tool(
    "what_changed",
    "What changed in the last days: incidents that began and baselines that got a new version, for one target or model, or for all.",
    {
      about: text(200).optional().describe("part of the name of a target or model; everything if omitted"),
      days: z.number().int().min(1).max(90).default(7).describe("start of the period, as a duration before now"),
    },
    recentChanges,
  ),
  tool("list_probes", "All probes: target, model, newest run, learning progress, next due time, pause.", {}, (world) =>
    ask(world, listProbes, {}),
  ),
  tool(
    "list_runs",
    "The newest hundred runs of a probe.",
    {
      probe: text(200).describe("id of the probe, such as valid@default"),
      how: z.enum(runFilters).default("all").describe("only runs with this verdict or outcome"),
    },
    (world, query) => ask(world, listRuns, { query }),
  ),
  tool(
    "get_run",
    "One run: observations, findings, and what could not be judged. It has no prompt and no completion.",
    { id: text(300).describe("id of the run, from an incident or list_runs") },
    (world, { id }) => ask(world, getRun, { id }),
  ),
  tool(
    "list_baselines",
    "All series with their newest baseline, or how far learning is.",
    { probe: text(200).optional().describe("only series of this probe, such as valid@default") },
    (world, query) => ask(world, listBaselines, { query }),
  ),
  tool(
    "get_baseline",
    "One series: what is normal, in sentences and numbers, and every version with who accepted it and why.",
    { id: seriesId },
    (world, { id }) => ask(world, getBaseline, { id }),
  ),
  tool(
    "compare_baselines",
    "What differs between two versions of a baseline; the newest two if no version is named.",
    {
      id: seriesId,
      from: z.number().int().min(1).optional().describe("the older version"),
      to: z.number().int().min(1).optional().describe("the newer version"),
    },
    (world, { id, ...query }) => ask(world, diffBaseline, { id, query }),
  ),
  tool(
    "list_audits",
    "Audits in the folder that was named with --audits: target, when, and the decision.",
    {},
    async (world) => {
      const audits = await world.audits();
      return "problem" in audits ? audits : { data: audits };
    },
  ),
  tool(
    "get_audit",
    "One audit: decision with its reasons, worksheet, runbook record and runs.",
    { file: text(300).describe("file name, from list_audits") },
    async (world, { file }) => {
      const audits = await world.audits();
      if ("problem" in audits) return audits;
      const found = audits.some((audit) => audit.file === file) ? world.audit(file) : undefined;
      return found === undefined ? { problem: "there is no such audit: list_audits names them" } : { data: found };
    },
  ),
];

const writingTools: readonly Tool[] = [
  tool(
    "acknowledge_incident",
    "Acknowledge an incident in the name of the token: reminders stop until it is resolved. Only when a person asked for it.",
    { id: incidentId, why: text(300).describe("the reason, kept in the audit log") },
    (world, { id, why }) => ask(world, acknowledgeIncident, { id, body: { why } }),
    "write",
  ),
];

/** Questions only, unless changes are wanted as well. */
export const toolsFor = (scope: Tool["scope"]): readonly Tool[] =>
  scope === "read" ? readingTools : [...readingTools, ...writingTools];
