import { type Check, isNumber, isNumbers, objectOf } from "../../../std/check.ts";

/** The last run of the schedule, and the runs beside the schedule that a suspicion has caused since. */
export interface Burst {
  /** Logs less season and level, that of the schedule first. */
  logs: number[];
  /** The score of the first, and the sum of all with the floor taken off. */
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

/** Runs beside the schedule for each run of it in a year, at most: validate prints what that is. */
export const extraShare = 0.02;
/** A series begins with this part of a year's, and earns the rest run by run. */
const shareAtFirst = 0.003;
const yearMs = 365 * 86_400_000;
const mostAtFirst = 24;
const mostCredit = 60;
const mostExtra = 12;
/** What bets on large moves have to have won for another run: e times more whenever so much of the credit is gone. */
const usualPrice = 40;
const usualCredit = 30;
const dearer = 8;
/** An extra run that shows so small a part of a move is worth nothing. */
const leastShare = 0.2;
/** Beyond this evidence a change is likelier than chance, and what its runs have in common is no resemblance. */
const likelyChance = 1000;
/** Until it was measured, an extra run is taken for hardly more than a copy of the run that it follows. */
const assumed = { resemblance: 0.5, squares: 10 };
const mostAlike = 0.95;
const farthestPair = 2.8;

export function freshBurst(intervalMs: number, calls: number): Burst {
  const credit = Math.min(mostAtFirst, (shareAtFirst * yearMs) / intervalMs / calls);
  return { logs: [], first: 0, sum: 0, credit, products: 0, squares: 0 };
}

/** A run of the schedule: a burst begins with it. */
export function beginBurst(
  burst: Burst,
  { plain, up }: { readonly plain: number; readonly up: number },
  log: number,
  calls: number,
): void {
  burst.logs = [log];
  burst.first = plain;
  burst.sum = up;
  burst.credit = Math.min(mostCredit, burst.credit + (extraShare - shareAtFirst) / calls);
}

/**
 * How much a run resembles others of its burst: the slope of first extra runs over what they follow. That runs are asked for after high scores only makes the slope more exact.
 */
export function resemblanceOf({ products, squares }: Burst): number {
  const all = squares + assumed.squares;
  const slope = (products + assumed.resemblance * assumed.squares) / all;
  return Math.max(0, Math.min(mostAlike, slope));
}

/** An extra run less what the runs before it in its burst let it be expected, each of them as alike as any other. */
export interface Rest {
  /** In deviations of what is left of it. */
  readonly score: number;
  /** How much of a lasting move is left, as a part of its size in deviations. */
  readonly share: number;
}

/** `plain` is the score of one more, `up` the same with the floor taken off; `evidence` is what bets had won before it. */
export function joinBurst(
  burst: Burst,
  { plain, up }: { readonly plain: number; readonly up: number },
  log: number,
  evidence: number,
): Rest {
  // Neither a single outlier nor a change says how alike runs are.
  if (burst.logs.length === 1 && burst.first < farthestPair && evidence < likelyChance) {
    burst.products += burst.first * Math.min(farthestPair, Math.max(-farthestPair, plain));
    burst.squares += burst.first ** 2;
  }
  const { weight, deviation, share } = nextOf(burst);
  const score = (up - weight * burst.sum) / deviation;
  burst.logs.push(log);
  burst.sum += up;
  return { score, share };
}

/** Of the next run in a burst: what the sum of those before weighs in it, and what is left when that is taken off. */
function nextOf(burst: Burst): { readonly weight: number; readonly deviation: number; readonly share: number } {
  const before = burst.logs.length;
  const alike = resemblanceOf(burst);
  const all = 1 + (before - 1) * alike;
  const deviation = Math.sqrt(1 - (before * alike ** 2) / all);
  return { weight: alike / all, deviation, share: (1 - alike) / all / deviation };
}

/** Whether one more is worth asking for; takes it from the credit. */
export function asksForMore(burst: Burst, evidence: number): boolean {
  const price = usualPrice * Math.exp((usualCredit - burst.credit) / dearer);
  const isWorthIt = burst.logs.length <= mostExtra && nextOf(burst).share >= leastShare;
  if (evidence < price || burst.credit < 1 || !isWorthIt) return false;
  burst.credit -= 1;
  return true;
}

/** As how many independent runs the extra ones count. */
export function worthOf(burst: Burst): number {
  const extra = burst.logs.length - 1;
  return extra <= 0 ? 0 : Math.round(extra / (1 + (extra - 1) * resemblanceOf(burst)));
}
