import type { Graded } from "./overrides.ts";
import { type Kept, type Watching } from "./kept.ts";
import { isOver } from "./over.ts";
import type { Difference } from "./severity.ts";
import { usualChance } from "./usual-chance.ts";

/** The promise: of an unchanged target at most one difference in so many runs is reported. */
const runsPerFalseAlarm = 10_000;
/** Optional members are many, and each is tried in every run: they share the promise. */
const runsPerFalseAlarmOfOptional = 1_000_000;
const mostRemembered = 200;
/** A note reported so often is known. */
export const mostNotes = 20;

/**
 * How often it is seen if it is a change: nearly always, by one of several upstreams, or by a few of many replicas. What
 * usually happens more often than `unless` is too close to that to be distinguished.
 */
const alternatives = [
  { chance: 0.95, weight: 0.4, unless: 0.9 },
  { chance: 0.5, weight: 0.25, unless: 0.2 },
  { chance: 0.2, weight: 0.15, unless: 0.08 },
  { chance: 0.1, weight: 0.1, unless: 0.04 },
  { chance: 0.05, weight: 0.1, unless: 0.02 },
] as const;
const noSums = alternatives.map(() => 0);

/** What comes back within so many runs had not ended. */
const returnsWithin = 20;
/** After so many runs without a report no incident is waiting for its next slot. */
const longQuiet = 10;

export const startWatching: Watching = { v: 6, runs: 0, quiet: longQuiet, differed: {}, shares: [], candidates: {} };

/** The same subject may differ in several ways, and each has its own past. */
export function nameOf({ kind, subject }: Difference): string {
  return `${kind} ${subject}`;
}

/** One more run: sums rise for what was found and fall for the rest. `n`: replies of the baseline. */
export function watchOn(
  before: Watching,
  found: readonly Graded[],
  n: number,
  reply: WatchedReply = { slotMs: 0 },
): Watching {
  const now = new Map(found.map((difference) => [nameOf(difference), difference]));
  const past = Object.entries(before.differed).flatMap(([name, kept]): [string, Kept][] =>
    now.has(name) ? [] : [[name, fall(counted(kept, 0, reply))]],
  );
  const seen = [...now].map(([name, difference]): [string, Kept] => [
    name,
    counted(rise(before.differed[name], difference, before.runs, n, reply.slotMs), 1, reply),
  ]);
  return {
    v: 6,
    runs: before.runs + 1,
    quiet: Math.min(longQuiet, before.quiet + 1),
    differed: Object.fromEntries([...past, ...seen].slice(-mostRemembered)),
    shares: before.shares,
    candidates: before.candidates,
  };
}

/** What a watched reply is known by beside its shape. */
export interface WatchedReply {
  readonly slotMs: number;
  readonly upstream?: string | undefined;
}

const mostUpstreams = 8;

function counted(kept: Kept, sighting: 0 | 1, { upstream }: WatchedReply): Kept {
  if (upstream === undefined || kept.seen === 0) return kept;
  const [seen, of] = kept.by[upstream] ?? [0, 0];
  if (of === 0 && Object.keys(kept.by).length >= mostUpstreams) return kept;
  const missedBy = sighting === 1 ? 0 : kept.missedBy + (seen > 0 ? 1 : 0);
  return { ...kept, missedBy, by: { ...kept.by, [upstream]: [seen + sighting, of + 1] } };
}

const nothing: Omit<Kept, "finding"> = {
  sinceMs: 0,
  others: 0,
  missed: 0,
  missedBy: 0,
  by: {},
  sums: noSums,
  usual: 1,
  from: 0,
  seen: 0,
  earlier: 0,
  reported: false,
  proven: false,
  over: false,
  wasReported: false,
  notes: 0,
};

function rise(known: Kept | undefined, finding: Graded, runs: number, n: number, slotMs: number): Kept {
  const before = known ?? { ...nothing, finding };
  const isFirst = before.seen === 0;
  const from = isFirst ? runs : before.from;
  const { of = n, run = 0 } = finding.joined ?? {};
  const usual = usualChance(finding, before.earlier, Math.max(0, from - run), of);
  return {
    ...before,
    ...(isFirst && { sinceMs: slotMs, by: {} }),
    finding: pick(finding),
    others: isFirst ? 0 : before.others + before.missed,
    missed: 0,
    missedBy: 0,
    over: false,
    sums: raised(before.sums, usual),
    usual,
    from,
    seen: before.seen + 1,
  };
}

