import type { SeriesMemory } from "../../../baseline/baseline.ts";
import { isJsonObject } from "../../../std/json.ts";
import { readCounts } from "../counts/counts.ts";
import { readRate } from "../rate/error-bits.ts";

/**
 * Has this series counted runs of that time, which can't be taken out? Error rates and counts of tokens keep sums, not
 * samples. While a rate is reported as raised nothing is counted; a number of tokens counts for as long as its series runs.
 */
export function isStillCounted({ series, baseline, state, lastSlotMs }: SeriesMemory, fromMs: number, toMs: number) {
  const kept = isJsonObject(state) ? state : {};
  switch (series.aspect) {
    case "availability": {
      const rate = readRate(kept["rate"]) ?? readRate(baseline?.learned);
      return rate !== undefined && rate.fromMs <= toMs && rate.toMs >= fromMs;
    }
    case "usage":
    case "budget": {
      const counts = readCounts(baseline?.learned) ?? readCounts(kept);
      return counts !== undefined && lastSlotMs >= fromMs;
    }
    case "latency":
    case "contract":
    case "error-shape":
    case "output":
      return false;
    default:
      return series.aspect satisfies never;
  }
}
