import { remember } from "../../../std/remember.ts";

/** Shiryaev-Roberts sums for something that either happens or does not: an error, a token count never seen before. */
export interface Bit {
  /** Chance of it that is still normal: an upper bound. Valid for every smaller chance as well. */
  readonly usual: number;
  /** The chances that are bet on, all larger than `usual`. */
  readonly alternatives: readonly number[];
}

const factors = [2, 4, 10, 30];
const certainties = [0.5, 0.95];

/** The alternatives worth betting on against an upper bound. A baseline asks for the same at every run. */
export const bitOf = remember(
  10_000,
  (usual: number) => usual,
  (usual): Bit => {
    const scaled = factors.map((factor) => factor * usual).filter((chance) => chance < 0.4);
    return { usual, alternatives: [...scaled, ...certainties.filter((chance) => chance > usual)] };
  },
);

/** Weighted sum after one more look: `sums` has one entry for each alternative and is changed. Compare it with the promise. */
export function stepBit(sums: number[], { usual, alternatives }: Bit, happened: boolean): number {
  // Another baseline may leave fewer to bet on.
  sums.length = Math.min(sums.length, alternatives.length);
  // What is usual nearly always can't be more frequent.
  if (alternatives.length === 0) return 0;
  let total = 0;
  for (let index = 0; index < alternatives.length; index += 1) {
    const chance = alternatives[index] as number;
    const e = happened ? chance / usual : (1 - chance) / (1 - usual);
    const next = (1 + (sums[index] ?? 0)) * e;
    sums[index] = next;
    total += next;
  }
  return total / alternatives.length;
}

/** The chance that the looks speak for most. */
export function likeliestOf(sums: readonly number[], { usual, alternatives }: Bit): number {
  let most = 0;
  for (const [index, sum] of sums.entries()) if (sum > (sums[most] ?? 0)) most = index;
  return alternatives[most] ?? usual;
}

/** CUSUM of `evidenceFor` from which on something that was reported is over. */
export const backAt = 5;
const mostPerLook = 2;

/** What one look says for one chance against another, as a logarithm: e^2 to one at most, for one look is no proof. */
export function evidenceFor(chance: number, against: number, happened: boolean): number {
  const evidence = Math.log(happened ? chance / against : (1 - chance) / (1 - against));
  return Math.max(-mostPerLook, Math.min(mostPerLook, evidence));
}

/**
 * What cannot be distinguished from never is no bet: something rarer than once in the time of the promise. After years without it
 * the sums of such bets would reach the promise by looks alone.
 */
export function noRarer(usual: number, samples: number): number {
  return Math.max(usual, 1 / samples);
}

/** After n looks without it: 99 of 100 things rarer than this would have been missed as well. */
export function neverSeenBound(n: number): number {
  return 1 - 0.01 ** (1 / (n + 1));
}

const mostRuns = 2 ** 26;

/** Upper 95 % bound of a chance seen k times in n (Clopper and Pearson 1934). A baseline asks for the same at every run. */
export const upperBound = remember(10_000, (k: number, n: number) => k * mostRuns + n, boundOf);

/** By bisection of the binomial tail. */
function boundOf(k: number, n: number): number {
  if (k >= n) return 1;
  let low = k / n;
  let high = 1;
  for (let step = 0; step < 50; step += 1) {
    const middle = (low + high) / 2;
    if (binomialAtMost(k, n, middle) > 0.05) low = middle;
    else high = middle;
  }
  return high;
}

function binomialAtMost(k: number, n: number, p: number): number {
  let term = n * Math.log1p(-p);
  let sum = Math.exp(term);
  for (let index = 1; index <= k; index += 1) {
    term += Math.log((n - index + 1) / index) + Math.log(p / (1 - p));
    sum += Math.exp(term);
  }
  return sum;
}
