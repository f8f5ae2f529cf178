import { z } from "zod";
import { atMs } from "./api-words.ts";

/** What the API says of probes and runs. */
export const run = z.object({
  runId: z.string(),
  slotMs: atMs,
  state: z.enum(["claimed", "done", "interrupted", "missed", "skipped"]),
  reason: z.string().optional(),
  verdict: z.string().optional(),
  totalMs: z.number().optional(),
  firstContentMs: z.number().optional(),
  tokens: z.number().optional(),
  microUsd: z.number().describe("millionths of a US dollar").optional(),
});

export const runDetail = run.extend({
  probeId: z.string(),
  target: z.string(),
  model: z.string(),
  scenario: z.string(),
  location: z.string(),
  traceId: z.string().optional(),
  findings: z.array(z.looseObject({})),
  unjudged: z.array(z.string()),
  observations: z.array(z.looseObject({})).describe("facts of each exchange; never prompt, completion or key"),
});

export const probe = z.object({
  id: z.string(),
  target: z.string(),
  model: z.string(),
  scenario: z.string(),
  location: z.string(),
  cadence: z.union([
    z.object({ kind: z.literal("every"), everyMs: z.number() }),
    z.object({ kind: z.literal("cron"), pattern: z.string(), tz: z.string() }),
  ]),
  paused: z.object({ by: z.string(), why: z.string(), sinceMs: atMs }).optional(),
  last: run.optional(),
  nextSlotMs: atMs.optional(),
  learning: z.object({ done: z.number(), of: z.number() }).optional(),
});

export const asked = z.object({ runId: z.string() });
export const isDone = z.object({ done: z.literal(true) });
