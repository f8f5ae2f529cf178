import { normalQuantile } from "../../std/statistics-normal.ts";

/** The frozen distribution of a baseline: at most `mostKnots` of its ordered values, at evenly spaced probabilities. */
export interface RankTable {
  readonly knots: Float64Array;
  /** Scores lie in [-clip, clip]. A small sample says nothing about its own tails: 1.4 for 12 values, 3 from 740 on. */
  readonly clip: number;
}

const mostKnots = 512;
const widestClip = 3;

export function rankTable(values: readonly number[]): RankTable {
  const sorted = Float64Array.from(values).toSorted();
  const size = Math.min(mostKnots, sorted.length);
  const knots = Float64Array.from({ length: size }, (_, index) =>
    at(sorted, Math.floor(((index + 0.5) / size) * sorted.length)),
  );
  return { knots, clip: clipOf(sorted.length) };
}

export function clipOf(n: number): number {
  return Math.min(widestClip, normalQuantile(1 - 1 / (Math.max(2, n) + 1)));
}

/** Normal score of a value: quantile of its rank in the table, by mid-rank among equals, straight between knots. */
export function rankScore({ knots, clip }: RankTable, value: number): number {
  const size = knots.length;
  const below = countBelow(knots, value);
  let through = below;
  while (through < size && knots[through] === value) through += 1;
  if (through === below && (below === 0 || below === size)) return below === 0 ? -clip : clip;
  const rank = through > below ? (below + through) / 2 : below - 0.5 + fraction(knots, below, value);
  return Math.min(clip, Math.max(-clip, normalQuantile(rank / size)));
}

function countBelow(knots: Float64Array, value: number): number {
  let low = 0;
  let high = knots.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(knots, middle) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function fraction(knots: Float64Array, above: number, value: number): number {
  const from = at(knots, above - 1);
  return (value - from) / (at(knots, above) - from);
}

function at(values: Float64Array, index: number): number {
  return values[index] ?? Number.NaN;
}
