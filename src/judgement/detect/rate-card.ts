import type { DriftPolicy } from "../../probe/probe.ts";
import { type Bit, bitOf, noRarer, upperBound } from "./bits.ts";
import { type Rate, clusterMs } from "./error-bits.ts";

const shares = [0.05, 0.2, 0.5];
const longestMs = 90 * 86_400_000;

/** How often runs fail, what is promised of it, and how long it takes to find that more of them do. */
export function rateCardOf({ n, k, fromMs, toMs }: Rate, drift: DriftPolicy) {
  const intervalMs = Math.max(1, (toMs - fromMs) / Math.max(1, n - 1));
  const samples = drift.falsePageEveryMs / intervalMs;
  const bit = bitOf(noRarer(upperBound(k, n), samples));
  return {
    n,
    failed: k,
    fromMs,
    toMs,
    upTo: bit.usual,
    mayPage: toMs - fromMs >= drift.pageAfterMs,
    falsePageEveryMs: drift.falsePageEveryMs,
    ...(drift.shared && { shared: drift.shared }),
    findsAfterMs: shares.map((share) => ({ share, afterMs: delayOf(share, bit, samples, intervalMs) })),
  };
}

/**
 * What a Shiryaev-Roberts sum needs on average: (ln A + ln of the number of bets) / growth of the best bet. After a
 * failure that counts, others do not count for a while, but successes do.
 */
function delayOf(share: number, bit: Bit, samples: number, intervalMs: number): number | undefined {
  const skipping = Math.floor(clusterMs / intervalMs);
  const looks = 1 / share + (1 - share) * skipping;
  const counted = 1 / looks;
  const growth = Math.max(0, ...bit.alternatives.map((bet) => growthOf(counted, bet, bit.usual)));
  if (growth === 0) return undefined;
  const needed = Math.max(1, (Math.log(samples) + Math.log(bit.alternatives.length)) / growth);
  const afterMs = needed * ((1 / share + skipping) / looks) * intervalMs;
  return afterMs > longestMs ? undefined : afterMs;
}

function growthOf(share: number, bet: number, usual: number): number {
  return share * Math.log(bet / usual) + (1 - share) * Math.log((1 - bet) / (1 - usual));
}
