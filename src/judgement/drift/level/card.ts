import { readyPipeline } from "./pipeline.ts";
import { runsUntilFound } from "./replay.ts";
import type { DriftPolicy, JudgePolicy } from "../../../probe/probe.ts";
import { stageOf } from "./stages.ts";
import type { Reference } from "../learn/reference.ts";
import { type Weekend, weekendOf } from "../learn/season.ts";

/** A baseline for people: what is normal, how much is known of it, and what that can promise. */
export interface BaselineCard {
  readonly n: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Nine of ten values lie here when all is well, season aside, in the unit of the series. */
  readonly usual: { readonly low: number; readonly middle: number; readonly high: number };
  /** Half the daily swing, as a ratio; 1 = no season. */
  readonly season: number;
  /** Hours of every week that differ, once four weeks are known. */
  readonly weekend?: Weekend | undefined;
  readonly correlation: number;
  readonly margin: Reference["margin"];
  /** Changes by less than this ratio are not reported. */
  readonly floor: number;
  readonly mayPage: boolean;
  /** The promise in force for this series, and where it comes from when it is divided among several. */
  readonly falsePageEveryMs: number;
  readonly shared?: DriftPolicy["shared"];
  /** How long it takes to find a move, by replay, median; undefined: within the floor, or lost in the noise. */
  readonly findsAfterMs: readonly { readonly ratio: number; readonly afterMs: number | undefined }[];
  /** Twice the usual is not found within a day, nor is anything smaller than this ratio. */
  readonly blindBelow?: number | undefined;
}

/** Every card says how long changes of this size take to be detected. */
export const ratiosOnCards = [1.2, 1.5, 2];
/** The first of these that is found within a day, of a series in which twice the usual is not. */
const largerRatios = [3, 5, 10, 50];
const deviationsOf90 = 1.645;
const dayMs = 86_400_000;
/** Of a series that runs less often than that. */
const fewestRuns = 6;

/** `marginFactor` is the factor on its margin that people's falsePositives have earned it. */
export function cardOf(reference: Reference, policy: JudgePolicy, marginFactor = 1): BaselineCard {
  const { n, fromMs, toMs, origin, level, spread, season, correlation, margin, intervalMs } = reference;
  const { floor, mayPage } = stageOf(reference, policy);
  const at = (deviations: number): number => Math.exp(origin + level + deviations * spread);
  const [s1 = 0, c1 = 0] = season;
  const { falsePageEveryMs } = policy.drift;
  const pipeline = readyPipeline(reference, floor, marginFactor);
  const promise = { samples: falsePageEveryMs / intervalMs, floor, intervalMs };
  const foundAfterMs = (ratio: number): number | undefined => {
    const runs = Math.log(ratio) <= floor ? undefined : runsUntilFound(pipeline, ratio, promise);
    return runs === undefined ? undefined : runs * intervalMs;
  };
  const isSoon = (ratio: number): boolean =>
    (foundAfterMs(ratio) ?? Infinity) <= Math.max(dayMs, fewestRuns * intervalMs);
  return {
    n,
    fromMs,
    toMs,
    usual: { low: at(-deviationsOf90), middle: at(0), high: at(deviationsOf90) },
    season: Math.exp(Math.hypot(s1, c1)),
    weekend: weekendOf(season),
    correlation,
    margin,
    floor: Math.exp(floor),
    mayPage,
    falsePageEveryMs,
    ...(policy.drift.shared && { shared: policy.drift.shared }),
    findsAfterMs: ratiosOnCards.map((ratio) => ({ ratio, afterMs: foundAfterMs(ratio) })),
    ...(!isSoon(2) && { blindBelow: largerRatios.find(isSoon) ?? Math.max(...largerRatios) }),
  };
}
