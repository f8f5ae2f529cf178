import { z } from "zod";
import type { Incident } from "../incident/incident.ts";
import { at, atMs, learning } from "./fields.ts";
import { incident } from "./incidents.ts";
import type { Plain } from "./operation.ts";

export const run = z
  .object({
    runId: z.string().describe("id of the run"),
    slotMs: at("when it was due"),
    state: z.enum(["claimed", "done", "interrupted", "missed", "skipped"]).describe("how the slot ended"),
    reason: z.string().optional().describe("why the slot did not run, such as spend-cap or overlap"),
    verdict: z.enum(["ok", "warn", "drift", "fail", "inconclusive"]).optional().describe("the verdict"),
    totalMs: z.number().optional().describe("duration of the last call, in milliseconds"),
    firstContentMs: z.number().optional().describe("time to the first content of the last call, in milliseconds"),
    tokens: z.number().optional().describe("tokens used; missing when unknown"),
    microUsd: z.number().optional().describe("cost in millionths of a US dollar; missing when unknown"),
  })
  .meta({ id: "Run", description: "one slot of a probe, and how it ended" });

const watched = z
  .looseObject({
    probeId: z.string().describe("the probe, such as valid@default"),
    target: z.string().describe("name of the target"),
    model: z.string().describe("model of the target"),
    scenario: z.string().describe("name of the scenario"),
    location: z.string().describe("location"),
    recent: z.array(run).describe("the newest runs, oldest first: at most 60, fewer if there are many probes"),
    learning: learning.optional().describe("learning progress of the slowest series; missing when all have a baseline"),
  })
  .meta({ id: "WatchedProbe" });

export const spend = z
  .object({
    target: z.string().describe("name of the target"),
    microUsd: z
      .number()
      .describe("cost in millionths of a US dollar: settled where the usage is known, reserved where it is not"),
    tokens: z.number().describe("tokens, counted in the same way"),
    requests: z.number().describe("requests, retries included"),
    unknownRuns: z.number().describe("runs of unknown usage"),
  })
  .meta({ id: "TargetSpend" });

export const errorBudget = z
  .object({
    target: z.string().describe("name of the target"),
    objective: z.enum(["availability", "latency"]).describe("objective"),
    share: z.number().describe("share of runs that must be good"),
    windowMs: z.number().describe("length of the window, in milliseconds"),
    runs: z.number().describe("runs in the window"),
    bad: z.number().describe("bad runs in the window"),
    left: z.number().describe("share of the error budget that is left; below 0: it is exceeded"),
  })
  .meta({ id: "ErrorBudget" });

export const spendCap = z
  .object({
    scope: z.string().describe("`target/<name>`, `key/<reference>` or `all`"),
    span: z.enum(["hour", "day", "month"]).describe("calendar period in UTC"),
    label: z.string().describe("name of the cap for display"),
    unit: z.enum(["microUsd", "tokens", "requests"]).describe("limited unit; microUsd: millionths of a US dollar"),
    limit: z.number().describe("the limit"),
    used: z.number().describe("used in the current period, reservations included"),
    monthUsed: z.number().describe("used since the month began"),
    monthProjected: z
      .number()
      .optional()
      .describe("projection for the whole month at the pace of the last three days; missing in the first hour"),
  })
  .meta({ id: "SpendCap" });

const pause = z
  .object({
    probeId: z.string().describe("the probe, such as valid@default"),
    by: z.string().describe("who paused the probe"),
    why: z.string().describe("the reason"),
    sinceMs: at("since when"),
  })
  .meta({ id: "Pause" });

export const overview = z.looseObject({
  atMs,
  probes: z.array(watched).describe("a page of the probes that ran within a day, those with active incidents first"),
  probesInAll: z.number().optional().describe("number of probes on all pages"),
  incidents: z.array(incident).describe("active incidents, newest first"),
  spendToday: z.array(spend).describe("spend of each target since midnight UTC"),
  spendCaps: z.array(spendCap).optional().describe("usage of each cap, once for each unit it limits"),
  errorBudgets: z.array(errorBudget).optional().describe("error budgets of targets with objectives"),
  pauses: z.array(pause).optional().describe("paused probes"),
  blind: z
    .array(
      z.object({
        target: z.string().describe("name of the target"),
        minutes: z.number().describe("minutes of the last day in which no probe of the target had a verdict"),
        limitMinutes: z.number().optional().describe("limit from the configuration (maxBlind); missing: no limit"),
      }),
    )
    .optional()
    .describe("targets without a verdict for a while, worst first"),
  deliveries: z
    .object({
      pending: z.number().describe("alerts that are being delivered"),
      failed: z.number().describe("alerts that failed for good within the last day"),
    })
    .describe("deliveries of alerts"),
});

export type RunSummary = Plain<z.output<typeof run>>;
export type ProbeOverview = Plain<z.output<typeof watched>>;
export type Pause = Plain<z.output<typeof pause>>;
export type CapView = Plain<z.output<typeof spendCap>>;
export type TargetSpend = Plain<z.output<typeof spend>>;

/** What is known now, for the live view, `status` and the web. Incidents are active ones, newest first. */
export interface Overview extends Omit<Plain<z.output<typeof overview>>, "incidents"> {
  readonly incidents: readonly Incident[];
}
