import {
  type Digest,
  digestHeadline,
  type DigestNote,
  type DigestPlace,
  pagesText,
  placeText,
} from "../notify/compose/digest-message.ts";
import { printable } from "./terminal-text.ts";
import { isoSeconds } from "../std/time.ts";

/** A digest for a person: what has moved, what was noted, what is suspected, and what the promise has cost. */
export function digestStory(digest: Digest): string {
  const { fromMs, atMs, moved, moreMoved, noted, moreNoted, known, moreKnown, suspected, moreSuspected, pages } =
    digest;
  const since = fromMs === undefined ? "since each series was first compared" : `since ${isoSeconds(fromMs)}`;
  const lines = [
    digestHeadline(digest),
    `${since}, as of ${isoSeconds(atMs)}`,
    ...part("moved", moved.map(noteText), moreMoved),
    ...part("noted", noted.map(noteText), moreNoted),
    ...part("known before, not over", known.map(noteText), moreKnown),
    ...part("suspected, not confirmed yet", suspected.map(nameOf), moreSuspected),
    "",
    pagesText(pages, atMs),
  ];
  return `${lines.map(printable).join("\n")}\n`;
}

const nameOf = (place: DigestPlace): string => `${placeText(place)} (${place.probe})`;

const noteText = (note: DigestNote): string => `${nameOf(note)}: ${note.expected} → ${note.observed}`;

function part(title: string, lines: readonly string[], more: number): string[] {
  if (lines.length === 0) return [];
  return ["", `${title}:`, ...lines.map((line) => `  ${line}`), ...(more > 0 ? [`  and ${more} more`] : [])];
}
