import { isTooLong } from "../judgement/contract/over.ts";
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

/** What compares with a baseline counts for itself. */
function isOfRuns(kind: Incident["kind"]): boolean {
  return kind === "expectation" || kind === "availability";
}

/** What the runs since the first bad one say for a break in a part of them, against what is usual. */
function evidenceOf({ kind, badRuns, judgedRuns }: Counts): number {
  if (!isOfRuns(kind)) return 0;
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

/**
 * So many good runs in a row may still be chance while a break in a part of the runs goes on. Retries count as runs: no reply is three
 * failures at least. A group counts reports, not runs.
 */
export function mayGoOn({
  kind,
  group,
  badRuns,
  judgedRuns,
  goodInARow,
}: Counts & Pick<Incident, "group" | "goodInARow">): boolean {
  if (group !== undefined || !isOfRuns(kind)) return false;
  return !isTooLong(Math.max(kind === "availability" ? 3 : 2, badRuns), judgedRuns - badRuns - goodInARow, goodInARow);
}

/** It was in all runs, and these good ones may be its end: asking again at once shows it within minutes. */
export function mayHaveEnded(incident: Incident): boolean {
  const { state, badRuns, judgedRuns, goodInARow } = incident;
  const isWhole = goodInARow > 0 && judgedRuns === badRuns + goodInARow;
  return isWhole && (state === "open" || state === "acknowledged") && mayGoOn(incident);
}
