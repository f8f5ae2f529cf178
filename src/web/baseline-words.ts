import { z } from "zod";
import { atMs } from "./api-words.ts";

/** What the API says of baselines. */
const version = z.object({
  version: z.number(),
  n: z.number().describe("runs it was learned from"),
  acceptedAtMs: atMs,
  by: z.string(),
  why: z.string(),
});

export const series = z.object({
  series: z.object({ id: z.string(), probeId: z.string(), aspect: z.string(), label: z.string() }),
  baseline: version.optional(),
  learning: z.object({ done: z.number(), of: z.number() }).optional(),
  lastSlotMs: atMs,
  isIdle: z.boolean().describe("nothing is compared with it any more").optional(),
});

export const history = z.object({ series, versions: z.array(version), normal: z.array(z.string()) });

export const diff = z.object({
  from: z.number(),
  to: z.number(),
  diff: z.looseObject({
    rows: z.array(
      z.object({ path: z.string(), before: z.string(), after: z.string(), severity: z.string(), why: z.string() }),
    ),
  }),
  text: z.string(),
});

export const file = z.object({
  kind: z.literal("plumbline-baseline"),
  v: z.literal(1),
  aspect: z.string(),
  label: z.string(),
  version: z.number(),
  n: z.int().min(0),
  learned: z.json(),
});

export const rejecting = z.strictObject({ why: z.string().trim().min(1).max(500), to: z.int().min(1).optional() });

export const importing = z.strictObject({ file, why: z.string().trim().min(1).max(500) });
