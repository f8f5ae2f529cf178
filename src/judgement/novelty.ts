import { neverSeenBound, upperBound } from "./detect/bits.ts";

/**
 * How often in a row something must be seen until chance is no explanation: a field that every reply of the baseline
 * had may still be an optional one. Of `sightings` replies `earlier` were like that as well; this bounds how often it
 * can happen by itself, p0 (never seen: 99 % confidence, 1 − 0.01^(1/(n+1)); else the upper 95 % bound of Clopper and
 * Pearson). Each further one multiplies the odds that it happens always now (p1 = 0.95) by p1/p0; told is what one in
 * `runsPerFalseAlarm` runs would do at most (the threshold of a Shiryaev–Roberts detector).
 */
export function timesUntilTold(earlier: number, sightings: number, runsPerFalseAlarm: number): number {
  const p0 = earlier === 0 ? neverSeenBound(sightings) : upperBound(earlier, Math.max(sightings, earlier + 1));
  const gain = Math.log(0.95 / p0);
  return gain <= 0 ? mostTimes : Math.min(mostTimes, Math.max(2, Math.ceil(Math.log(runsPerFalseAlarm) / gain)));
}

/** Where chance explains nearly everything, so many in a row are told all the same. */
const mostTimes = 30;
