import type { Kept } from "./kept.ts";

/**
 * Of so many breaks one seems over while it goes on. Of a break in a tenth of the replies that is 4 to 5 in 100 (replayed in the
 * test): such a break may begin with two bad runs in a row, so that two prove little. Three or more are nearly always a whole one.
 */
const breaksPerFalseEnd = { part: 500, two: 2000, whole: 200 } as const;
/** How likely it is, before anything is seen, that a break is in a part of the replies only. */
const partial = 0.5;

/**
 * Whether a row of runs without it is too long for chance while a break goes on: by all replies, or by those of the one
 * upstream that shows it. A break in a part of the replies has many such rows, and each could end it too early: the
 * n-th may do so in 1 of 500 n (n + 1) breaks, which adds up to 1 in 500.
 */
export function isOver({ seen, others, missed, missedBy, by }: Kept): boolean {
  if (isTooLong(seen, others, missed)) return true;
  const affected = Object.values(by).filter(([times]) => times > 0);
  const [only] = affected;
  if (only === undefined || affected.length > 1 || only[0] !== seen) return false;
  return isTooLong(seen, Math.max(0, only[1] - seen - missedBy), missedBy);
}

/** The same by counts alone: `seen` runs with it, `others` without it among them, and `missed` without it since. */
export function isTooLong(seen: number, others: number, missed: number): boolean {
  // Seen in every run so far it is more likely in all replies: then one without it ends it.
  const prior = others > 0 ? 1 : partial / (partial + (1 - partial) * (seen + 1));
  const breaks = breaksPerFalseEnd[others > 0 ? "part" : seen < 3 ? "two" : "whole"];
  const rows = 1 + Math.min(seen, others);
  return missed > 0 && prior * chanceOfRow(seen, others, missed) * breaks * rows * (rows + 1) <= 1;
}

/** By Laplace's rule of succession: the chance of `missed` more runs without it, while every share was equally likely before. */
function chanceOfRow(seen: number, others: number, missed: number): number {
  let chance = 1;
  for (let n = 0; n < missed; n += 1) chance *= (others + 1 + n) / (seen + others + 2 + n);
  return chance;
}
