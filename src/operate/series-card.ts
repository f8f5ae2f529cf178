import { z } from "zod";
import { at } from "./fields.ts";

/** What is normal of one series in numbers, and what is promised of its alerts. */
const ms = (what: string) => z.number().describe(`${what}, in milliseconds`);
const n = z.number().describe("number of runs in the baseline");
const learnedFrom = { fromMs: at("when the first of them was due"), toMs: at("when the last of them was due") };
const promised = {
  mayPage: z
    .boolean()
    .describe("false: the baseline is too young or unsteady to page; changes are informative at most"),
  falsePageEveryMs: ms("the promise in force: at most one false page in this time"),
  shared: z
    .object({
      everyMs: ms("the promise for all series together"),
      pagingSeries: z.number().describe("series that may page"),
    })
    .optional()
    .describe("source of the promise, if all series share it"),
};
const found = ms("how long it takes to find it; missing: it is not found").optional();

const levelCard = z
  .object({
    kind: z.literal("level").describe("distribution of the values"),
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
      .describe("90 % of values are between low and high, after removing the daily pattern"),
    season: z.number().describe("half the daily range, as a ratio; 1: none"),
    weekend: z
      .object({
        fromMs: ms("beginning, counted from the start of a week on Thursday 00:00 UTC"),
        lengthMs: ms("length"),
        depth: z.number().describe("logarithm of the ratio to other hours"),
      })
      .optional()
      .describe("hours of the week that differ"),
    correlation: z.number().describe("correlation of one value with the next, φ"),
    margin: z
      .object({
        estimation: z.number().describe("part for the estimation error, in standard deviations"),
        wander: z.number().describe("part for slow drift without a cause, in standard deviations"),
        unsteadiness: z.number().describe("spread of values in their widest hours, as a multiple of the usual spread"),
      })
      .describe("margin for uncertainty"),
    floor: z.number().describe("smaller ratios are not reported"),
    findsAfterMs: z
      .array(
        z.object({
          ratio: z.number().describe("size of the change, as a multiple of the usual value"),
          afterMs: found,
        }),
      )
      .describe("time to detect a change: median of replays of the baseline with that change"),
    blindBelow: z
      .number()
      .optional()
      .describe("smallest change that is detected within a day, as a ratio; missing if below 2"),
  })
  .meta({ id: "LevelCard" });

const rateCard = z
  .object({
    kind: z.literal("rate").describe("runs that fail or succeed"),
    n,
    failed: z.number().describe("runs that failed"),
    ...learnedFrom,
    ...promised,
    upTo: z.number().describe("largest share of failing runs that counts as normal, in the worst part of the day"),
    upToAtLeast: z.number().describe("the same share in the best part of the day"),
    findsAfterMs: z
      .array(
        z.object({
          share: z.number().describe("share of runs that fail"),
          ratio: z.number().optional().describe("the change, as a multiple of the usual share"),
          afterMs: found,
        }),
      )
      .describe("time to detect more failures"),
  })
  .meta({ id: "RateCard" });

const valuesCard = z
  .object({
    kind: z.literal("values").describe("a few values that repeat"),
    n,
    counts: z.record(z.string(), z.number()).describe("how often each was observed"),
    ...promised,
    findsAfterMs: z
      .array(
        z.object({
          ratio: z.number().describe("token count, as a multiple of the most frequent count"),
          afterMs: found,
        }),
      )
      .describe("time to detect another count"),
  })
  .meta({ id: "ValuesCard" });

export const card = z.discriminatedUnion("kind", [levelCard, rateCard, valuesCard]);
