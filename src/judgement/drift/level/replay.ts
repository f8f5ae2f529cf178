import { remember } from "../../../std/remember.ts";
import { normalCdf, normalQuantile } from "../../../std/statistics-normal.ts";
import { type AlarmPromise, freshEngine, stepEngine } from "./engine.ts";
import type { Pipeline } from "./pipeline.ts";

/** An odd number: the middle one counts. */
const replays = 9;
/** A day at one run a minute. What is not found by then is not found. */
const mostRuns = 1440;
const steadyRuns = 60;

/**
 * Runs until a lasting change to `ratio` times the usual is found: the engine itself is fed with values that are drawn from
 * its baseline, neighbors correlated as they were, and changed from some run on. undefined: most replays do not find it.
 */
export const runsUntilFound = remember(
  10_000,
  ({ reference: { origin, toMs, n, scores, margin } }: Pipeline, ratio: number, { samples, floor }: AlarmPromise) =>
    `${origin} ${toMs} ${n} ${samples} ${floor} ${ratio} ${margin.wander} ${scores}`,
  (pipeline, ratio, promise): number | undefined => {
    const flat = { ...pipeline, reference: { ...pipeline.reference, season: [] } };
    const found: number[] = [];
    for (let seed = 1; seed <= replays; seed += 1) {
      const runs = replay(flat, ratio, promise, seed);
      if (runs !== undefined) found.push(runs);
      if (2 * (seed - found.length) > replays) return undefined;
    }
    // Those that were not found are the longest.
    return found.toSorted((a, b) => a - b)[(replays - 1) / 2];
  },
);

function replay(pipeline: Pipeline, ratio: number, promise: AlarmPromise, seed: number): number | undefined {
  const next = drawnFrom(pipeline, seed);
  let state = freshEngine(pipeline, 0);
  for (let run = 1; run <= steadyRuns + mostRuns; run += 1) {
    const atMs = run * promise.intervalMs;
    const isChanged = run > steadyRuns;
    const { kind } = stepEngine(state, pipeline, { atMs, value: next() * (isChanged ? ratio : 1) }, promise);
    if (kind !== "page") continue;
    if (isChanged) return run - steadyRuns;
    state = freshEngine(pipeline, atMs);
  }
  return undefined;
}

/** Values of the baseline in a new order: as likely as they were, and as like their neighbors. */
function drawnFrom({ reference: { origin, correlation }, values, isTied }: Pipeline, seed: number): () => number {
  const { knots, perUnit } = values;
  const random = uniform(seed);
  const share = Math.sqrt(1 - correlation ** 2);
  let score = normalQuantile(random());
  const last = knots.length - 1;
  return () => {
    score = correlation * score + share * normalQuantile(random());
    const place = Math.max(0, Math.min(last, normalCdf(score) * knots.length - 0.5));
    const below = isTied ? Math.round(place) : Math.floor(place);
    const low = knots[below] as number;
    const high = knots[Math.min(last, below + 1)] as number;
    const step = isTied ? low : low + (high - low) * (place - below);
    return Math.exp(origin + step / perUnit);
  };
}

/** Numbers between 0 and 1, always the same ones for a seed (Numerical Recipes' linear congruence). */
function uniform(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}
