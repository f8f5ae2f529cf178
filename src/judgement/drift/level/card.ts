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
  /** About how long it takes to find a move; undefined: within the floor, or lost in the noise. */
  readonly findsAfterMs: readonly { readonly ratio: number; readonly afterMs: number | undefined }[];
}

/** Every card says how long changes of this size take to be detected. */
export const ratiosOnCards = [1.2, 1.5, 2];
/** A component's share of the promise: one of six steps of 0.8. */
const shareOfStep = 0.8 / 6;
const deviationsOf90 = 1.645;
const longestMs = 90 * 86_400_000;

/** `marginFactor` is the factor on its margin that people's falsePositives have earned it. */
export function cardOf(reference: Reference, policy: JudgePolicy, marginFactor = 1): BaselineCard {
  const { n, fromMs, toMs, origin, level, spread, season, correlation, margin } = reference;
  const { floor, mayPage } = stageOf(reference, policy);
  const at = (deviations: number): number => Math.exp(origin + level + deviations * spread);
  const [s1 = 0, c1 = 0] = season;
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
    falsePageEveryMs: policy.drift.falsePageEveryMs,
    ...(policy.drift.shared && { shared: policy.drift.shared }),
    findsAfterMs: ratiosOnCards.map((ratio) => ({
      ratio,
      afterMs: delayOf(ratio, reference, floor, policy.drift, marginFactor),
    })),
  };
}

/** (ln A + ln 1/share) / KL: what a Shiryaev-Roberts sum needs on average, with floor and margin off the shift. */
function delayOf(
  ratio: number,
  { spread, correlation, clip, margin, intervalMs }: Reference,
  floor: number,
  { falsePageEveryMs }: DriftPolicy,
  marginFactor: number,
): number | undefined {
  if (Math.log(ratio) <= floor) return undefined;
  const whitening = Math.sqrt((1 - correlation) / (1 + correlation));
  const beyondFloor = spread > 0 ? ((Math.log(ratio) - floor) / spread) * whitening : clip.scores;
  const floorInScores = spread > 0 ? (floor / spread) * whitening : 0;
  const wander = Math.max(0, marginFactor * margin.wander - floorInScores);
  const shift = Math.min(clip.scores, beyondFloor) - marginFactor * margin.estimation - wander;
  if (shift <= 0) return undefined;
  const needed = Math.log(falsePageEveryMs / intervalMs) - Math.log(shareOfStep);
  const afterMs = Math.max(1, needed / ((shift / margin.unsteadiness) ** 2 / 2)) * intervalMs;
  return afterMs > longestMs ? undefined : afterMs;
}
