import { z } from "zod";
import { neverSeenBound, upperBound } from "../drift/rate/bits.ts";
import { isDeclared } from "./differences.ts";
import type { Graded } from "./overrides.ts";
import { severities, type Difference } from "./severity.ts";

const keptSchema = z.object({
  /** Shiryaev-Roberts sums, one for each of `alternatives`. */
  sums: z.array(z.number()),
  /** Chance of it that would still be normal, when it was last seen. */
  usual: z.number(),
  /** Runs before the sums began to rise; sightings since then, and those before that came to nothing. */
  from: z.number(),
  seen: z.number(),
  earlier: z.number(),
  reported: z.boolean(),
  /** It was reported and lasted: a change, which may come back. */
  wasReported: z.boolean(),
  /** An incident is made of it. */
  severe: z.boolean(),
  /** Notes only: how often it was reported. */
  notes: z.number(),
});
type Kept = z.infer<typeof keptSchema>;

/** Since the baseline: runs judged, runs since something was reported that opens incidents, and the past of each difference. */
export const watchingSchema = z.object({
  v: z.literal(5),
  runs: z.number(),
  quiet: z.number(),
  differed: z.record(z.string(), keptSchema),
  /** Of a mixture: how often each variant answers of late. */
  shares: z.array(z.number()).default([]),
});
export type Watching = z.infer<typeof watchingSchema>;

/** The promise: of an unchanged target at most one difference in so many runs is reported. */
const runsPerFalseAlarm = 10_000;
/** Optional members are many, and each is tried in every run: they share the promise. */
const runsPerFalseAlarmOfOptional = 1_000_000;
/** What is declared, and what changes by somebody's hand, is worth as much as having been seen so often. */
const priorSightings = 1000;
const mostRemembered = 200;
/** A note reported so often is known. */
export const mostNotes = 20;

/**
 * How often it is seen if it is a change: nearly always, or by one of several upstreams. What usually happens more often
 * than `unless` is too close to that to be distinguished.
 */
const alternatives = [
  { chance: 0.95, weight: 0.6, unless: 0.9 },
  { chance: 0.5, weight: 0.4, unless: 0.2 },
] as const;

/** What was reported and seen so often was no accident. */
const lastingSightings = 10;
/** After so many runs without a report no incident is waiting for its next slot. */
const longQuiet = 10;

export const startWatching: Watching = { v: 5, runs: 0, quiet: longQuiet, differed: {}, shares: [] };

/** The same subject may differ in several ways, and each has its own past. */
export function nameOf({ kind, subject }: Difference): string {
  return `${kind} ${subject}`;
}

/** One more run: sums rise for what was found and fall for the rest. `n`: replies of the baseline. */
export function watchOn(before: Watching, found: readonly Graded[], n: number): Watching {
  const now = new Map(found.map((difference) => [nameOf(difference), difference]));
  const past = Object.entries(before.differed).flatMap(([name, kept]): [string, Kept][] =>
    now.has(name) ? [] : [[name, fall(kept)]],
  );
  const seen = [...now].map(([name, difference]): [string, Kept] => [
    name,
    rise(before.differed[name], difference, before.runs, n),
  ]);
  return {
    v: 5,
    runs: before.runs + 1,
    quiet: Math.min(longQuiet, before.quiet + 1),
    differed: Object.fromEntries([...past, ...seen].slice(-mostRemembered)),
    shares: before.shares,
  };
}

const nothing: Kept = {
  sums: [0, 0],
  usual: 1,
  from: 0,
  seen: 0,
  earlier: 0,
  reported: false,
  wasReported: false,
  severe: false,
  notes: 0,
};

function rise(before: Kept = nothing, difference: Graded, runs: number, n: number): Kept {
  const from = before.seen === 0 ? runs : before.from;
  const usual = usualChance(difference, before.earlier, from, n);
  const severe = difference.severity !== "informative";
  return { ...before, sums: raised(before.sums, usual), usual, from, seen: before.seen + 1, severe };
}

