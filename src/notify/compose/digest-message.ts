import { formatDurationMs, minuteMs } from "../../std/duration.ts";
import { createRedactor } from "../../std/redact.ts";
import { sanitize } from "../../std/sanitize.ts";
import type { Alert, Change, OutboxEntry } from "./alert.ts";
import { messageId } from "../route/route.ts";
import { maxSummary } from "./summary.ts";

/** What has moved since the last digest without waking anybody: facts, never content. Times in Unix milliseconds. */
export interface Digest {
  /** When the last digest was made; before the first, each series counts since its first comparison. */
  readonly fromMs?: number | undefined;
  readonly atMs: number;
  /** Series that were compared in this time. */
  readonly judged: number;
  /** Those that stand out of all, most evident first. */
  readonly moved: readonly DigestMove[];
  readonly moreMoved: number;
  /** Informative findings, of which nobody was notified; newest first. */
  readonly noted: readonly DigestNote[];
  readonly moreNoted: number;
  /** Moves that have an open incident already. */
  readonly known: readonly DigestMove[];
  readonly moreKnown: number;
  /** Series that were bad once or twice and have no open incident yet. */
  readonly suspected: readonly DigestPlace[];
  readonly moreSuspected: number;
  readonly pages: PagesSent;
  /** Targets that nobody could watch for an hour or more, worst first; undefined in digests older than this field. */
  readonly blind?: readonly DigestBlind[] | undefined;
}

export interface DigestBlind {
  readonly target: string;
  /** Minutes of the last day. */
  readonly minutes: number;
}

export interface DigestPlace {
  readonly probe: string;
  readonly target: string;
  readonly model: string;
  readonly scenario: string;
  readonly location: string;
  /** What is measured, such as `total time`. */
  readonly what: string;
}

export interface DigestNote extends DigestPlace {
  readonly expected: string;
  readonly observed: string;
}

export interface DigestMove extends DigestNote {
  readonly direction?: "up" | "down" | undefined;
}

/** Pages about drift, and how many false ones are expected. */
export interface PagesSent {
  readonly sinceMs: number;
  /** Series about whose moves somebody is notified. */
  readonly series: number;
  readonly notified: number;
  /** How many of them people marked as false positives. */
  readonly noise: number;
  /** The most false ones expected in this time, on average. */
  readonly allowed: number;
}

/**
 * Whether the digest is worth a message. Notes that the digest before contained, and suspicions, are no reason by
 * themselves: notes repeat until somebody accepts them, and suspicions come and go.
 */
export function hasNews({ moved, noted, blind = [] }: Digest, before: Digest | undefined): boolean {
  const known = new Set([...(before?.moved ?? []), ...(before?.noted ?? [])].map(placeKey));
  return moved.length > 0 || blind.length > 0 || noted.some((note) => !known.has(placeKey(note)));
}

/** The same for the same thing measured of the same probe. */
export function placeKey({ probe, what }: Pick<DigestPlace, "probe" | "what">): string {
  return JSON.stringify([probe, what]);
}

/** `2 pages in 30 days for 40 series, 1 marked as false; at most 6.7 false pages expected` */
export function pagesText({ sinceMs, series, notified, noise, allowed }: PagesSent, nowMs: number): string {
  const pages = `${notified} ${notified === 1 ? "page" : "pages"} in ${span(nowMs - sinceMs)} for ${series} series`;
  const falsePositives = noise === 0 ? "" : `, ${noise} marked as false`;
  return `${pages}${falsePositives}; at most ${allowed.toFixed(1)} false pages expected`;
}

function span(ms: number): string {
  const days = Math.round(ms / dayMs);
  return ms < 2 * dayMs ? formatDurationMs(ms) : `${days} days`;
}

const dayMs = 86_400_000;

