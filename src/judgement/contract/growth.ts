import { allDifferencesOf, classDifference, kindDifference } from "./differences.ts";
import type { Kept, Watching } from "./kept.ts";
import type { Candidates, Known, KnownPath, Seen } from "./known.ts";
import type { Graded } from "./overrides.ts";
import type { Difference } from "./severity.ts";
import { nameOf } from "./watching.ts";

const mostCandidates = 200;
const joinsAfterMs = 86_400_000;

/** What a reply changes of members that are not in the baseline, and that replies since have shown. */
export function candidateDifferences(known: Known, { candidates, runs }: Watching, seen: Seen): Difference[] {
  return Object.entries(candidates).flatMap(([path, before]): Difference[] => {
    const now = seen.paths[path];
    if (now === undefined) return [];
    const difference =
      kindDifference({ ...known, mayBeAbsent: [path] }, path, before, now) ?? classDifference(path, before, now);
    return difference === undefined ? [] : [{ ...difference, joined: { of: before.count, run: runs } }];
  });
}

/** That a member is new is no news where it has changed since it came. */
export function withCandidates(found: readonly Difference[], changed: readonly Difference[]): Difference[] {
  const paths = new Set(changed.map(({ subject }) => subject));
  return [...found.filter(({ kind, subject }) => kind !== "new-field" || !paths.has(subject)), ...changed];
}

/** Counts what is not in the baseline. What is unlike the replies before is not counted as usual. */
export function countCandidates(
  { candidates, runs }: Watching,
  known: Known,
  seen: Seen,
  changed: readonly Difference[],
): Candidates {
  const isChanged = new Set(changed.map(({ subject }) => subject));
  const counted = new Map(Object.entries(candidates));
  for (const [path, { kinds, classes }] of Object.entries(seen.paths)) {
    if (known.paths[path] !== undefined) continue;
    const before = counted.get(path);
    if (before === undefined && counted.size >= mostCandidates) continue;
    const { count, from, ...words } = before ?? { count: 0, kinds: {}, classes: {}, from: runs };
    const now = isChanged.has(path)
      ? words
      : { kinds: plus(words.kinds, kinds), classes: plus(words.classes, classes) };
    counted.set(path, { count: count + 1, ...now, from });
  }
  return Object.fromEntries(counted);
}

function plus(counts: Readonly<Record<string, number>>, words: readonly string[]): Record<string, number> {
  return { ...counts, ...Object.fromEntries(words.map((word) => [word, (counts[word] ?? 0) + 1])) };
}

export interface Grown {
  readonly known: Known;
  readonly watching: Watching;
  readonly why: string;
}

/**
 * What was seen as often as makes a first baseline, a day long or more, and was never reported as more than information,
 * becomes part of the baseline. undefined: this reply shows nothing of the kind.
 */
export function grownBy(
  known: Known,
  watching: Watching,
  found: readonly Graded[],
  seen: Seen,
  { fewest, slotMs }: { readonly fewest: number; readonly slotMs: number },
): Grown | undefined {
  const joining = found.filter((difference) => {
    const kept = watching.differed[nameOf(difference)];
    return kept !== undefined && mayJoin(difference, kept) && isOften(kept, fewest, slotMs);
  });
  if (joining.length === 0) return undefined;
  const parts = allDifferencesOf(known, seen).flatMap((part): [Difference, Kept][] => {
    const whole = joining.find((it) => it.kind === part.kind && isPartOf(part.subject, it.subject));
    const kept = whole && watching.differed[nameOf(whole)];
    return kept === undefined ? [] : [[part, kept]];
  });
  const grown = parts.reduce((sum, [part, kept]) => withPart(sum, part, kept, watching), known);
  const names = new Set(joining.map(nameOf));
  const text = joining.map((it) => `${it.subject} ${it.observed}`).join(", ");
  return {
    known: grown,
    watching: {
      ...watching,
      differed: Object.fromEntries(Object.entries(watching.differed).filter(([name]) => !names.has(name))),
      candidates: Object.fromEntries(
        Object.entries(watching.candidates).filter(([path]) => grown.paths[path] === undefined),
      ),
    },
    why: `seen again and again, and nobody objected: ${text}`,
  };
}

function mayJoin({ kind, severity }: Graded, { reported, proven, wasReported }: Kept): boolean {
  // How often an optional member is absent is counted anyway.
  if (kind === "new-variant" || kind === "share" || kind === "sometimes-gone") return false;
  return severity === "informative" || !(reported || proven || wasReported);
}

function isOften({ earlier, seen, sinceMs }: Kept, fewest: number, slotMs: number): boolean {
  return earlier >= fewest || (earlier + seen >= fewest && slotMs - sinceMs >= joinsAfterMs);
}

/** One difference may stand for the same member in chunks of several positions. */
function isPartOf(subject: string, whole: string): boolean {
  return subject === whole || (whole.startsWith("$") && subject.endsWith(`:${whole}`));
}

function withPart(known: Known, part: Difference, kept: Kept, { runs, candidates }: Watching): Known {
  const { kind, subject, observed } = part;
  const sightings = kept.earlier + kept.seen;
  const all = known.n + runs;
  // Counts of a baseline are of its own replies.
  const share = Math.max(1, Math.round((sightings * known.n) / all));
  const words = known.words[subject];
  if (words !== undefined) return { ...known, words: { ...known.words, [subject]: { ...words, [observed]: share } } };
  const path = known.paths[subject];
  if (path === undefined) return { ...known, paths: { ...known.paths, ...fromCandidates(subject, candidates, runs) } };
  switch (kind) {
    case "gone":
    case "deprecated-gone":
      return withPath(known, subject, { ...path, count: all - sightings, joined: { of: all, run: runs } });
    case "kind":
    case "null":
      return withPath(known, subject, { ...path, kinds: plusShare(path.kinds, observed.split(" or "), share) });
    default:
      return withPath(known, subject, { ...path, classes: plusShare(path.classes, observed.split(" or "), share) });
  }
}

function plusShare(counts: Readonly<Record<string, number>>, words: readonly string[], share: number) {
  const fresh = words.filter((word) => !Object.hasOwn(counts, word));
  return { ...counts, ...Object.fromEntries(fresh.map((word) => [word, share])) };
}

function withPath(known: Known, subject: string, path: KnownPath): Known {
  return { ...known, paths: { ...known.paths, [subject]: path } };
}

/** The member and what stands below it; only of itself it is unknown out of how many replies it is. */
function fromCandidates(subject: string, candidates: Candidates, runs: number): Known["paths"] {
  return Object.fromEntries(
    Object.entries(candidates).flatMap(([path, { from, ...counts }]): [string, KnownPath][] => {
      if (path === subject) return [[path, { ...counts, joined: { of: runs - from, run: runs } }]];
      return path.startsWith(`${subject}.`) || path.startsWith(`${subject}[`) ? [[path, counts]] : [];
    }),
  );
}
