import { z } from "zod";
import { at } from "./fields.ts";

/** What is normal of one series in numbers, and what is promised of its alerts. */
const ms = (what: string) => z.number().describe(`${what}, in milliseconds`);
const n = z.number().describe("runs it was learned from");
const learnedFrom = { fromMs: at("when the first of them was due"), toMs: at("when the last of them was due") };
const promised = {
  mayPage: z.boolean().describe("false: the baseline is too young or too unsteady to page; it informs at most"),
  falsePageEveryMs: ms("the promise in force: at most one false page in this time"),
  shared: z
    .object({
      everyMs: ms("the promise for all series together"),
      pagingSeries: z.number().describe("series that may page"),
    })
    .optional()
    .describe("where the promise comes from, if it is divided among the whole fleet"),
};
const found = ms("how long it takes to find it; missing: it is not found").optional();

const levelCard = z
  .object({
    kind: z.literal("level").describe("amounts"),
    unit: z.enum(["ms", "tokens", "microUsd"]).describe("the unit; microUsd: millionths of a US dollar"),
    n,
    ...learnedFrom,
    ...promised,
    usual: z
      .object({
        low: z.number().describe("5th percentile"),
        middle: z.number().describe("median"),
        high: z.number().describe("95th percentile"),
      })
      .describe("nine of ten values are between low and high, season aside"),
    season: z.number().describe("half the daily swing, as a ratio; 1: none"),
    weekend: z
      .object({
        fromMs: ms("beginning, counted from the start of a week on Thursday 00:00 UTC"),
        lengthMs: ms("length"),
        depth: z.number().describe("logarithm of the ratio to other hours"),
      })
      .optional()
      .describe("hours of every week that differ"),
    correlation: z.number().describe("correlation of one value with the next, φ"),
    margin: z
      .object({
        estimation: z.number().describe("for the error of estimation, in deviations"),
        wander: z.number().describe("for slow drift without a cause, in deviations"),
        unsteadiness: z.number().describe("how much wider values spread at their widest hours"),
      })
      .describe("the margin that is added for what is not known exactly"),
    floor: z.number().describe("smaller ratios are not reported"),
    findsAfterMs: z
      .array(z.object({ ratio: z.number().describe("a move to so many times the usual value"), afterMs: found }))
      .describe("how long moves take to be found: median of replays of the baseline with such a move"),
    blindBelow: z
      .number()
      .optional()
      .describe("present if twice the usual is not found within a day: nor is any smaller ratio than this"),
  })
  .meta({ id: "LevelCard" });

const rateCard = z
  .object({
    kind: z.literal("rate").describe("runs that fail or succeed"),
    n,
    failed: z.number().describe("runs that failed"),
    ...learnedFrom,
    ...promised,
    upTo: z.number().describe("largest share of failing runs that is still usual, at the worst part of the day"),
    upToAtLeast: z.number().describe("the same at the best part of the day"),
    findsAfterMs: z
      .array(
        z.object({
          share: z.number().describe("share of runs that fail"),
          ratio: z.number().optional().describe("the same as a multiple of what is usual"),
          afterMs: found,
        }),
      )
      .describe("how long more failures take to be found"),
  })
  .meta({ id: "RateCard" });

const valuesCard = z
  .object({
    kind: z.literal("values").describe("a few values that repeat"),
    n,
    counts: z.record(z.string(), z.number()).describe("how often each was observed"),
    ...promised,
    findsAfterMs: z
      .array(z.object({ ratio: z.number().describe("a count so many times the most frequent"), afterMs: found }))
      .describe("how long another count takes to be found"),
  })
  .meta({ id: "ValuesCard" });

export const card = z.discriminatedUnion("kind", [levelCard, rateCard, valuesCard]);
