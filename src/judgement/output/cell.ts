import type { Cell, Regime } from "../../scenario/same-model/fingerprint.ts";

/** Answers that a cell lists; further ones are only counted. */
const mostListed = 110;
export const emptyCell: Cell = { n: 0, counts: {}, rest: 0 };

export function withAnswer({ n, counts, rest }: Cell, answer: string): Cell {
  const seen = counts[answer];
  if (seen === undefined && Object.keys(counts).length >= mostListed) return { n: n + 1, counts, rest: rest + 1 };
  return { n: n + 1, counts: { ...counts, [answer]: (seen ?? 0) + 1 }, rest };
}

/** What the next answer may be: known answers, and all others together. */
export interface Shares {
  /** How likely each known answer is, back ends weighed alike. */
  readonly known: ReadonlyMap<string, number>;
  readonly fresh: number;
  /** How likely each may be at most, whichever back end answers. */
  readonly most: ReadonlyMap<string, number>;
  readonly mostFresh: number;
}

/** The sum of the logs of all places below n, from 1. */
function logsBelow(of: (place: number) => number): (n: number) => number {
  const sums = [0, 0];
  return (n) => {
    for (let next = sums.length; next <= n; next += 1) sums.push((sums[next - 1] ?? 0) + Math.log(of(next - 1)));
    return sums[n] ?? 0;
  };
}

/** Pitman-Yor processes: how much of each known answer is left to new ones, and how much more new ones get. */
const processes = [0, 0.25, 0.5, 0.75].flatMap((discount) => {
  const ofCount = logsBelow((place) => place - discount);
  return [0.3, 1, 4, 16].map((strength) => ({
    discount,
    strength,
    ofCount,
    ofKinds: logsBelow((place) => strength + place * discount),
    ofAll: logsBelow((place) => strength + place),
  }));
});

interface Fit {
  /** Mean over the processes, weighed by how well each explains the counts. */
  readonly discount: number;
  readonly fresh: number;
  readonly perCount: number;
}

const fits = new WeakMap<Cell, Fit>();

/**
 * What an answer that was seen so often is likely to have next: `perCount * (count - discount)`, and `fresh` all that were
 * never seen. Generalises Good-Turing, and is the same at any order of the answers: so a bettor has no advantage.
 */
function fitOf(cell: Cell): Fit {
  const known = fits.get(cell);
  if (known !== undefined) return known;
  const counts = [...Object.values(cell.counts), ...Array.from({ length: cell.rest }, () => 1)];
  const logs = processes.map((process) => evidenceOf(counts, cell.n, process));
  const most = Math.max(...logs);
  const weights = logs.map((log) => Math.exp(log - most));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  let [fresh, perCount, taken] = [0, 0, 0];
  for (const [index, { discount, strength }] of processes.entries()) {
    const weight = (weights[index] ?? 0) / whole;
    fresh += (weight * (strength + discount * counts.length)) / (cell.n + strength);
    perCount += weight / (cell.n + strength);
    taken += (weight * discount) / (cell.n + strength);
  }
  const fit = { fresh, perCount, discount: taken / perCount };
  fits.set(cell, fit);
  return fit;
}

/** Log of how likely the counts are, up to what is the same for all processes. */
function evidenceOf(counts: readonly number[], n: number, process: (typeof processes)[number]): number {
  const { ofKinds, ofAll, ofCount } = process;
  return counts.reduce((sum, count) => sum + ofCount(count), ofKinds(counts.length) - ofAll(n));
}

/** The part of what is new to a back end that another one is known for: as of the answers that it gave once. */
function borrowedShare(own: Cell, index: number, regimes: readonly Regime[], cell: string): number {
  const once = Object.keys(own.counts).filter((answer) => own.counts[answer] === 1);
  const others = regimes.filter((_, other) => other !== index);
  const shared = once.filter((answer) => others.some((other) => other[cell]?.counts[answer] !== undefined));
  return (shared.length + 0.3) / (once.length + 1);
}

/** Deviations that a share may be larger than estimated: without them, a bet wins from the error of 20 answers alone. */
const allowance = 0.25;

function mostOf(share: number, n: number): number {
  return Math.min(1, share + allowance * Math.sqrt((share * (1 - share)) / (n + 1)));
}

/** Of several back ends, in any order. What only another one is known for has a part of the share of new answers. */
export function sharesOf(regimes: readonly Regime[], cell: string): Shares {
  const answers = new Set(regimes.flatMap((regime) => Object.keys(regime[cell]?.counts ?? {})));
  const known = new Map<string, number>();
  const most = new Map<string, number>();
  let [fresh, mostFresh] = [0, 0];
  for (const [index, regime] of regimes.entries()) {
    const own = regime[cell] ?? emptyCell;
    const fit = fitOf(own);
    const unlisted = fit.fresh + own.rest * fit.perCount * (1 - fit.discount);
    const elsewhere = answers.size - Object.keys(own.counts).length;
    const each = elsewhere === 0 ? 0 : (fit.fresh * borrowedShare(own, index, regimes, cell)) / elsewhere;
    for (const answer of answers) {
      const count = own.counts[answer];
      const share = count === undefined ? each : fit.perCount * (count - fit.discount);
      known.set(answer, (known.get(answer) ?? 0) + share / regimes.length);
      most.set(answer, Math.max(most.get(answer) ?? 0, mostOf(share, own.n)));
    }
    const left = unlisted - each * elsewhere;
    fresh += left / regimes.length;
    mostFresh = Math.max(mostFresh, mostOf(left, own.n));
  }
  return { known, fresh, most, mostFresh };
}

export function shareOf({ known, fresh }: Shares, answer: string): number {
  return known.get(answer) ?? fresh;
}

export function mostShareOf({ most, mostFresh }: Shares, answer: string): number {
  return most.get(answer) ?? mostFresh;
}

/** One regime alone: how likely it gives an answer. */
export function likelihoodOf(regime: Regime, cell: string, answer: string): number {
  return Math.max(1e-6, shareOf(sharesOf([regime], cell), answer));
}

/** Jensen-Shannon divergence of two sets of counts, in bits. */
export function divergence(one: Cell, other: Cell): number {
  let bits = 0;
  for (const answer of new Set([...Object.keys(one.counts), ...Object.keys(other.counts)])) {
    const [p, q] = [(one.counts[answer] ?? 0) / one.n, (other.counts[answer] ?? 0) / other.n];
    const middle = (p + q) / 2;
    if (p > 0) bits += (p / 2) * Math.log2(p / middle);
    if (q > 0) bits += (q / 2) * Math.log2(q / middle);
  }
  return bits;
}