/** `4 of 40 series have moved, 2 notes, 1 suspicion` */
export function digestHeadline({
  judged,
  moved,
  moreMoved,
  noted,
  moreNoted,
  known,
  moreKnown,
  suspected,
  moreSuspected,
  blind = [],
}: Digest): string {
  const counted = (count: number, singular: string, plural: string): string[] =>
    count === 0 ? [] : [`${count} ${count === 1 ? singular : plural}`];
  const movedCount = moved.length + moreMoved;
  const parts = [
    ...(movedCount === 0 ? [] : [`${movedCount} of ${judged} series ${movedCount === 1 ? "has" : "have"} moved`]),
    ...counted(blind.length, "target not checked for long", "targets not checked for long"),
    ...counted(noted.length + moreNoted, "note", "notes"),
    ...counted(known.length + moreKnown, "known before", "known before"),
    ...counted(suspected.length + moreSuspected, "suspicion", "suspicions"),
  ];
  return parts.length === 0 ? `nothing has moved, ${judged} series compared` : parts.join(", ");
}

export function placeText({ target, scenario, location, what }: DigestPlace): string {
  return `${target} ${scenario}${location === "default" ? "" : ` from ${location}`}: ${what}`;
}

/** The message with one digest: an alert without an incident, which wakes nobody. */
export function digestAlert(digest: Digest): Alert {
  const {
    atMs,
    fromMs = atMs,
    moved,
    moreMoved,
    noted,
    moreNoted,
    known,
    moreKnown,
    suspected,
    moreSuspected,
    pages,
    blind = [],
  } = digest;
  const at = new Date(atMs).toISOString();
  const changes = [
    ...blind.map(blindChange),
    ...moved.map((one) => changeOf(one, one.expected, one.observed)),
    ...noted.map((one) => changeOf(one, one.expected, one.observed)),
    ...known.map((one) => changeOf(one, one.expected, one.observed)),
    ...suspected.map((one) => changeOf(one, "as usual", "suspected, not confirmed yet")),
  ];
  const left = Math.max(0, changes.length - mostChanges);
  return {
    version: 1,
    incidentId: `digest-${atMs}`,
    fingerprint: "digest",
    sequence: 1,
    event: "digest",
    status: "information",
    reason: "daily digest",
    at,
    kind: "monitor",
    severity: "informative",
    summary: sanitize(`daily digest: ${digestHeadline(digest)}`, maxSummary),
    changes: changes.slice(0, mostChanges),
    moreChanges: left + moreMoved + moreNoted + moreKnown + moreSuspected,
    target: everything,
    model: everything,
    scenario: everything,
    location: everything,
    probe: everything,
    firstBadSlot: new Date(fromMs).toISOString(),
    lastGoodSlot: null,
    badRuns: 0,
    judgedRuns: 0,
    baselineVersion: null,
    reach: null,
    evidence: [],
    likelyCause: "provider",
    nextStep: "Run `plumbline digest --last` for the whole digest, and `plumbline baseline list` for the baselines.",
    digest: { pages: sanitize(pagesText(pages, atMs), 160) },
  };
}

const everything = "all";
const mostChanges = 10;

/** `mini: checked → not checked for 3 h 5 min of the last 24 h` */
function blindChange({ target, minutes }: DigestBlind): Change {
  return { what: sanitize(target, 100), before: "checked", after: blindText(minutes) };
}

export const blindText = (minutes: number): string =>
  `not checked for ${formatDurationMs(minutes * minuteMs)} of the last 24 h`;

function changeOf(place: DigestPlace, before: string, after: string): Change {
  const { probe, target, model, scenario, location } = place;
  const withoutKeys = createRedactor([], [probe, target, model, scenario, location]);
  return {
    what: sanitize(withoutKeys(placeText(place)), 100),
    before: sanitize(withoutKeys(before), 110),
    after: sanitize(withoutKeys(after), 110),
  };
}

/** The outbox entries of a digest: none when it has no news. */
export function digestEntries(digest: Digest, receivers: readonly string[], before: Digest | undefined): OutboxEntry[] {
  if (!hasNews(digest, before)) return [];
  const alert = digestAlert(digest);
  return receivers.map((receiver) => ({
    id: messageId(alert, receiver),
    receiver,
    alert,
    createdAtMs: digest.atMs,
  }));
}
