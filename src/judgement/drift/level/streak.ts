import { type Check, isNumber, objectOf } from "../../../std/check.ts";
import type { Sample } from "../learn/learning.ts";
import type { RankTable } from "../learn/rank-table.ts";

/** The far end of a distribution of logs: those beyond `from`, a `share` of all, are `excess` beyond it on average. */
export interface Tail {
  readonly from: number;
  readonly excess: number;
  readonly share: number;
}

/**
 * How far three neighbors of a baseline go together, upward and downward: from the level, and from where the run before them
 * lets them be expected. `down` is measured downward.
 */
export interface Streaks {
  readonly up: Tail;
  readonly down: Tail;
  readonly jumpUp: Tail;
  readonly jumpDown: Tail;
}

const isTail = objectOf<Tail>({ from: isNumber, excess: isNumber, share: isNumber });
export const isStreaks: Check<Streaks> = objectOf<Streaks>({
  up: isTail,
  down: isTail,
  jumpUp: isTail,
  jumpDown: isTail,
});

/** A single run never counts for a change. */
export const streakRuns = 3;
const windowRuns = streakRuns + 1;
/** The tail is measured on the farthest fiftieth of the windows, on ten at least. */
const tailShare = 0.02;
const fewestInTail = 10;
/** In spreads: where values are few, those beyond the tail's beginning are all alike. */
const leastExcess = 1 / 6;
/** 95 % bound on the mean of so few. */
const upperBound = 1.645;
/** Each of the four has this part of the promise of a series. */
const shareOfEach = 1 / 16;
/** What the bets have of it. */
export const shareOfBets = 1 - 4 * shareOfEach;
/** Nothing smaller is far: bets find it. */
const leastFar = Math.log(1.25);

/** `logs` are those of the samples, less their season and level. */
export function streaksOf(
  samples: readonly Sample[],
  logs: readonly number[],
  correlation: number,
  spread: number,
): Streaks {
  const windows = logs.flatMap((_, last) => {
    const first = last + 1 - windowRuns;
    const isWhole = first >= 0 && samples.slice(first + 1, last + 1).every(({ follows }) => follows);
    return isWhole ? [farOf(logs, last, correlation)] : [];
  });
  // Windows overlap, and those of a level that moves slowly are hardly more than one.
  const independent = Math.min(1, (streakRuns * (1 - correlation)) / (1 + correlation));
  const least = leastExcess * spread;
  const tail = (way: keyof Streaks, share: number): Tail =>
    tailOf(
      windows.map((far) => far[way]),
      share,
      least,
    );
  return {
    up: tail("up", independent),
    down: tail("down", independent),
    jumpUp: tail("jumpUp", 1),
    jumpDown: tail("jumpDown", 1),
  };
}

/** How far the three runs that end at `last` lie out at least, in each of the four ways. */
function farOf(logs: readonly number[], last: number, correlation: number): Readonly<Record<keyof Streaks, number>> {
  const before = logs[last - streakRuns] ?? 0;
  let [up, down, jumpUp, jumpDown] = [Infinity, Infinity, Infinity, Infinity];
  let expected = before;
  for (let index = last + 1 - streakRuns; index <= last; index += 1) {
    const log = logs[index] as number;
    expected *= correlation;
    if (log < up) up = log;
    if (0 - log < down) down = 0 - log;
    if (log - expected < jumpUp) jumpUp = log - expected;
    if (expected - log < jumpDown) jumpDown = expected - log;
  }
  return { up, down, jumpUp, jumpDown };
}

/** Hill's estimator (1975): logs far out are exponential where values have the tail of a power law, and end sooner elsewhere. */
function tailOf(far: readonly number[], independent: number, leastExcess: number): Tail {
  const sorted = far.toSorted((a, b) => b - a);
  const count = Math.min(sorted.length - 1, Math.max(fewestInTail, Math.round(tailShare * sorted.length)));
  if (count < 1) return { from: Number.MAX_VALUE, excess: 0, share: 1 };
  const from = sorted[count] ?? 0;
  const excess = sorted.slice(0, count).reduce((sum, log) => sum + log - from, 0) / count;
  const bound = 1 + upperBound / Math.sqrt(Math.max(1, independent * count));
  return { from, excess: Math.max(leastExcess, excess * bound), share: count / sorted.length };
}

/**
 * Whether the newest three runs all lie further out than chance takes so many in a row within several times the promise, and
 * in which direction. Size counts here in full: the bets, which rank values, can't distinguish large from larger.
 * `follows`: how many of the newest runs came without a gap before them.
 */
export function streakIn(
  recent: readonly number[],
  follows: number,
  { reference: { streaks, correlation, level }, values }: StreakPipeline,
  promiseRuns: number,
): "up" | "down" | undefined {
  if (streaks === undefined || recent.length < windowRuns) return undefined;
  const last = recent.length - 1;
  const sign = (recent[last] as number) > 0 ? 1 : -1;
  for (let index = last + 1 - streakRuns; index <= last; index += 1) {
    if (sign * (recent[index] as number) <= leastFar) return undefined;
  }
  const { up, down, jumpUp, jumpDown } = streaks;
  const far = farOf(recent, last, correlation);
  const isJump = follows >= streakRuns;
  const share = Math.cbrt(shareOfEach / promiseRuns);
  if (sign > 0) {
    const isFar = far.up > limitOf(up, promiseRuns) || (isJump && far.jumpUp > limitOf(jumpUp, promiseRuns));
    return isFar && far.up > farthestOf(values, 1 - share) - level ? "up" : undefined;
  }
  const isFar = far.down > limitOf(down, promiseRuns) || (isJump && far.jumpDown > limitOf(jumpDown, promiseRuns));
  return isFar && far.down > level - farthestOf(values, share) ? "down" : undefined;
}

/** What of a series' pipeline is asked here. */
export interface StreakPipeline {
  readonly reference: { readonly streaks?: Streaks | undefined; readonly correlation: number; readonly level: number };
  readonly values: RankTable;
}

/**
 * A baseline may be too short to show three of its outliers in a row, such as cold starts: single values as far as three
 * independent ones go together within the promise are always needed.
 */
function farthestOf({ knots, perUnit }: RankTable, share: number): number {
  const index = share > 0.5 ? Math.ceil(share * knots.length) : Math.floor(share * knots.length) - 1;
  return (knots[Math.max(0, Math.min(knots.length - 1, index))] as number) / perUnit;
}

function limitOf({ from, excess, share }: Tail, promiseRuns: number): number {
  return from + excess * Math.max(0, Math.log((share * promiseRuns) / shareOfEach));
}
