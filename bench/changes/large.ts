import { dayMs, policyOf } from "../fleet/follow.ts";
import { quantile } from "../measure.ts";
import { normalFrom, type Sample } from "../detection/series.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";
import { judge, type JudgedSeries } from "./judged.ts";

/** AR(1) in logs: neighbors that resemble each other. */
export function correlated(correlation: number, deviation: number, everyMs: number, seed: number): () => Sample {
  const random = seededRandom(seed * 6151 + 11);
  const normal = normalFrom(random);
  let core = normal();
  let atMs = 0;
  return () => {
    atMs += everyMs;
    core = correlation * core + Math.sqrt(1 - correlation ** 2) * normal();
    return { atMs, value: 800 * Math.exp(deviation * core) };
  };
}

/** Three in a row above three times the baseline's 95th percentile: the rule of thumb. */
function ruleOfThumb(values: readonly number[]): (value: number) => boolean {
  const limit = 3 * quantile(values, 0.95);
  let inARow = 0;
  return (value) => (inARow = value > limit ? inARow + 1 : 0) >= 3;
}

export const factors = [1.2, 1.5, 2, 5, 10, 50];
const learnDays = 14;

/** Runs until a page, by factor: ours, and by the rule of thumb. Infinity: not within `mostRuns`. */
export function runsUntilPage(correlation: number, deviation: number, everyMs: number, seed: number, mostRuns: number) {
  const policy = policyOf({ intervalMs: everyMs, baselineDays: 0, floor: 0.05, falsePageEveryMs: 180 * dayMs });
  const next = correlated(correlation, deviation, everyMs, seed);
  const learned: JudgedSeries = { memory: undefined, isPaging: false };
  const values: number[] = [];
  for (let run = 0; run < (learnDays * dayMs) / everyMs; run += 1) {
    const sample = next();
    values.push(sample.value);
    judge(learned, policy, everyMs, sample);
  }
  const later = Array.from({ length: mostRuns }, next);
  return factors.map((factor) => {
    const one = { ...learned, isPaging: false };
    const pages = ruleOfThumb(values);
    let [ours, simple] = [Infinity, Infinity];
    for (const [index, { atMs, value }] of later.entries()) {
      const sample = { atMs, value: value * factor };
      if (ours === Infinity && judge(one, policy, everyMs, sample).output.ruling.outcome === "bad" && one.isPaging)
        ours = index + 1;
      if (simple === Infinity && pages(sample.value)) simple = index + 1;
      if (ours < Infinity && simple < Infinity) break;
    }
    return { ours, simple };
  });
}
