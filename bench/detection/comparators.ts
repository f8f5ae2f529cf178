import type { Sample } from "./series.ts";

/** What people use instead: told everything a baseline holds, says of each sample whether to page. */
export interface Comparator {
  readonly name: string;
  /** Limit as it comes out of the books. */
  readonly textbook: number;
  readonly open: (known: Known, limit: number) => (value: number) => boolean;
}

/** Of the logs of a baseline, and the 95th percentile of its values. */
export interface Known {
  readonly mean: number;
  readonly deviation: number;
  readonly p95: number;
}

export function knownOf(samples: readonly Sample[]): Known {
  const logs = samples.map(({ value }) => Math.log(value));
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const deviation = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (logs.length - 1));
  const sorted = Float64Array.from(samples, ({ value }) => value).toSorted();
  return { mean, deviation, p95: sorted[Math.floor(0.95 * sorted.length)] ?? Number.NaN };
}

export const comparators: readonly Comparator[] = [
  {
    name: "1 sample > mean + 3 sd",
    textbook: 3,
    open:
      ({ mean, deviation }, limit) =>
      (value) =>
        (Math.log(value) - mean) / deviation > limit,
  },
  {
    name: "3 in a row > 1.5 x p95",
    textbook: 1.5,
    open({ p95 }, limit) {
      let inARow = 0;
      return (value) => {
        inARow = value > limit * p95 ? inARow + 1 : 0;
        if (inARow < 3) return false;
        inARow = 0;
        return true;
      };
    },
  },
  {
    name: "EWMA 0.1",
    textbook: 1.005_23,
    open({ mean, deviation }, limit) {
      let average = 0;
      return (value) => {
        average += 0.1 * ((Math.log(value) - mean) / deviation - average);
        if (average <= limit) return false;
        average = 0;
        return true;
      };
    },
  },
  {
    name: "CUSUM k=0.5",
    textbook: 10.614,
    open({ mean, deviation }, limit) {
      let sum = 0;
      return (value) => {
        sum = Math.max(0, sum + (Math.log(value) - mean) / deviation - 0.5);
        if (sum < limit) return false;
        sum = 0;
        return true;
      };
    },
  },
];