function pick({ subject, kind, severity, expected, observed, chances, sightings }: Graded): Graded {
  return { subject, kind, severity, expected, observed, chances, sightings };
}

function raised(sums: readonly number[], usual: number): number[] {
  return alternatives.map(({ chance, unless }, index) =>
    usual > unless ? 0 : Math.min(1e15, (1 + (sums[index] ?? 0)) * (chance / usual)),
  );
}

/**
 * One run without it. What was reported goes on until so long a row without it is no chance; it was a change, and no
 * reason to expect the same again. What came to nothing is part of what is usual.
 */
function fall(before: Kept): Kept {
  if (before.seen === 0) return before;
  const sums = alternatives.map(
    ({ chance }, index) => ((before.sums[index] ?? 0) * (1 - chance)) / Math.max(1e-9, 1 - before.usual),
  );
  const kept = { ...before, sums, missed: before.missed + 1 };
  if (kept.over) return kept.missed < returnsWithin ? kept : forgotten(kept);
  if (kept.proven) return isOver(kept) ? { ...kept, sums: noSums, over: true } : kept;
  return sums.some((sum) => sum >= 0.5) ? kept : forgotten(kept);
}

function forgotten(kept: Kept): Kept {
  return {
    ...kept,
    sums: noSums,
    seen: 0,
    earlier: kept.earlier + (kept.proven ? 0 : kept.seen),
    reported: false,
    proven: false,
    over: false,
    wasReported: kept.wasReported || kept.proven,
  };
}

/** What goes on although this reply does not show it: an open incident about it is not good news. */
export function ongoing(after: Watching, found: readonly Difference[]): Kept[] {
  const now = new Set(found.map(nameOf));
  return Object.entries(after.differed).flatMap(([name, kept]) =>
    kept.proven && !kept.over && kept.finding.severity !== "informative" && !now.has(name) ? [kept] : [],
  );
}

/** It was in every reply until it was in none: this reply is not broken, and the next ones show whether it is over. */
export function seemsOver({ others }: Kept): boolean {
  return others === 0;
}

/** `in 20 % of replies since 14:05 UTC, all of fp_b`; empty while every reply shows it. */
export function shareText(difference: Difference, after: Watching): string {
  const { seen, others, missed, sinceMs, by } = after.differed[nameOf(difference)] ?? nothing;
  const of = seen + others + missed;
  if (of === seen) return "";
  const percent = Math.max(1, Math.round((100 * seen) / of));
  const at = new Date(sinceMs).toISOString().slice(11, 16);
  const upstreams = Object.entries(by);
  const affected = upstreams.filter(([, [times]]) => times > 0);
  const [only] = affected;
  const isOfOne = upstreams.length > 1 && affected.length === 1 && only !== undefined;
  const which = isOfOne ? `, ${only[1][0] === only[1][1] ? "all" : "only"} of ${only[0]}` : "";
  return ` in ${percent} % of replies since ${at} UTC${which}`;
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

/** Reported again within three runs it opens an incident, which lasts until its absence is no chance. */
function isOpening(before: Kept | undefined): boolean {
  return before?.reported === true && before.missed <= 1;
}

/** Remembers what was reported, and how often which variant answers. */
export function markNotified(
  before: Watching,
  after: Watching,
  notified: readonly Graded[],
  shares: readonly number[],
): Watching {
  const names = new Map(notified.map((it) => [nameOf(it), it]));
  const differed = Object.entries(after.differed).map(([name, kept]): [string, Kept] => {
    const difference = names.get(name);
    if (difference === undefined) return [name, kept];
    const proven = kept.proven || isOpening(before.differed[name]) || oddsOf(difference, after).proof === "enough";
    const notes = kept.notes + (difference.severity === "informative" ? 1 : 0);
    return [name, { ...kept, reported: true, proven, notes }];
  });
  const isQuiet = notified.every(({ severity }) => severity === "informative");
  return { ...after, shares: [...shares], quiet: isQuiet ? after.quiet : 0, differed: Object.fromEntries(differed) };
}
