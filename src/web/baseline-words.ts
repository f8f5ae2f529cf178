import { z } from "zod";
import { atMs, name, reason } from "./api-words.ts";

/** What the API says of baselines. */
const version = z
  .object({
    version: z.number().describe("counted from 1"),
    n: z.number().describe("runs it was learned from"),
    acceptedAtMs: atMs,
    by: z.string().describe("who: the program itself, or the name of a token"),
    why: z.string().describe("why"),
  })
  .meta({ id: "BaselineVersion" });

const learning = z.object({
  done: z.number().describe("runs so far"),
  of: z.number().describe("runs that are needed"),
});

export const series = z
  .object({
    series: z
      .object({
        id: z.string().describe("its id"),
        probeId: z.string().describe("the probe, such as valid@default"),
        aspect: z.string().describe("what is compared: contract, error-shape, latency, usage or cost"),
        label: z.string().describe("the same in words"),
      })
      .describe("what is compared"),
    baseline: version.optional().describe("the newest version; missing while it is learned"),
    learning: learning.optional().describe("how far the first version is"),
    lastSlotMs: atMs,
    isIdle: z.boolean().describe("nothing is compared with it any more").optional(),
  })
  .meta({ id: "Series" });

const ms = (what: string) => z.number().describe(`${what}, in milliseconds`);
const n = z.number().describe("runs it was learned from");
const ofPromise = {
  mayPage: z.boolean().describe("false: the baseline is too young to page or differs every time, it informs at most"),
  falsePageEveryMs: ms("the promise in force: at most one false page in this time"),
  shared: z
    .object({
      everyMs: ms("the promise for all of them together"),
      pagingSeries: z.number().describe("series that may page"),
    })
    .describe("what the promise is divided from, when it is one of the whole fleet")
    .optional(),
};
const promised = { fromMs: atMs, toMs: atMs, ...ofPromise };
const found = ms("how long it takes on average to find it; missing: it is not found").optional();
const levelCard = z
  .object({
    kind: z.literal("level").describe("amounts"),
    unit: z.enum(["ms", "tokens", "microUsd"]).describe("what is counted; microUsd are millionths of a dollar"),
    n,
    ...promised,
    usual: z
      .object({
        low: z.number().describe("one of twenty lies below"),
        middle: z.number().describe("half of them lie below"),
        high: z.number().describe("one of twenty lies above"),
      })
      .describe("nine of ten values lie between low and high, season aside"),
    season: z.number().describe("half the daily swing, as a ratio; 1: none"),
    weekend: z
      .object({
        fromMs: ms("when they begin, since the beginning of a week on Thursday 00:00 UTC"),
        lengthMs: ms("how long they last"),
        depth: z.number().describe("logarithm of the ratio to other hours"),
      })
      .describe("hours of every week that differ")
      .optional(),
    correlation: z.number().describe("of one value with the next, φ"),
    margin: z
      .object({
        estimation: z.number().describe("for what is not known exactly, in deviations"),
        wander: z.number().describe("for what wanders by itself, in deviations"),
        unsteadiness: z.number().describe("how much wider values lie at their widest hours than on the whole"),
      })
      .describe("what is added for what is not known exactly, and for what wanders"),
    floor: z.number().describe("moves by less than this ratio are not told"),
    findsAfterMs: z
      .array(z.object({ ratio: z.number().describe("a move to so many times as much"), afterMs: found }))
      .describe("how long moves take to be found"),
  })
  .meta({ id: "LevelCard" });
const rateCard = z
  .object({
    kind: z.literal("rate").describe("runs that fail or do not"),
    n,
    failed: z.number().describe("those of them that failed"),
    ...promised,
    upTo: z
      .number()
      .describe("share of failing runs that is still taken for usual, from 0 to 1, at its worst part of the day"),
    upToAtLeast: z.number().describe("the same at its best part of the day"),
    findsAfterMs: z
      .array(
        z.object({
          share: z.number().describe("share of runs that fail"),
          ratio: z.number().describe("so many times what is taken for usual").optional(),
          afterMs: found,
        }),
      )
      .describe("how long more failures take to be found"),
  })
  .meta({ id: "RateCard" });
const valuesCard = z
  .object({
    kind: z.literal("values").describe("a few values that come again and again"),
    n,
    counts: z.record(z.string(), z.number()).describe("how often each was seen"),
    ...ofPromise,
    findsAfterMs: z
      .array(z.object({ ratio: z.number().describe("a count so many times the most frequent"), afterMs: found }))
      .describe("how long another count takes to be found"),
  })
  .meta({ id: "ValuesCard" });

