import type { Observation } from "../../observation/observation.ts";
import type { Json } from "../../std/json.ts";
import { readAs } from "../learned.ts";
import { allDifferencesOf, type Difference } from "./differences.ts";
import { type Known, type KnownPath, knownSchema, learn, nothingKnown, type Seen, seenIn } from "./known.ts";

/**
 * What a series has learned, with the differences named by `subjects` (those of findings) as they are in the evidence
 * made part of it. What was normal stays so, nothing else is touched or forgotten, and nothing is sent. Observations
 * without a reply tell nothing. undefined: `learned` is none that this version can read, and is learned anew.
 */
export function acceptShape(
  learned: Json,
  evidence: readonly Observation[],
  subjects: readonly string[],
): Json | undefined {
  const before = readAs(knownSchema, learned);
  if (before === undefined) return undefined;
  return evidence.reduce<Known>((known, observation) => {
    const { outcome } = observation;
    return outcome.kind === "reply" ? acceptReply(known, seenIn(outcome, observation), subjects) : known;
  }, before);
}

/** What was learned from these replies alone: the other side of `diffShapes`. */
export function learnShape(observations: readonly Observation[]): Json {
  return observations.reduce<Known>((known, observation) => {
    const { outcome } = observation;
    return outcome.kind === "reply" ? learn(known, seenIn(outcome, observation)) : known;
  }, nothingKnown);
}

/** One difference may hide another of the same subject: kinds hide classes, a parent its members. */
const mostLayers = 8;

function acceptReply(before: Known, seen: Seen, subjects: readonly string[]): Known {
  let known = before;
  for (let layer = 0; layer < mostLayers; layer += 1) {
    const accepted = allDifferencesOf(known, seen).filter(({ subject }) => isAmong(subject, subjects));
    if (accepted.length === 0) return known;
    known = accepted.reduce((sum, difference) => withDifference(sum, difference, seen), known);
  }
  return known;
}

/** What is accepted of the whole is accepted of each chunk of a stream. */
function isAmong(subject: string, subjects: readonly string[]): boolean {
  const at = subject.indexOf(":$");
  return subjects.includes(subject) || (at >= 0 && subjects.includes(subject.slice(at + 1)));
}

function withDifference(known: Known, { kind, subject, observed }: Difference, seen: Seen): Known {
  const counts = known.words[subject];
  if (counts !== undefined) {
    return { ...known, words: { ...known.words, [subject]: { ...counts, [observed]: 1 } } };
  }
  const path = known.paths[subject];
  switch (kind) {
    case "gone":
    case "deprecated-gone":
    case "sometimes-gone":
      return path === undefined ? known : withPaths(known, [[subject, { ...path, mayBeAbsent: true }]]);
    case "new-field":
      return withPaths(known, below(subject, known, seen));
    default:
      return path === undefined ? known : withPaths(known, below(subject, known, seen));
  }
}

/** A path and what stands below it, with what is seen there added to what is known; what is known of it stays as it was. */
function below(subject: string, known: Known, seen: Seen): [string, KnownPath][] {
  return Object.entries(seen.paths).flatMap(([path, { kinds, classes }]): [string, KnownPath][] => {
    const isNew = known.paths[path] === undefined;
    const isBelow = path.startsWith(`${subject}.`) || path.startsWith(`${subject}[]`);
    if (path !== subject && !(isBelow && isNew)) return [];
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
