import type { Command } from "commander";
import {
  blindText,
  digestHeadline,
  type DigestNote,
  type DigestPlace,
  pagesText,
  placeText,
} from "../notify/compose/digest-message.ts";
import { getDigest } from "../operate/digest.ts";
import type { Answer } from "../operate/operation.ts";
import { printable } from "../report/terminal-text.ts";
import { isoSeconds } from "../std/time.ts";
import { ask, asking, type AskOptions } from "./ask.ts";
import type { CliWorld } from "./effects.ts";

/** `digest`: what stands out of all series. */
export function addDigestCommand(digest: Command, world: CliWorld): void {
  asking(digest)
    .option("--last", "show the last digest as it was sent", false)
    .addHelpText("after", "\nExample: plumbline digest --last --json")
    .action(({ last, ...where }: AskOptions & { last: boolean }) =>
      ask(world, where, getDigest, { query: { of: last ? "last" : "now" } }, digestStory),
    );
}

function digestStory(digest: Answer<typeof getDigest>): string {
  const {
    fromMs,
    atMs,
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
  const since = fromMs === undefined ? "since each series was first compared" : `since ${isoSeconds(fromMs)}`;
  return [
    digestHeadline(digest),
    `${since}, as of ${isoSeconds(atMs)}`,
    ...part(
      "not checked",
      blind.map(({ target, minutes }) => `${target}: ${blindText(minutes)}`),
      0,
    ),
    ...part("moved", moved.map(noteText), moreMoved),
    ...part("noted", noted.map(noteText), moreNoted),
    ...part("known before, not over", known.map(noteText), moreKnown),
    ...part("suspected, not confirmed yet", suspected.map(nameOf), moreSuspected),
    "",
    pagesText(pages, atMs),
  ]
    .map((line) => `${printable(line)}\n`)
    .join("");
}

const nameOf = (place: DigestPlace): string => `${placeText(place)} (${place.probe})`;

const noteText = (note: DigestNote): string => `${nameOf(note)}: ${note.expected} → ${note.observed}`;

function part(title: string, texts: readonly string[], more: number): string[] {
  if (texts.length === 0) return [];
  return ["", `${title}:`, ...texts.map((text) => `  ${text}`), ...(more > 0 ? [`  and ${more} more`] : [])];
}
