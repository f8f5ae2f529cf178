import { type Check, isNumber, isNumbers, objectOf } from "../../../std/check.ts";

/** The last run of the schedule, and the runs beside the schedule that a suspicion has caused since. */
export interface Burst {
  /** Logs less season and level, that of the schedule first. */
  logs: number[];
  /** The score of the first, and the sum of all. */
  first: number;
  sum: number;
  /** How many runs beside the schedule may be asked for. */
  credit: number;
  /** Over all first runs beside the schedule and the runs that they followed: sums of products and squares of their scores. */
  products: number;
  squares: number;
}

export const isBurst: Check<Burst> = objectOf<Burst>({
  logs: isNumbers,
  first: isNumber,
  sum: isNumber,
  credit: isNumber,
  products: isNumber,
  squares: isNumber,
});

/** Runs beside the schedule for each run of it, at most: validate prints what that is in a year. */
export const extraShare = 0.02;
const firstCredit = 3;
const mostCredit = 30;
const mostExtra = 12;
/** A quiet series goes so far in one of a hundred runs. */
const farScore = 2.1;
/** While there is less credit than a burst takes, a run has to be farther away. */
const fartherScore = 2.6;
const enoughCredit = 8;
/** And so much evidence it gathers as seldom. */
const nearEvidence = 1000;
/** Extra runs that lie lower on average end the suspicion: one in four first ones goes as far by chance. */
const staysAbove = 0.8;
/** Until it was measured, an extra run is taken for hardly more than a copy of the run that it follows. */
const assumed = { resemblance: 0.5, squares: 10 };
const mostAlike = 0.95;
const farthestPair = 2.8;

export const freshBurst = (): Burst => ({ logs: [], first: 0, sum: 0, credit: firstCredit, products: 0, squares: 0 });

/** A run of the schedule: a burst begins with it. */
export function beginBurst(burst: Burst, score: number, log: number, calls: number): void {
  burst.logs = [log];
  burst.first = score;
  burst.sum = score;
  burst.credit = Math.min(mostCredit, burst.credit + extraShare / calls);
}

/**
 * How much a run resembles others of its burst: the slope of first extra runs over what they follow, one standard error on
 * the safe side. That runs are asked for after high scores only makes the slope more exact.
 */
export function resemblanceOf({ products, squares }: Burst): number {
  const all = squares + assumed.squares;
  const slope = (products + assumed.resemblance * assumed.squares) / all;
  return Math.max(0, Math.min(mostAlike, slope));
}

/** One more: its score less what the runs before it in the burst let it be expected, each of them as alike as any other. */
export function joinBurst(burst: Burst, score: number, log: number): number {
  const before = burst.logs.length;
  const alike = resemblanceOf(burst);
  const expected = (alike * burst.sum) / (1 + (before - 1) * alike);
  // A single outlier says nothing about how alike others are.
  if (before === 1 && burst.first < farthestPair) {
    burst.products += burst.first * Math.min(farthestPair, Math.max(-farthestPair, score));
    burst.squares += burst.first ** 2;
  }
  burst.logs.push(log);
  burst.sum += score;
  return score - expected;
}

/** Whether one more is worth asking for; takes it from the credit. */
export function asksForMore(burst: Burst, whitened: number, evidence: number): boolean {
  const { logs, first, sum } = burst;
  const extra = logs.length - 1;
  const isFar = whitened >= (burst.credit >= enoughCredit ? farScore : fartherScore);
  const begins = isFar || (evidence >= nearEvidence && whitened >= staysAbove);
  const isSuspected = extra === 0 ? begins : (sum - first) / extra >= staysAbove;
  if (!isSuspected || extra >= mostExtra || burst.credit < 1) return false;
  burst.credit -= 1;
  return true;
}

/** As how many independent runs the extra ones count. */
export function worthOf(burst: Burst): number {
  const extra = burst.logs.length - 1;
  return extra <= 0 ? 0 : Math.round(extra / (1 + (extra - 1) * resemblanceOf(burst)));
}
