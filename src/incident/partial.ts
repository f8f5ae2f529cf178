import { chanceOfRow } from "../judgement/contract/over.ts";
import type { Incident } from "./incident.ts";

/** Of an unchanged target at most one suspicion in so many is confirmed by how often runs are bad. */
const suspicionsPerFalseAlarm = 10_000;
/** Fewer bad runs than this are usual for providers. */
const usual = 0.015;
const alternatives = [
  { chance: 0.05, weight: 0.2 },
  { chance: 0.1, weight: 0.3 },
  { chance: 0.2, weight: 0.25 },
  { chance: 0.5, weight: 0.25 },
] as const;

type Counts = Pick<Incident, "kind" | "badRuns" | "judgedRuns">;

/** What the runs since the first bad one say for a break in a part of them, against what is usual. */
function evidenceOf({ kind, badRuns, judgedRuns }: Counts): number {
  if (kind !== "expectation" && kind !== "availability") return 0;
  return alternatives.reduce((sum, { chance, weight }) => {
    const good = ((1 - chance) / (1 - usual)) ** (judgedRuns - badRuns);
    return sum + weight * (chance / usual) ** badRuns * good;
  }, 0);
}

/** Bad runs are too many for chance, although no few in a row agree. */
export function isTooOften(counts: Counts): boolean {
  return evidenceOf(counts) >= suspicionsPerFalseAlarm;
}

/** A break in a part of the runs is still as likely as none. */
export function isStillSuspected(counts: Counts): boolean {
  return evidenceOf(counts) >= 0.5;
}

/** Each row of good runs may seem to be the end: so many breaks for each row are one false end (replayed: 1 in 5 at a share of 10 %). */
const breaksPerFalseEnd = 50;

/** Of what a part of the runs breaks, so many good ones in a row may still be chance. A group counts reports, not runs. */
export function mayGoOn({ kind, group, badRuns, judgedRuns, goodInARow }: Incident): boolean {
  const goodBetween = judgedRuns - badRuns - goodInARow;
  if (group !== undefined) return false;
  if ((kind !== "expectation" && kind !== "availability") || goodBetween <= 0) return false;
  const rows = 1 + Math.min(badRuns, goodBetween);
  return chanceOfRow(badRuns, goodBetween, goodInARow) * breaksPerFalseEnd * rows > 1;
}