function raised(sums: readonly number[], usual: number): number[] {
  return alternatives.map(({ chance, unless }, index) =>
    usual > unless ? 0 : Math.min(1e15, (1 + (sums[index] ?? 0)) * (chance / usual)),
  );
}

/** What was reported and lasted was a change, not chance: it is no reason to expect the same again. */
function fall(kept: Kept): Kept {
  if (kept.seen === 0) return kept;
  const sums = alternatives.map(
    ({ chance }, index) => ((kept.sums[index] ?? 0) * (1 - chance)) / Math.max(1e-9, 1 - kept.usual),
  );
  if (sums.some((sum) => sum >= 0.5) && !kept.reported) return { ...kept, sums };
  const wasChange = kept.reported && kept.seen >= lastingSightings;
  return {
    ...kept,
    sums: [0, 0],
    seen: 0,
    earlier: kept.earlier + (wasChange ? 0 : kept.seen),
    reported: false,
    wasReported: kept.wasReported || wasChange,
  };
}

/**
 * How often it can happen by itself: never seen in `chances`: 99 % confidence, 1 − 0.01^(1/(n+1)); else the upper 95 %
 * bound of Clopper and Pearson. What was seen now and then since the baseline counts.
 */
function usualChance(difference: Difference, earlier: number, runs: number, n: number): number {
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
  const { nature } = severities[kind];
  if (nature === "structure") return priorSightings;
  const isOfPresence = nature === "presence" || kind === "empty";
  return isOfPresence && isDeclared(subject) ? priorSightings : 0;
}

export interface Odds {
  /** How often it was seen of late, this time included. */
  readonly times: number;
  /** It never was seen before. */
  readonly isFirst: boolean;
  /** One run in so many would show it as often by chance. */
  readonly runsPerChance: number;
  /** Chance is no explanation any more; `nearly`: once more, and it is none. */
  readonly proof: "none" | "nearly" | "enough";
}

/** How likely a difference of this run is chance, given everything that was seen of it. */
export function oddsOf(difference: Difference, after: Watching): Odds {
  const { sums, usual, seen, earlier } = after.differed[nameOf(difference)] ?? nothing;
  const enough = difference.sightings > 0 ? runsPerFalseAlarmOfOptional : runsPerFalseAlarm;
  const isProof = (some: readonly number[]): boolean => weighed(some) >= enough && seen > 0;
  const proof = seen > 1 && isProof(sums) ? "enough" : isProof(raised(sums, usual)) ? "nearly" : "none";
  return {
    times: seen,
    isFirst: difference.sightings + earlier === 0,
    runsPerChance: Math.min(1e9, (1 / usual) ** seen),
    proof,
  };
}

function weighed(sums: readonly number[]): number {
  return alternatives.reduce((total, { weight }, index) => total + weight * (sums[index] ?? 0), 0);
}

/** Whether it is reported now. To open, the incident itself asks for one more slot that agrees; one that waits or is open does not. */
export function isNotifiedNow(difference: Graded, odds: Odds, before: Watching): boolean {
  const kept = before.differed[nameOf(difference)];
  if (difference.severity === "informative") return odds.proof === "enough" && (kept?.notes ?? 0) < mostNotes;
  if (kept?.reported === true || odds.proof === "enough") return true;
  return odds.proof === "nearly" && (before.quiet >= longQuiet || kept?.wasReported === true);
}

/** Remembers what was reported, and how often which variant answers. */
export function markNotified(after: Watching, notified: readonly Graded[], shares: readonly number[]): Watching {
  const names = new Map(notified.map((it) => [nameOf(it), it.severity === "informative"]));
  const differed = Object.entries(after.differed).map(([name, kept]): [string, Kept] => {
    const isNote = names.get(name);
    return isNote === undefined
      ? [name, kept]
      : [name, { ...kept, reported: true, notes: kept.notes + (isNote ? 1 : 0) }];
  });
  const isQuiet = notified.every(({ severity }) => severity === "informative");
  return { ...after, shares: [...shares], quiet: isQuiet ? after.quiet : 0, differed: Object.fromEntries(differed) };
}
