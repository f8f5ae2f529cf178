import { remember } from "../../../std/remember.ts";
import { normalCdf, normalDensity, normalQuantile } from "../../../std/statistics-normal.ts";

export type ComponentKind = "up" | "down" | "variance" | "tail";

/**
 * One bet against "nothing has changed": log e(w) = linear w + square w² + beyond [w > limit] - offset. e has mean at most
 * 1 for scores w of the baseline, and also when their mean is off by the margin. `weight` is its share in the sum that is
 * compared with its promise. All of one shape, for this is what every sample of every series goes through.
 */
export interface Component {
  readonly kind: ComponentKind;
  readonly weight: number;
  readonly linear: number;
  readonly square: number;
  readonly beyond: number;
  readonly limit: number;
  readonly offset: number;
}

/** What a component bets on a score, as a logarithm. */
export function logE({ linear, square, beyond, limit, offset }: Component, score: number): number {
  return linear * score + square * score * score + (score > limit ? beyond : 0) - offset;
}

const idle = { linear: 0, square: 0, beyond: 0, limit: 0 };

/** Two promises, each with shares that add up to 1: of pages about the level, and of information about the rest. */
const shares: Readonly<Record<ComponentKind, number>> = { up: 0.8, down: 0.2, variance: 0.5, tail: 0.5 };
const levelSteps = [0.15, 0.25, 0.4, 0.65, 1, 2];
const spreads = [1.4, 2];
const tails = [
  { quantile: 0.95, alternative: 0.12 },
  { quantile: 0.99, alternative: 0.05 },
];
/** A tail that is this likely anyway can't be bet on. */
const likeliestTail = 0.9;

/** What is known of the scores of one series as long as nothing has changed. */
export interface Usual {
  /** They lie in [-clip, clip]. */
  readonly clip: number;
  /** How far their mean may be off. */
  readonly margin: number;
  /** The same for bets on the level, from whose scores the practical floor has been taken off already. */
  readonly levelMargin?: number;
  /** Their deviation at its widest hours. */
  readonly unsteadiness?: number;
  /** The baseline's own, where they are too few different ones to be called normal: token counts, rounded times. */
  readonly own?: readonly number[];
}

/** The bets of one series. */
export function componentsOf(usual: Usual): readonly Component[] {
  const { clip, margin, levelMargin = margin, own = [] } = usual;
  const deviation = Math.ceil((usual.unsteadiness ?? 1) * 20) / 20;
  const means =
    own.length === 0
      ? meansFor(clip, deviation)
      : meansBy((f) =>
          logMeanOf(
            f,
            own.map((it) => clipped(it * deviation, clip)),
            clip,
          ),
        );
  const levels = levelSteps.flatMap((step, index): Component[] => {
    const offset = (means.levels[index] ?? 0) + step * levelMargin;
    const weight = (kind: ComponentKind): number => shares[kind] / levelSteps.length;
    return [
      { ...idle, kind: "up", weight: weight("up"), linear: step, offset },
      { ...idle, kind: "down", weight: weight("down"), linear: -step, offset },
    ];
  });
  const variances = spreads.map((spread, index): Component => {
    const square = varianceFactor(spread);
    const offset = (means.variances[index] ?? 0) + square * (spread * margin) ** 2;
    return { ...idle, kind: "variance", weight: shares.variance / spreads.length, square, offset };
  });
  return [...levels, ...variances, ...tailComponents(clip, margin, deviation, own)];
}

function varianceFactor(spread: number): number {
  return (1 - 1 / spread ** 2) / 2;
}

interface Means {
  readonly levels: readonly number[];
  readonly variances: readonly number[];
}

/** They depend on the clip, which takes at most 740 values, and on the deviation, in steps of a twentieth. */
const meansFor = remember(
  20_000,
  (clip: number, deviation: number) => `${clip} ${deviation}`,
  (clip, deviation) => meansBy((f) => logMean(f, clip, deviation)),
);

function clipped(score: number, clip: number): number {
  return Math.max(-clip, Math.min(clip, score));
}

function meansBy(mean: (f: (score: number) => number) => number): Means {
  return {
    levels: levelSteps.map((step) => mean((w) => step * w)),
    variances: spreads.map((spread) => mean((w) => varianceFactor(spread) * w * w)),
  };
}

function tailComponents(clip: number, margin: number, deviation: number, own: readonly number[]): Component[] {
  return tails.flatMap(({ quantile, alternative }): Component[] => {
    const limit = normalQuantile(quantile);
    const ownShare = own.filter((score) => score > limit).length / Math.max(1, own.length);
    const before = Math.max(ownShare, 1 - normalCdf((limit - margin) / deviation));
    const after = Math.max(alternative, 3 * before);
    if (limit >= clip || after > likeliestTail) return [];
    const hit = Math.log(after / before);
    const miss = Math.log((1 - after) / (1 - before));
    return [{ ...idle, kind: "tail", weight: shares.tail / tails.length, beyond: hit - miss, limit, offset: -miss }];
  });
}

/** ψ = ln E exp f(W) for W normal and clipped to [-clip, clip]: Simpson's rule, and the two lumps at the ends. */
export function logMean(f: (score: number) => number, clip: number, deviation = 1): number {
  const intervals = 400;
  const width = (2 * clip) / intervals;
  let sum = 0;
  for (let index = 0; index <= intervals; index += 1) {
    const w = -clip + index * width;
    const factor = index === 0 || index === intervals ? 1 : index % 2 === 1 ? 4 : 2;
    sum += factor * Math.exp(f(w)) * normalDensity(w / deviation);
  }
  const lump = normalCdf(-clip / deviation);
  return Math.log((sum * width) / (3 * deviation) + lump * (Math.exp(f(-clip)) + Math.exp(f(clip))));
}

/** ψ over a baseline's own scores, and for what it has not shown yet the same lumps at the ends. Rising and falling bets need the larger one. */
function logMeanOf(f: (score: number) => number, own: readonly number[], clip: number): number {
  const lump = normalCdf(-clip);
  const ends = lump * (Math.exp(f(-clip)) + Math.exp(f(clip)));
  const mean = (sign: number): number => own.reduce((sum, score) => sum + Math.exp(f(sign * score)), 0) / own.length;
  return Math.log((1 - 2 * lump) * Math.max(mean(1), mean(-1)) + ends);
}
