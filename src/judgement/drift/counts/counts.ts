import { isCounts, isNumber, objectOf, optional } from "../../../std/check.ts";
import type { Json } from "../../../std/json.ts";
import { upperBound } from "../rate/bits.ts";

/** How often each of a few values was seen, `13` → 1440; of several, how their shares differ from one four hours to the next. */
export interface Counts {
  readonly n: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly blocks?: Blocks | undefined;
}

interface Blocks {
  /** Finished blocks, the sum of 1 / n over them, and for each value the sums of its shares and of their squares. */
  readonly finished: number;
  readonly inverse: number;
  readonly shares: Readonly<Record<string, number>>;
  readonly squares: Readonly<Record<string, number>>;
  readonly open: OpenBlock;
}

interface OpenBlock {
  readonly fromMs: number;
  readonly n: number;
  readonly counts: Readonly<Record<string, number>>;
}

const isBlocks = objectOf<Blocks>({
  finished: isNumber,
  inverse: isNumber,
  shares: isCounts,
  squares: isCounts,
  open: objectOf<OpenBlock>({ fromMs: isNumber, n: isNumber, counts: isCounts }),
});

const isOfCounts = objectOf<Counts>({ n: isNumber, counts: isCounts, blocks: optional(isBlocks) });

export function readCounts(stored: Json | undefined): Counts | undefined {
  return isOfCounts(stored) ? stored : undefined;
}

const blockMs = 4 * 3_600_000;
const mostValues = 8;
/** A value that varies by itself needs no full list to be known as such. */
const mostListed = 64;

export const noCounts: Counts = { n: 0, counts: {} };

export function countIn({ n, counts, blocks }: Counts, value: string, atMs: number): Counts {
  const added = plusOne(counts, value);
  // One value has all of every block; more than a few are measured, not counted.
  const isOne = added[value] === n + 1;
  if (isOne || Object.keys(added).length > mostValues) return { n: n + 1, counts: added };
  return { n: n + 1, counts: added, blocks: countInBlock(blocks, value, atMs) };
}

function countInBlock(blocks: Blocks | undefined, value: string, atMs: number): Blocks {
  if (blocks === undefined) {
    const open = { fromMs: atMs, n: 1, counts: { [value]: 1 } };
    return { finished: 0, inverse: 0, shares: {}, squares: {}, open };
  }
  const { open } = blocks;
  if (atMs - open.fromMs < blockMs) {
    return { ...blocks, open: { ...open, n: open.n + 1, counts: plusOne(open.counts, value) } };
  }
  const [shares, squares] = [{ ...blocks.shares }, { ...blocks.squares }];
  for (const [one, count] of Object.entries(open.counts)) {
    shares[one] = (shares[one] ?? 0) + count / open.n;
    squares[one] = (squares[one] ?? 0) + (count / open.n) ** 2;
  }
  const next = { fromMs: atMs, n: 1, counts: { [value]: 1 } };
  return { finished: blocks.finished + 1, inverse: blocks.inverse + 1 / open.n, shares, squares, open: next };
}

function plusOne(counts: Counts["counts"], value: string): Counts["counts"] {
  const seen = counts[value];
  if (seen === undefined && Object.keys(counts).length >= mostListed) return counts;
  const added = { ...counts };
  added[value] = (seen ?? 0) + 1;
  return added;
}

/** As if this value had not been seen. */
export function without({ n, counts, ...rest }: Counts, value: string): Counts {
  const { [value]: dropped, ...kept } = counts;
  return dropped === undefined ? { ...rest, n, counts } : { ...rest, n: n - dropped, counts: kept };
}

/** More different values than this, or hardly one seen twice: it varies by itself. */
export function isVaried({ n, counts }: Counts): boolean {
  const distinct = Object.keys(counts).length;
  return distinct > mostValues || distinct > n / 3;
}

/** A day. */
const fewestBlocks = 6;
/** A daily wave's crest is 1.4 deviations from its middle. */
const deviationsOfUsual = 2.5;
const upperPercent = 2.33;

/**
 * The largest share of a value that is usual; undefined: too few blocks have been seen to say so. The upper bound of its
 * chance, or further, where shares differ between blocks by more than chance makes of them (99 of 100): a cache is hit
 * by day and missed by night, and a gateway that has chosen one provider stays with it for hours.
 */
export function usualShare({ n, counts, blocks }: Counts, value: string): number | undefined {
  if (blocks === undefined || blocks.finished < fewestBlocks) return undefined;
  const { finished, inverse, shares, squares } = blocks;
  const count = counts[value] ?? 0;
  const chance = count / n;
  const middle = (shares[value] ?? 0) / finished;
  const between = ((squares[value] ?? 0) / finished - middle ** 2) * (finished / (finished - 1));
  const own = (chance * (1 - chance) * inverse) / finished;
  const excess = between - own * (1 + upperPercent * Math.sqrt(2 / finished));
  const spread = excess > 0 ? chance + deviationsOfUsual * Math.sqrt(excess) : 0;
  return Math.min(1, Math.max(upperBound(count, n), spread));
}
