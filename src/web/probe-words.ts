import { z } from "zod";
import { atMs } from "./api-words.ts";

/** What the API says of probes and runs. */
export const run = z
  .object({
    runId: z.string().describe("its id"),
    slotMs: z.number().describe("when it was due, in milliseconds since 1970-01-01 UTC"),
    state: z.enum(["claimed", "done", "interrupted", "missed", "skipped"]).describe("what became of the slot"),
    reason: z.string().optional().describe("why it was not run, such as spend-cap or overlap"),
    verdict: z.string().optional().describe("ok, warn, drift, fail or inconclusive"),
    totalMs: z.number().optional().describe("milliseconds of its last call"),
    firstContentMs: z.number().optional().describe("milliseconds until the first content of its last call"),
    tokens: z.number().optional().describe("tokens that were used; missing when not known"),
    microUsd: z.number().describe("millionths of a US dollar").optional(),
  })
  .meta({ id: "Run" });

export const runDetail = run
  .extend({
    probeId: z.string().describe("the probe, such as valid@default"),
    target: z.string().describe("name of the target"),
    model: z.string().describe("model of the target"),
    scenario: z.string().describe("name of the scenario"),
    location: z.string().describe("where it ran"),
    traceId: z.string().optional().describe("its trace"),
    findings: z.array(z.looseObject({})).describe("what was found"),
    unjudged: z.array(z.string()).describe("what could not be judged, and why"),
    observations: z.array(z.looseObject({})).describe("facts of each exchange; never prompt, completion or key"),
  })
  .meta({ id: "RunDetail" });

const cadence = z.union([
  z.object({
    kind: z.literal("every").describe("at equal distances"),
    everyMs: z.number().describe("milliseconds between two slots"),
  }),
  z.object({
    kind: z.literal("cron").describe("by a cron pattern"),
    pattern: z.string().describe("the pattern"),
    tz: z.string().describe("its time zone"),
  }),
]);

const paused = z.object({
  by: z.string().describe("who paused it"),
  why: z.string().describe("why"),
  sinceMs: atMs,
});

const learning = z.object({
  done: z.number().describe("runs so far"),
  of: z.number().describe("runs that are needed"),
});

export const probe = z
  .object({
    id: z.string().describe("its id, such as valid@default"),
    target: z.string().describe("name of the target"),
    model: z.string().describe("model of the target"),
    scenario: z.string().describe("name of the scenario"),
    location: z.string().describe("where it runs"),
    cadence: cadence.describe("when it is due"),
    paused: paused.optional().describe("there while it is paused"),
    last: run.optional().describe("its newest run"),
    nextSlotMs: z.number().describe("when it is due next, in milliseconds since 1970-01-01 UTC").optional(),
    learning: learning.optional().describe("of its series that has learned least, while any has no baseline"),
  })
  .meta({ id: "Probe" });

export const asked = z.object({
  runId: z.string().describe("the run: GET /api/v1/runs/{id} shows it when it is done"),
});
export const isDone = z.object({ done: z.literal(true).describe("it is done") });
