import { z } from "zod";
import { upperBound, neverSeenBound } from "../detect/bits.ts";
import { isDeclared, type Difference } from "./differences.ts";
import type { Graded } from "./overrides.ts";
import { severities } from "./severity.ts";

/** Since the baseline: runs judged; of each difference how often in a row it is seen, and was seen before to no effect. `severe`: an incident is made of it. */
export const watchingSchema = z.object({
  v: z.literal(4),
  runs: z.number(),
  differed: z.record(
    z.string(),
    z.object({ row: z.number(), earlier: z.number(), told: z.boolean(), severe: z.boolean() }),
  ),
});
export type Watching = z.infer<typeof watchingSchema>;
type Kept = Watching["differed"][string];

export const startWatching: Watching = { v: 4, runs: 0, differed: {} };

/** The promise: of an unchanged target at most one difference in so many runs is told. */
const runsPerFalseAlarm = 10_000;
/** What the official API declares is worth as much as having been seen so often. */
const declaredSightings = 10_000;
/** Kinds, status and envelopes change by somebody's hand; members come and go with the answer. */
const structuralSightings = 1000;
const mostRemembered = 200;

/** The same subject may differ in several ways, and each has its own past. */
export function nameOf({ kind, subject }: Difference): string {
  return `${kind} ${subject}`;
}

export function watchOn({ runs, differed }: Watching, found: readonly Graded[]): Watching {
  const now = new Map(found.map((it) => [nameOf(it), it.severity !== "informative"]));
  // What was told was a change, not chance: it is no reason to expect the same again.
  const past = Object.entries(differed).map(([name, { row, earlier, told, severe }]): [string, Kept] =>
    now.has(name)
      ? [name, { row: row + 1, earlier, told, severe: now.get(name) ?? severe }]
      : [name, { row: 0, earlier: earlier + (told ? 0 : row), told: false, severe }],
  );
  const fresh = [...now].filter(([name]) => differed[name] === undefined);
  const all = [
    ...past,
    ...fresh.map(([name, severe]): [string, Kept] => [name, { row: 1, earlier: 0, told: false, severe }]),
  ];
  return { v: 4, runs: runs + 1, differed: Object.fromEntries(all.slice(-mostRemembered)) };
}

export interface Odds {
  /** It was never seen before this row. */
  readonly isFirst: boolean;
  /** How often in a row it was seen, this time included. */
  readonly times: number;
  /** How often it must be, until chance is no explanation. */
  readonly needed: number;
  /** One run in so many would end such a row by chance. */
  readonly runsPerChance: number;
}

/** How likely a difference is chance, given all that was seen before: `n` replies of the baseline, and those since. */
export function oddsOf(difference: Difference, n: number, before: Watching, after: Watching): Odds {
  const { row: times = 1, earlier = 0 } = after.differed[nameOf(difference)] ?? {};
  const sightings = difference.sightings + earlier;
  // The row itself is what is asked about: it is no knowledge from before.
  const since = Math.round(((before.runs - (times - 1)) * difference.chances) / n);
  const chances = difference.chances + since + (sightings === 0 ? priorOf(difference) : 0);
  const p0 = chanceOf(sightings, chances);
  return {
    isFirst: sightings === 0,
    times,
    needed: timesUntilTold(p0, difference),
    runsPerChance: Math.min(1e9, (1 / p0) ** times),
  };
}

/** What was never seen before has prior knowledge against it. */
function priorOf({ kind, subject }: Difference): number {
  const { nature } = severities[kind];
  if (nature === "structure") return structuralSightings;
  return isDeclared(subject) && kind !== "new-value" && kind !== "sign" ? declaredSightings : 0;
}

/**
 * How often it can happen by itself: never seen in `chances`: 99 % confidence, 1 − 0.01^(1/(n+1)); else the upper 95 %
 * bound of Clopper and Pearson.
 */
function chanceOf(sightings: number, chances: number): number {
  return sightings === 0 ? neverSeenBound(chances) : upperBound(sightings, Math.max(chances, sightings + 1));
}

/**
 * How often in a row something must be seen until chance is no explanation. Each further one multiplies the odds that it
 * happens always now (p1 = 0.95) by p1/p0; told is what one in `runsPerFalseAlarm` runs would do at most (the threshold
 * of a Shiryaev–Roberts detector). Where chance explains nearly everything, what is new is told after a while all the
 * same, and what was always seen now and then never is.
 */
function timesUntilTold(p0: number, { sightings }: Difference): number {
  const gain = Math.log(0.95 / p0);
  const needed = gain <= 0 ? Infinity : Math.max(2, Math.ceil(Math.log(runsPerFalseAlarm) / gain));
  return sightings > 0 ? needed : Math.min(30, needed);
}
