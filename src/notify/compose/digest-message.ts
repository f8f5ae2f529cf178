import { formatDurationMs } from "../../std/duration.ts";
import { createRedactor } from "../../std/redact.ts";
import { sanitize } from "../../std/sanitize.ts";
import type { Alert, Change, OutboxEntry } from "./alert.ts";
import { messageId } from "../route/route.ts";
import { maxSummary } from "./summary.ts";

/** What has moved since the last one and wakes nobody: facts in our own words, never content. Times in Unix milliseconds. */
export interface Digest {
  /** When the last one was made; left out before the first: then each series since it was first compared. */
  readonly fromMs?: number | undefined;
  readonly atMs: number;
  /** Series that were compared in this time. */
  readonly judged: number;
  /** Those that stand out of all, most evident first. */
  readonly moved: readonly DigestMove[];
  readonly moreMoved: number;
  /** What runs have noted and nobody was told of, newest first. */
  readonly noted: readonly DigestNote[];
  readonly moreNoted: number;
  /** Moves that were found by themselves before, as an incident tells, and are not over. */
  readonly known: readonly DigestMove[];
  readonly moreKnown: number;
  /** What has been bad once or twice and is not an incident yet. */
  readonly suspected: readonly DigestPlace[];
  readonly moreSuspected: number;
  readonly pages: PagesSent;
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

/** Pages about drift, and what was promised of those that are false. */
export interface PagesSent {
  readonly sinceMs: number;
  /** Series about whose moves somebody is notified. */
  readonly series: number;
  readonly notified: number;
  /** How many of them people have called noise. */
  readonly noise: number;
  /** False ones that the promise allows in this time, on average. */
  readonly allowed: number;
}

/**
 * Whether there is something to tell. What was named the time before goes on being noted until somebody accepts it, and
 * suspicions come and go: neither is a reason for a message by itself.
 */
export function hasNews({ moved, noted }: Digest, before: Digest | undefined): boolean {
  const known = new Set([...(before?.moved ?? []), ...(before?.noted ?? [])].map(placeKey));
  return moved.length > 0 || noted.some((note) => !known.has(placeKey(note)));
}

/** The same for the same thing measured of the same probe. */
export function placeKey({ probe, what }: Pick<DigestPlace, "probe" | "what">): string {
  return JSON.stringify([probe, what]);
}

/** `2 pages in 30 days of 40 series, 1 of them called noise; the promise allows 6.7 false ones` */
export function pagesText({ sinceMs, series, notified, noise, allowed }: PagesSent, nowMs: number): string {
  const pages = `${notified} ${notified === 1 ? "page" : "pages"} in ${span(nowMs - sinceMs)} of ${series} series`;
  const called = noise === 0 ? "" : `, ${noise} of them called noise`;
  return `${pages}${called}; the promise allows ${allowed.toFixed(1)} false ones`;
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
}: Digest): string {
  const counted = (count: number, one: string, many: string): string[] =>
    count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
  const movedCount = moved.length + moreMoved;
  const parts = [
    ...(movedCount === 0 ? [] : [`${movedCount} of ${judged} series ${movedCount === 1 ? "has" : "have"} moved`]),
    ...counted(noted.length + moreNoted, "note", "notes"),
    ...counted(known.length + moreKnown, "known before", "known before"),
    ...counted(suspected.length + moreSuspected, "suspicion", "suspicions"),
  ];
  return parts.length === 0 ? `nothing has moved, ${judged} series compared` : parts.join(", ");
}

export function placeText({ target, scenario, location, what }: DigestPlace): string {
  return `${target} ${scenario}${location === "default" ? "" : ` from ${location}`}: ${what}`;
}

/** The message about one digest: an alert that is nobody's incident and wakes nobody. */
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
  } = digest;
  const at = new Date(atMs).toISOString();
  const changes = [
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
    nextStep: "plumbline digest --last shows all of it; plumbline baseline list names what each is compared with.",
    digest: { pages: sanitize(pagesText(pages, atMs), 160) },
  };
}

const everything = "all";
const mostChanges = 10;
const withoutKeys = createRedactor([]);

function changeOf(place: DigestPlace, before: string, after: string): Change {
  return {
    what: sanitize(withoutKeys(placeText(place)), 100),
    before: sanitize(withoutKeys(before), 110),
    after: sanitize(withoutKeys(after), 110),
  };
}

/** What is to be delivered of it: nothing when there is nothing to tell that the one before did not. */
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
