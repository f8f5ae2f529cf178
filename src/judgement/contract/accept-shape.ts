import { learn } from "./learn.ts";
import type { Difference } from "./severity.ts";
import type { Observation } from "../../observation/observation.ts";
import type { Json } from "../../std/json.ts";
import { readAs } from "../subject.ts";
import { allDifferencesOf, differencesOf, isSaidBy } from "./differences.ts";
import { type Known, type KnownPath, knownSchema, nothingKnown, type Seen, seenIn, stored } from "./known.ts";
import { newVariant } from "./variants.ts";

/**
 * What a series has learned, with the differences named by `subjects` (those of findings) as they are in the evidence
 * made part of it. What was normal stays so, nothing else is touched or forgotten, and nothing is sent. Observations
 * without a reply show nothing. undefined: `learned` is none that this version can read, and is learned anew.
 */
export function acceptShape(
  learned: Json,
  evidence: readonly Observation[],
  subjects: readonly string[],
): Json | undefined {
  const before = readAs(knownSchema, learned);
  if (before === undefined) return undefined;
  const names = new Set(subjects);
  // Below what was no object before, everything is new, and what one reply has another may not have.
  const opened = subjects.filter((subject) => before.paths[subject]?.kinds["object"] === undefined);
  const isAccepted = (it: Difference): boolean =>
    names.has(it.subject) || isSaidBy(it, names) || opened.some((subject) => isBelow(it.subject, subject));
  const agreed = [...new Set([...before.agreed, ...subjects.filter((subject) => subject.includes("$"))])].toSorted();
  const after = evidence.reduce<Known>(
    (known, observation) => {
      const { outcome } = observation;
      return outcome.kind === "reply" ? acceptReply(known, seenIn(outcome, observation), isAccepted) : known;
    },
    { ...before, agreed },
  );
  return stored(after);
}

/** What was learned from these replies alone: the other side of `diffShapes`. */
export function learnShape(observations: readonly Observation[]): Json {
  const known = observations.reduce<Known>((before, observation) => {
    const { outcome } = observation;
    return outcome.kind === "reply" ? learn(before, seenIn(outcome, observation)) : before;
  }, nothingKnown);
  return stored(known);
}

/** One difference may hide another of the same subject: kinds hide classes, a parent its members. */
const mostLayers = 8;

function acceptReply(before: Known, seen: Seen, isAccepted: (difference: Difference) => boolean): Known {
  let known = before;
  for (let layer = 0; layer < mostLayers; layer += 1) {
    const accepted = [...allDifferencesOf(known, seen), ...newVariant(known, seen)].filter(isAccepted);
    if (accepted.length === 0) return known;
    // Replies now vary in more ways than was known, and which ways may still come is unknown: forget the variants.
    // A new variant that is reported and was not accepted stays reported, and needs them.
    const keepsVariants = differencesOf(known, seen).some((it) => it.kind === "new-variant" && !isAccepted(it));
    const variants = keepsVariants ? known.variants : null;
    known = { ...accepted.reduce((sum, difference) => withDifference(sum, difference, seen), known), variants };
  }
  return known;
}

function withDifference(known: Known, { kind, subject, observed }: Difference, seen: Seen): Known {
  const counts = known.words[subject];
  if (counts !== undefined) {
    return { ...known, words: { ...known.words, [subject]: { ...counts, [observed]: 1 } } };
  }
  switch (kind) {
    case "gone":
    case "deprecated-gone":
    case "sometimes-gone":
      return withoutIt(known, subject);
    case "new-variant":
      return known;
    case "new-field":
      return withoutIt(withPaths(known, below(subject, known, seen)), subject);
    default:
      return withPaths(known, below(subject, known, seen));
  }
}

function withoutIt(known: Known, subject: string): Known {
  return known.mayBeAbsent.includes(subject)
    ? known
    : { ...known, mayBeAbsent: [...known.mayBeAbsent, subject].toSorted() };
}

function isBelow(path: string, subject: string): boolean {
  return path.startsWith(`${subject}.`) || path.startsWith(`${subject}[]`);
}

/** A path and what stands below it, with what is seen there added to what is known; what is known of it stays as it was. */
function below(subject: string, known: Known, seen: Seen): [string, KnownPath][] {
  return Object.entries(seen.paths).flatMap(([path, { kinds, classes }]): [string, KnownPath][] => {
    const isNew = known.paths[path] === undefined;
    if (path !== subject && !(isNew && isBelow(path, subject))) return [];
    const before = known.paths[path] ?? { count: 1, kinds: {}, classes: {} };
    return [[path, { ...before, kinds: withWords(before.kinds, kinds), classes: withWords(before.classes, classes) }]];
  });
}

function withWords(counts: Readonly<Record<string, number>>, words: readonly string[]): Record<string, number> {
  const fresh = words.filter((word) => !Object.hasOwn(counts, word)).map((word) => [word, 1]);
  return { ...counts, ...Object.fromEntries(fresh) };
}

function withPaths(known: Known, paths: readonly [string, KnownPath][]): Known {
  return { ...known, paths: { ...known.paths, ...Object.fromEntries(paths) } };
}
