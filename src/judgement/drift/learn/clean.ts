import { median, robustSpread } from "../../../std/statistics.ts";

/** A segment of this many four-hour blocks can be the baseline's level: one day, or more than a weekend when there are five. */
const fewestOfLevel = 6;
const moreThanWeekend = 15;
/** Weekends differ by less than half. */
const mostOfWeekend = Math.log(1.5);
/** At least this many spreads away from the level: a disturbance and not the series' own wander. */
const farAway = 3;

/**
 * Which blocks of a baseline belong to its level, by their means: binary segmentation with penalty 3 ln(K) s²; the
 * last segment that is long enough is the level; segments far from it are dropped with a neighbour block on each side.
 * An incident inside a baseline otherwise widens its margin for weeks. What comes and goes by days is the series' own:
 * weekends are kept.
 */
export function blocksOfLevel(levels: readonly number[]): readonly boolean[] {
  const keepAll = levels.map(() => true);
  if (levels.length < 2 * fewestOfLevel) return keepAll;
  const steps = levels.slice(1).map((value, index) => value - (levels[index] ?? 0));
  const spread = robustSpread(steps) / Math.SQRT2;
  if (!(spread > 0)) return keepAll;
  const penalty = 3 * Math.log(levels.length) * spread ** 2;
  const cuts = [0, ...split(levels, 0, levels.length, penalty), levels.length];
  // A series that wanders has segments of its own making: they are not far by the spread of all its blocks.
  const far = farAway * Math.max(spread, robustSpread(levels));
  const middleOf = ({ from, to }: Segment): number => median(levels.slice(from, to));
  const between = (one: Segment, other: Segment): number => Math.abs(middleOf(one) - middleOf(other));
  const segments: Segment[] = [];
  for (const [index, to] of cuts.slice(1).entries()) {
    const segment = { from: cuts[index] ?? 0, to };
    const last = segments.at(-1);
    if (last === undefined || between(last, segment) > far) segments.push(segment);
    else segments.splice(-1, 1, { from: last.from, to });
  }
  const fewest = levels.length >= 2 * moreThanWeekend ? moreThanWeekend : fewestOfLevel;
  const level = segments.findLast(({ from, to }) => to - from >= fewest);
  if (level === undefined) return keepAll;
  const kept = [...keepAll];
  let wasLevel = false;
  for (const segment of segments) {
    const { from, to } = segment;
    const isFar = between(segment, level) > far;
    const isShort = to - from < fewestOfLevel;
    const isOwn = wasLevel && !isShort && between(segment, level) < mostOfWeekend;
    if (isFar && !isOwn) kept.fill(false, Math.max(0, from - 1), to + 1);
    if (!isFar && !isShort) wasLevel = true;
  }
  return kept.filter(Boolean).length >= fewestOfLevel ? kept : keepAll;
}

interface Segment {
  readonly from: number;
  readonly to: number;
}

/** Places where cutting [from, to) lowers the squared error by more than the penalty, in order. */
function split(values: readonly number[], from: number, to: number, penalty: number): number[] {
  let best = penalty;
  let place = 0;
  let left = 0;
  const total = sum(values, from, to);
  for (let cut = from + 1; cut < to; cut += 1) {
    left += values[cut - 1] ?? 0;
    const [before, after] = [cut - from, to - cut];
    const gain = left ** 2 / before + (total - left) ** 2 / after - total ** 2 / (to - from);
    if (gain > best) [best, place] = [gain, cut];
  }
  if (place === 0) return [];
  return [...split(values, from, place, penalty), place, ...split(values, place, to, penalty)];
}

function sum(values: readonly number[], from: number, to: number): number {
  let total = 0;
  for (let index = from; index < to; index += 1) total += values[index] ?? 0;
  return total;
}