export const history = z
  .object({
    series: series.describe("the series"),
    versions: z.array(version).describe("all that are kept, newest first"),
    normal: z.array(z.string()).describe("what the newest says is normal, in sentences"),
    card: z
      .discriminatedUnion("kind", [levelCard, rateCard, valuesCard])
      .describe(
        "a LevelCard, RateCard or ValuesCard: the same in numbers, and what is promised; missing for shapes of replies",
      )
      .optional(),
  })
  .meta({ id: "BaselineHistory" });

export const diff = z
  .object({
    from: z.number().describe("the older version"),
    to: z.number().describe("the newer version"),
    diff: z
      .looseObject({
        rows: z
          .array(
            z.object({
              path: z.string().describe("where"),
              before: z.string().describe("how it was"),
              after: z.string().describe("how it is"),
              severity: z.string().describe("how bad that would be as a finding"),
              why: z.string().describe("why so bad"),
            }),
          )
          .describe("one for each difference"),
      })
      .describe("for programs"),
    text: z.string().describe("for people"),
  })
  .meta({ id: "BaselineDiff" });

export const file = z
  .object({
    kind: z.literal("plumbline-baseline").describe("what the file is"),
    v: z.literal(1).describe("version of its form"),
    aspect: z.string().describe("what is compared; must be that of the series"),
    label: z.string().describe("the same in words"),
    version: z.number().describe("version that was exported"),
    n: z.int().min(0).describe("runs it was learned from"),
    learned: z.json().describe("what is normal; its form is the judge's own"),
  })
  .meta({ id: "BaselineFile" });

export const rejecting = z.strictObject({
  why: reason,
  to: z.int().min(1).optional().describe("the version to go back to; the one before the newest when left out"),
});

export const importing = z.strictObject({ file: file.describe("what an export gave"), why: reason });

const seriesIds = z.array(z.string().describe("id of a series"));

export const exclusion = z
  .object({
    fromMs: atMs.describe("from this time on, in milliseconds since 1970-01-01 UTC"),
    toMs: atMs.describe("until then, in milliseconds since 1970-01-01 UTC"),
    series: seriesIds.describe("of which what was learned in between was taken out"),
    learnedAgain: seriesIds.describe("those of them whose baseline was learned again without it"),
    stillCounted: z
      .array(z.string().describe("name of a series"))
      .describe("error rates and token counts that keep the runs of that time they have counted"),
    isOpen: z.boolean().describe("the incident goes on: what comes yet is not taken out"),
  })
  .meta({ id: "Exclusion" });

export const noise = z
  .object({
    seriesId: z.string().describe("the series whose page it was"),
    pages: z.number().describe("pages of it that were called noise within 90 days"),
    marginFactor: z.number().describe("factor on the margin of its bets: 1, or 1.5 from two false positives on"),
    untilMs: atMs.describe("until when it is wider, in milliseconds since 1970-01-01 UTC").optional(),
    text: z.string().describe("the same in words"),
  })
  .meta({ id: "Noise" });

export const plan = z
  .object({
    id: name.describe("its id"),
    target: z.string().optional().describe("name of the target that changes"),
    probeId: z.string().optional().describe("id of the probe that changes"),
    startsAtMs: atMs.describe("runs due from then on are of the new normal, in milliseconds since 1970-01-01 UTC"),
    by: z.string().describe("who: the name of a token, or local"),
    why: z.string().describe("why"),
  })
  .meta({ id: "PlannedChange" });

export const planned = z
  .object({
    change: plan.describe("what was planned"),
    isAhead: z.boolean().describe("it is still to come"),
    series: seriesIds.describe("which begin anew now; none when it is still to come"),
    incidents: z.array(z.string().describe("id of an incident")).describe("about them, ended by this"),
  })
  .meta({ id: "Planned" });

export const planning = z
  .strictObject({
    target: name.optional().describe("all probes of this target"),
    probe: name.optional().describe("one probe: its id, or its name when it has one location"),
    startsAtMs: atMs.describe("when it begins, in milliseconds since 1970-01-01 UTC; now when left out").optional(),
    why: reason,
  })
  .refine(({ target, probe }) => (target === undefined) !== (probe === undefined), {
    error: "name a target or a probe, one of them",
  });
