import { digamma } from "../../../std/statistics.ts";
import type { DriftPolicy } from "../../../probe/probe.ts";
import { type Bit, bitOf, noRarer, upperBound } from "./bits.ts";
import { ratiosOnCards } from "../level/card.ts";
import { type Rate, clusterMs, usualByPart } from "./error-bits.ts";

const shares = [0.05, 0.2, 0.5];
const longestMs = 90 * 86_400_000;

/** About how long it takes to find so large a share of failing runs; undefined: that is usual, or lost in chance. */
export interface ShareFound {
  readonly share: number;
  /** So many times what is taken for usual. */
  readonly ratio?: number;
  readonly afterMs: number | undefined;
}

/**
 * How often runs fail, what is promised of it, and how long it takes to find that more of them do: so many times what is
 * taken for usual, or such a share of all. Of a rate that differs by part of the day, at the part that takes longest.
 */
export function rateCardOf(rate: Rate, drift: DriftPolicy) {
  const { n, k, fromMs, toMs } = rate;
  const intervalMs = Math.max(1, (toMs - fromMs) / Math.max(1, n - 1));
  const samples = drift.falsePageEveryMs / intervalMs;
  const bits = usualByPart(rate).map((part) => bitOf(noRarer(upperBound(part.k, part.n), samples)));
  const bounds = bits.map(({ usual }) => usual);
  const upTo = Math.max(...bounds);
  const slowest = (shareOf: (bit: Bit) => number): number | undefined => {
    const delays = bits.map((bit) => delayOf(Math.min(1, shareOf(bit)), bit, samples, intervalMs));
    return delays.includes(undefined) ? undefined : Math.max(...delays.map((delay) => delay ?? 0));
  };
  const findsAfterMs: readonly ShareFound[] = [
    ...ratiosOnCards.map((ratio) => ({
      ratio,
      share: Math.min(1, ratio * upTo),
      afterMs: slowest(({ usual }) => ratio * usual),
    })),
    ...shares.map((share) => ({ share, afterMs: slowest(() => share) })),
  ];
  return {
    n,
    failed: k,
    fromMs,
    toMs,
    upTo,
    upToAtLeast: Math.min(...bounds),
    mayPage: toMs - fromMs >= drift.pageAfterMs,
    falsePageEveryMs: drift.falsePageEveryMs,
    ...(drift.shared && { shared: drift.shared }),
    findsAfterMs,
  };
}

/** By the bet that wins most. After a failure that counts, others do not count for a while, but successes do. */
function delayOf(share: number, bit: Bit, samples: number, intervalMs: number): number | undefined {
  const skipping = Math.floor(clusterMs / intervalMs);
  const looks = 1 / share + (1 - share) * skipping;
  const threshold = Math.log(samples) + Math.log(bit.alternatives.length);
  const grown = bit.alternatives.map((bet) => stepOf(1 / looks, bet, bit.usual));
  const best = grown.toSorted((a, b) => b.growth - a.growth)[0];
  if (best === undefined || best.growth <= 0) return undefined;
  const afterMs = looksUntil(threshold, best) * ((1 / share + skipping) / looks) * intervalMs;
  return afterMs > longestMs ? undefined : afterMs;
}

interface BetStep {
  /** Of the logarithm of what a bet has won, for each look: its mean and its variance. */
  readonly growth: number;
  readonly variance: number;
}

function stepOf(share: number, bet: number, usual: number): BetStep {
  const [won, lost] = [Math.log(bet / usual), Math.log((1 - bet) / (1 - usual))];
  return { growth: share * won + (1 - share) * lost, variance: share * (1 - share) * (won - lost) ** 2 };
}

/**
 * Looks until a Shiryaev-Roberts sum is at its threshold, on average. The sum is the newest walk times what all earlier
 * starts add to it, whose logarithm is that of a perpetuity (Dufresne 1990: inverse gamma), ln(2/v) - digamma(2 growth/v).
 * Of a bet that hardly wins that is too much: a quarter of the way is left to it at least.
 */
function looksUntil(threshold: number, { growth, variance }: BetStep): number {
  const added = Math.max(0, Math.log(2 / variance) - digamma((2 * growth) / variance));
  return Math.max(1, Math.max(threshold - added, threshold / 4) / growth);
}
