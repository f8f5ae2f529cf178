import { remember } from "../../../std/remember.ts";
import { normalQuantile } from "../../../std/statistics-normal.ts";
import { median } from "../../../std/statistics.ts";

/** The frozen distribution of a baseline: at most `mostKnots` of its ordered values, at evenly spaced probabilities. */
export interface RankTable {
  /** In steps of 1 / `perUnit`: what is equal there is a tie. */
  readonly knots: Int16Array;
  readonly perUnit: number;
  /** How many knots lie below every 2^`shift` steps from the first knot on: where to begin looking. */
  readonly starts: Uint16Array;
  readonly shift: number;
  /** Normal scores of the ranks 0, ½, 1 … of as many knots. */
  readonly scores: Float64Array;
  /** Scores lie in [-clip, clip]. A small sample says nothing about its own tails: 1.4 for 12 values, 3 from 740 on. */
  readonly clip: number;
}

const mostKnots = 512;
const widestClip = 3;
const mostStarts = 128;
const farthest = 32_767;

export function rankTable(values: readonly number[], perUnit: number): RankTable {
  const sorted = Float64Array.from(values).toSorted();
  const size = Math.min(mostKnots, sorted.length);
  const knots = Int16Array.from({ length: size }, (_, index) => {
    const value = sorted[Math.floor(((index + 0.5) / size) * sorted.length)] ?? 0;
    return Math.max(-farthest, Math.min(farthest, Math.round(value * perUnit)));
  });
  return rankTableOf(knots, perUnit, clipOf(sorted.length));
}

export function rankTableOf(knots: Int16Array, perUnit: number, clip: number): RankTable {
  const first = knots[0] ?? 0;
  const span = (knots.at(-1) ?? 0) - first;
  const shift = Math.max(0, Math.ceil(Math.log2((span + 1) / mostStarts)));
  const starts = new Uint16Array((span >> shift) + 2);
  for (let index = 0; index < starts.length; index += 1) {
    starts[index] = countBelowIn(knots, first + (index << shift), 0, knots.length);
  }
  return { knots, perUnit, starts, shift, scores: scoresOf(knots.length), clip };
}

export function clipOf(n: number): number {
  return Math.min(widestClip, normalQuantile(1 - 1 / (Math.max(2, n) + 1)));
}

/** Normal score of a value: that of its rank in the table, by mid-rank among equals, straight between two knots. */
export function rankScore(table: RankTable, value: number): number {
  const { knots, scores, clip } = table;
  // As Math.round, which is no single instruction.
  const step = Math.floor(value * table.perUnit + 0.5);
  if (step < (knots[0] as number)) return -clip;
  const below = countBelow(table, step);
  if (below === knots.length) return clip;
  const above = knots[below] as number;
  if (above === step) return clipped(scores[below + countBelow(table, step + 1)] as number, clip);
  const under = knots[below - 1] as number;
  const [low, high] = [scores[2 * below - 1] as number, scores[2 * below + 1] as number];
  return clipped(low + ((high - low) * (step - under)) / (above - under), clip);
}

/** Beyond this many spreads further is no further. */
const farthestScore = 8;

/**
 * The same, but beyond the table it goes on by spreads: what is whitened after must keep its size, or a lasting change of
 * neighbors that resemble each other would be lost in what is taken off them.
 */
export function farScore(table: RankTable, value: number, spread: number): number {
  const { knots, perUnit } = table;
  const score = rankScore(table, value);
  if (spread <= 0) return score;
  const step = value * perUnit;
  const above = step - (knots.at(-1) as number);
  if (above > 0) return Math.min(farthestScore, score + above / perUnit / spread);
  const below = (knots[0] as number) - step;
  return below > 0 ? Math.max(-farthestScore, score - below / perUnit / spread) : score;
}

/** Few different values, seen again and again and at least half a percent apart, as token counts are. Of logs only. */
export function isTied({ knots, perUnit }: RankTable): boolean {
  const different = [...new Set(knots)];
  if (2 * different.length >= knots.length) return false;
  return median(different.slice(1).map((knot, index) => knot - (different[index] ?? 0))) >= leastGap * perUnit;
}

const leastGap = 0.005;

/** The scores of what the table was made of. */
export function ownScores(table: RankTable): number[] {
  return Array.from(table.knots, (knot) => rankScore(table, knot / table.perUnit));
}

function clipped(score: number, clip: number): number {
  return score > clip ? clip : score < -clip ? -clip : score;
}

function countBelow({ knots, starts, shift }: RankTable, step: number): number {
  const offset = step - (knots[0] as number);
  if (offset <= 0) return 0;
  const start = offset >> shift;
  if (start + 1 >= starts.length) return countBelowIn(knots, step, 0, knots.length);
  return countBelowIn(knots, step, starts[start] as number, starts[start + 1] as number);
}

function countBelowIn(knots: Int16Array, step: number, from: number, to: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((knots[middle] as number) < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Normal scores of the ranks 0, ½, 1 … `size`. */
const scoresOf = remember(
  mostKnots + 1,
  (size: number) => size,
  (size) => Float64Array.from({ length: 2 * size + 1 }, (_, halves) => normalQuantile(halves / (2 * size))),
);
