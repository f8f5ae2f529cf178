import { neverSeenBound, upperBound } from "../drift/rate/bits.ts";
import { type Difference, isDeclared, differenceSeverities } from "./severity.ts";

/** What is declared, and what changes by somebody's hand, is worth as much as having been seen so often. */
const priorSightings = 1000;
/** A fixed question that always had one answer rarely gets another by chance. */
const priorAnswers = 100;

/**
 * How often it can happen by itself: never seen in `chances`: 99 % confidence, 1 − 0.01^(1/(n+1)); else the upper 95 %
 * bound of Clopper and Pearson. What was seen now and then since the baseline counts.
 */
export function usualChance(difference: Difference, earlier: number, runs: number, n: number): number {
  const sightings = difference.sightings + earlier;
  const since = Math.round(runs * Math.min(1, difference.chances / Math.max(1, n)));
  const chances = difference.chances + since + (sightings === 0 ? priorOf(difference) : 0);
  if (sightings === 0) return neverSeenBound(chances);
  const of = Math.max(chances, sightings + 1);
  return sightings <= mostExact ? upperBound(sightings, of) : scoreBound(sightings, of);
}

/** Beyond this the exact bound costs much and says the same. */
const mostExact = 100;

/** Upper bound of a chance by Wilson's score, at two deviations (97.7 %). */
function scoreBound(k: number, n: number): number {
  const z = 2;
  const share = k / n;
  const spread = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return Math.min(1, (share + (z * z) / (2 * n) + spread) / (1 + (z * z) / n));
}

function priorOf({ kind, subject }: Difference): number {
  const { nature } = differenceSeverities[kind];
  if (nature === "structure") return priorSightings;
  if (nature === "answer") return priorAnswers;
  const isOfPresence = nature === "presence" || kind === "empty";
  return isOfPresence && isDeclared(subject) ? priorSightings : 0;
}
