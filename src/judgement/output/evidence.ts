import { isNumbers, objectOf, recordOf } from "../../std/check.ts";
import type { Cell } from "../../scenario/same-model/fingerprint.ts";
import { shareOf, type Shares } from "./cell.ts";

/** Sums of the bets of one instrument. */
export interface Sums {
  /** Shiryaev-Roberts, of each bet. */
  readonly sums: readonly number[];
  /** The largest product of the newest factors, of each bet. */
  readonly runs: readonly number[];
}

export const isSums = recordOf(objectOf<Sums>({ sums: isNumbers, runs: isNumbers }));

/** A bet: how likely it takes an answer to be, over how likely it is. On average at most 1 if nothing has changed. */
type Bet = (answer: string, shares: Shares, recent: Cell | undefined) => number;

/** Answers that were never seen come more often. */
function moreFresh(more: number): Bet {
  return (answer, { known, fresh }) => (known.has(answer) ? 1 - more : (fresh + more * (1 - fresh)) / fresh);
}

/** Known answers lie closer together, or further apart. */
function reshaped(power: number): Bet {
  return (answer, { known, fresh }) => {
    const share = known.get(answer);
    if (share === undefined) return 1;
    let whole = 0;
    for (const other of known.values()) whole += other ** power;
    return ((1 - fresh) * share ** power) / whole / share;
  };
}

const discount = 0.3;

/** As in the newest answers: the fewer of them, the nearer to what was normal. */
function asRecently(trust: number): Bet {
  return (answer, shares, recent) => {
    if (recent === undefined || recent.n === 0) return 1;
    const usual = shareOf(shares, answer);
    const count = recent.counts[answer] ?? 0;
    let taken = 0;
    for (const of of Object.values(recent.counts)) taken += Math.min(discount, of);
    const isKnown = shares.known.has(answer);
    const own = isKnown ? Math.max(0, count - discount) : taken;
    return (trust * usual + own) / (trust + recent.n) / usual;
  };
}

/** On another distribution of answers. */
const bets: readonly Bet[] = [
  moreFresh(0.1),
  moreFresh(0.3),
  moreFresh(0.6),
  reshaped(0.5),
  reshaped(2),
  asRecently(3),
  asRecently(12),
];

/** On replayed answers: nearly all equal. */
const replayBets: readonly Bet[] = [0.8, 0.97].map((share) => (answer, shares) => {
  const usual = Math.min(0.99, shares.known.get("same") ?? shares.fresh);
  return answer === "same" ? Math.max(share, usual) / usual : (1 - Math.max(share, usual)) / (1 - usual);
});

export function betsOf(instrument: string): readonly Bet[] {
  return instrument === "repeats" ? replayBets : bets;
}

/** Each bet on the parts of one sample: their mean, because parts of one reply depend on each other. */
export function factorsOf(
  instrument: string,
  parts: readonly { readonly answer: string; readonly shares: Shares; readonly recent: Cell | undefined }[],
): number[] {
  return betsOf(instrument).map(
    (bet) => parts.reduce((sum, { answer, shares, recent }) => sum + bet(answer, shares, recent), 0) / parts.length,
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

const forgetting = 0.97;

/** The newest answers of a cell: each weighs a little less than the next. */
export function withRecent({ n, counts }: Cell, answer: string): Cell {
  const kept = Object.entries(counts).flatMap(([of, count]) =>
    count * forgetting < 0.05 ? [] : [[of, count * forgetting] as const],
  );
  const faded = Object.fromEntries(kept);
  return { n: n * forgetting + 1, counts: { ...faded, [answer]: (faded[answer] ?? 0) + 1 }, rest: 0 };
}
