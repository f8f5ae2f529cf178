import type { DriftPolicy } from "../../../probe/probe.ts";
import { ratiosOnCards } from "../level/card.ts";
import { freshCategories, stepCategories } from "./categories.ts";
import { type Counts, isVaried } from "./counts.ts";

const mostRuns = 10_000;

/**
 * How often each of a few values comes, what is promised of it, and how long another takes to be found: one that is so
 * many times the most frequent. `intervalMs`: between two runs; undefined: not known yet.
 */
export function valuesCardOf(known: Counts, { falsePageEveryMs, shared }: DriftPolicy, intervalMs: number | undefined) {
  const { n, counts } = known;
  const most = Object.entries(counts).reduce((best, one) => (one[1] > best[1] ? one : best), ["", 0]);
  const isJudged = !isVaried(known);
  const afterMs = (ratio: number): number | undefined => {
    const value = Math.round(ratio * Number(most[0]));
    if (!isJudged || intervalMs === undefined || !(value > Number(most[0]))) return undefined;
    const runs = runsUntilFound(known, String(value), falsePageEveryMs / intervalMs);
    return runs && runs * intervalMs;
  };
  return {
    n,
    counts,
    mayPage: isJudged,
    falsePageEveryMs,
    ...(shared && { shared }),
    findsAfterMs: ratiosOnCards.map((ratio) => ({ ratio, afterMs: afterMs(ratio) })),
  };
}

/** By the judge's own steps, of a value that comes every time. undefined: it is as usual as it is. */
function runsUntilFound(known: Counts, value: string, samples: number): number | undefined {
  const state = freshCategories();
  for (let run = 1; run <= mostRuns; run += 1) {
    if (stepCategories(state, known, value, samples) !== undefined) return run;
  }
  return undefined;
}
