import { isNumbers, objectOf, recordOf } from "../../std/check.ts";
import type { Cell } from "../../scenario/same-model/fingerprint.ts";
import { missing } from "./logprobs.ts";
import { mostShareOf, shareOf, type Shares } from "./cell.ts";

/** Sums of the bets of one instrument. */
export interface Sums {
  /** Shiryaev-Roberts, of each bet. */
  readonly sums: readonly number[];
  /** The largest product of the newest factors, of each bet. */
  readonly runs: readonly number[];
}

export const isSums = recordOf(objectOf<Sums>({ sums: isNumbers, runs: isNumbers }));

/** A bet: how likely it takes an answer to be. The shares of all answers sum to 1. */
type Bet = (answer: string, shares: Shares, recent: Cell | undefined) => number;

/** Known answers as `weigh` has them, and so many more that were never seen. */
function weighed(weigh: (share: number, answer: string) => number, more = 0): Bet {
  return (answer, { known, fresh }) => {
    const own = known.get(answer);
    if (own === undefined) return fresh + more * (1 - fresh);
    let whole = 0;
    for (const [of, share] of known) whole += weigh(share, of);
    return ((1 - more) * (1 - fresh) * weigh(own, answer)) / whole;
  };
}

/** Known answers closer together or further apart. */
const shaped = (power: number, more?: number): Bet => weighed((share) => share ** power, more);

/** Further away: bands are numbers, and a list that is missing is the furthest. */
const further = (by: number, more?: number): Bet =>
  weighed((share, band) => share * Math.exp(by * (band === missing ? 5 : Number(band))), more);

const discount = 0.3;

/** As in the newest answers: the fewer of them, the nearer to what was normal. */
function asRecently(trust: number): Bet {
  return (answer, shares, recent) => {
    const usual = shareOf(shares, answer);
    if (recent === undefined || recent.n === 0) return usual;
    let taken = 0;
    for (const of of Object.values(recent.counts)) taken += Math.min(discount, of);
    const isKnown = shares.known.has(answer);
    const own = isKnown ? Math.max(0, (recent.counts[answer] ?? 0) - discount) : taken;
    return (trust * usual + own) / (trust + recent.n);
  };
}

/** On another distribution of answers. */
const bets: readonly Bet[] = [
  shaped(1, 0.1),
  shaped(1, 0.3),
  shaped(1, 0.6),
  shaped(0, 0.6),
  shaped(0.5),
  shaped(2),
  asRecently(3),
  asRecently(12),
];

/** On lists of log-probabilities that are further from the enrolled ones; that they are nearer is no change. */
const distanceBets: readonly Bet[] = [
  further(0.5, 0.1),
  further(1, 0.3),
  further(1, 0.6),
  further(2, 0.6),
  further(1),
  further(2),
  asRecently(3),
  asRecently(12),
];

/** On replayed answers: nearly all equal. */
const replayBets: readonly Bet[] = [0.8, 0.97].map((share) => (answer) => (answer === "same" ? share : 1 - share));

export function betsOf(instrument: string): readonly Bet[] {
  if (instrument === "repeats") return replayBets;
  return instrument === "distance" ? distanceBets : bets;
}

/** Two equal answers in a row were perhaps never seen, and are no surprise. */
const leastRepeated = 0.1;

/**
 * Each bet on the parts of one sample over what is most likely without a change: on average at most 1, whichever back end
 * answers. Their mean, because parts of one reply depend on each other.
 */
export function factorsOf(
  instrument: string,
  parts: readonly { readonly answer: string; readonly shares: Shares; readonly recent: Cell | undefined }[],
): number[] {
  const least = instrument === "repeats" ? leastRepeated : 0;
  const most = parts.map(({ answer, shares }) => Math.max(least, mostShareOf(shares, answer)));
  return betsOf(instrument).map((bet) =>
    meanOf(parts.map(({ answer, shares, recent }, index) => bet(answer, shares, recent) / (most[index] ?? 1))),
  );
}

const largest = 1e12;

export function stepSums({ sums, runs }: Sums, factors: readonly number[]): Sums {
  return {
    sums: factors.map((factor, index) => Math.min(largest, (1 + (sums[index] ?? 0)) * factor)),
    runs: factors.map((factor, index) => Math.min(largest, Math.max(1, runs[index] ?? 1) * factor)),
  };
}

export const noSums: Sums = { sums: [], runs: [] };

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

const forgetting = 0.85;

/** The newest answers of a cell: each weighs a little less than the next. */
export function withRecent({ n, counts }: Cell, answer: string): Cell {
  const kept = Object.entries(counts).flatMap(([of, count]) =>
    count * forgetting < 0.05 ? [] : [[of, count * forgetting] as const],
  );
  const faded = Object.fromEntries(kept);
  return { n: n * forgetting + 1, counts: { ...faded, [answer]: (faded[answer] ?? 0) + 1 }, rest: 0 };
}
