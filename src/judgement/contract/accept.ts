import type { Known, KnownPath, Seen } from "./known.ts";

/**
 * What was known, with the named differences taken for normal. `evidence`: replies that showed them. What vanished from
 * all of them is forgotten, so that its return is news; what is new is known beside what was. Nothing else changes.
 */
export function acceptDifferences(known: Known, evidence: readonly Seen[], subjects: readonly string[]): Known {
  if (evidence.length === 0) return known;
  const isAccepted = acceptance(subjects);
  const isGone = acceptance(subjects.filter((subject) => evidence.every(({ paths }) => paths[subject] === undefined)));
  const paths = Object.fromEntries(
    pathsOf(known, evidence).flatMap((path): [string, KnownPath][] => {
      const before = known.paths[path];
      if (!isAccepted(path)) return before === undefined ? [] : [[path, before]];
      const after = acceptedPath(path, before, known.n, evidence) ?? (isGone(path) ? undefined : before);
      return after === undefined ? [] : [[path, after]];
    }),
  );
  const words = Object.fromEntries(
    wordsOf(known, evidence).map((name) => {
      const before = known.words[name] ?? {};
      return [name, subjects.includes(name) ? acceptedWords(name, before, known.n, evidence) : before];
    }),
  );
  return { v: 2, n: known.n, paths, words };
}

/**
 * A path is accepted with everything below it, and wherever else in a stream's chunks it stands; an error's code or type,
 * with the member that says it. Findings hide these behind the one that they name.
 */
function acceptance(subjects: readonly string[]): (path: string) => boolean {
  const inPaths = subjects.filter((subject) => subject.includes("$"));
  const members = subjects.filter((subject) => subject.startsWith("error ")).map((subject) => `.${subject.slice(6)}`);
  return (path) =>
    inPaths.some((subject) => {
      const whole = subject.startsWith("$") ? path.slice(path.indexOf("$")) : path;
      return whole === subject || isBelow(whole, subject);
    }) || members.some((member) => path.endsWith(member));
}

function isBelow(path: string, subject: string): boolean {
  return path.startsWith(`${subject}.`) || path.startsWith(`${subject}[]`);
}

function pathsOf(known: Known, evidence: readonly Seen[]): string[] {
  return [...new Set([...Object.keys(known.paths), ...evidence.flatMap(({ paths }) => Object.keys(paths))])].toSorted();
}

function wordsOf(known: Known, evidence: readonly Seen[]): string[] {
  return [...new Set([...Object.keys(known.words), ...evidence.flatMap(({ words }) => Object.keys(words))])].toSorted();
}

/** undefined: no evidence has it. */
function acceptedPath(
  path: string,
  before: KnownPath | undefined,
  n: number,
  evidence: readonly Seen[],
): KnownPath | undefined {
  const found = evidence.flatMap(({ paths }) => paths[path] ?? []);
  if (found.length === 0) return undefined;
  const isAlways = found.length === evidence.length && (before === undefined || before.count === n);
  const share = (count: number): number => Math.max(1, Math.round((n * count) / evidence.length));
  return {
    count: isAlways ? n : Math.min(n - 1, before === undefined ? share(found.length) : before.count),
    kinds: withNew(
      before?.kinds ?? {},
      found.flatMap(({ kinds }) => kinds),
      share,
    ),
    classes: withNew(
      before?.classes ?? {},
      found.flatMap(({ classes }) => classes),
      share,
    ),
  };
}

function acceptedWords(
  name: string,
  before: Readonly<Record<string, number>>,
  n: number,
  evidence: readonly Seen[],
): Record<string, number> {
  const share = (count: number): number => Math.max(1, Math.round((n * count) / evidence.length));
  return withNew(
    before,
    evidence.map(({ words }) => words[name] ?? "none"),
    share,
  );
}

function withNew(
  before: Readonly<Record<string, number>>,
  words: readonly string[],
  share: (count: number) => number,
): Record<string, number> {
  const counts = { ...before };
  for (const word of new Set(words)) counts[word] ??= share(words.filter((other) => other === word).length);
  return counts;
}
