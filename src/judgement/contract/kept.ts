import { z } from "zod";
import { candidateSchema } from "./known.ts";
import { differenceKinds } from "./severity.ts";
import { severities } from "../../probe/finding-kinds.ts";

const keptSchema = z.object({
  /** What a finding says of it while it goes on, in runs without it as well. */
  finding: z.object({
    subject: z.string(),
    kind: z.enum(differenceKinds),
    severity: z.enum(severities),
    expected: z.string(),
    observed: z.string(),
    chances: z.number(),
    sightings: z.number(),
  }),
  /** Slot of the first sighting of those that count. */
  sinceMs: z.number(),
  /** Runs without it between the first sighting and the last, and since the last. */
  others: z.number(),
  missed: z.number(),
  /** Of `missed`, those of the upstreams that have shown it. */
  missedBy: z.number().default(0),
  /** By upstream: sightings, and all replies since the first. */
  by: z.record(z.string(), z.tuple([z.number(), z.number()])),
  /** Shiryaev-Roberts sums, one for each of `alternatives`. */
  sums: z.array(z.number()),
  /** Chance of it that would still be normal, when it was last seen. */
  usual: z.number(),
  /** Runs before the sums began to rise; sightings since then, and those before that came to nothing. */
  from: z.number(),
  seen: z.number(),
  earlier: z.number(),
  reported: z.boolean(),
  /** Chance was no explanation: it goes on until it is over. */
  proven: z.boolean(),
  /** It has ended, so lately that the next sighting would be more of the same. */
  over: z.boolean(),
  /** It was reported and lasted: a change, which may come back. */
  wasReported: z.boolean(),
  /** Notes only: how often it was reported. */
  notes: z.number(),
});
export type Kept = z.infer<typeof keptSchema>;

/** Since the baseline: runs judged, runs since something was reported that opens incidents, and the past of each difference. */
export const watchingSchema = z.object({
  v: z.literal(6),
  runs: z.number(),
  quiet: z.number(),
  differed: z.record(z.string(), keptSchema),
  /** Of a mixture: how often each variant answers of late. */
  shares: z.array(z.number()).default([]),
  /** Paths that replies have shown since, and the baseline has not. */
  candidates: z.record(z.string(), candidateSchema).default({}),
});
export type Watching = z.infer<typeof watchingSchema>;
