import { z } from "zod";
import { atMs, incident } from "./api-words.ts";
import { run } from "./probe-words.ts";

/** What the API says of the whole: the picture that `status` draws. */
const watched = z
  .looseObject({
    probeId: z.string().describe("the probe, such as valid@default"),
    target: z.string().describe("name of the target"),
    model: z.string().describe("model of the target"),
    scenario: z.string().describe("name of the scenario"),
    location: z.string().describe("where it runs"),
    recent: z.array(run).describe("its newest runs, oldest first, at most 60"),
    learning: z
      .object({
        done: z.number().describe("runs so far"),
        of: z.number().describe("runs that are needed"),
      })
      .optional()
      .describe("of its series that has learned least, while any has no baseline"),
  })
  .meta({ id: "WatchedProbe" });

const spend = z
  .object({
    target: z.string().describe("name of the target"),
    microUsd: z
      .number()
      .describe("millionths of a US dollar: settled where the usage is known, reserved where it is not"),
    tokens: z.number().describe("tokens, likewise"),
    requests: z.number().describe("requests, retries included"),
    unknownRuns: z.number().describe("runs whose usage is not known"),
  })
  .meta({ id: "TargetSpend" });

const errorBudget = z
  .object({
    target: z.string().describe("name of the target"),
    objective: z.enum(["availability", "latency"]).describe("which of its objectives"),
    share: z.number().describe("share of runs that must be good"),
    windowMs: z.number().describe("over how many milliseconds"),
    runs: z.number().describe("runs in the window"),
    bad: z.number().describe("of these, bad ones"),
    left: z.number().describe("1: all of what may be bad is left; below 0: more than that was bad"),
  })
  .meta({ id: "ErrorBudget" });

const spendCap = z
  .object({
    scope: z.string().describe("`target/<name>`, `key/<reference>` or `all`"),
    span: z.enum(["hour", "day", "month"]).describe("what it is counted over, by the calendar in UTC"),
    label: z.string().describe("its name for people"),
    unit: z.enum(["microUsd", "tokens", "requests"]).describe("what it limits; money in millionths of a US dollar"),
    limit: z.number().describe("how much of it may be used"),
    used: z.number().describe("in the hour, day or month under way; what is reserved is part of it"),
    monthUsed: z.number().describe("since the month began"),
    monthProjected: z
      .number()
      .optional()
      .describe(
        "what the month will have come to at the pace of the last three days; absent before a whole hour is known",
      ),
  })
  .meta({ id: "SpendCap" });

const pause = z
  .object({
    probeId: z.string().describe("the probe, such as valid@default"),
    by: z.string().describe("who paused it"),
    why: z.string().describe("why"),
    sinceMs: atMs,
  })
  .meta({ id: "Pause" });

export const status = z.object({
  schema: z.literal(1).describe("version of the form"),
  data: z
    .looseObject({
      atMs,
      probes: z.array(watched).describe("every probe that has run or is configured"),
      incidents: z.array(incident).describe("open and acknowledged ones, newest first"),
      spendToday: z.array(spend).describe("what targets have used since midnight UTC"),
      spendCaps: z
        .array(spendCap)
        .optional()
        .describe("how each cap stands, once for each unit it limits, with the month's projection"),
      errorBudgets: z.array(errorBudget).optional().describe("of targets that have objectives"),
      pauses: z.array(pause).optional().describe("probes that somebody has stopped"),
      deliveries: z
        .object({
          pending: z.number().describe("on their way"),
          failed: z.number().describe("given up within the last day"),
        })
        .describe("alerts"),
    })
    .describe("everything that is watched"),
  health: z
    .object({
      live: z.boolean().describe("as /healthz tells it"),
      ready: z.boolean().describe("as /readyz tells it"),
      reasons: z.array(z.string()).describe("what is wrong, in words"),
    })
    .describe("the service itself"),
});
