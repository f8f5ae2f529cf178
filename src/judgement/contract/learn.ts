import type { Known, Seen } from "./known.ts";
import { mergeVariants } from "./variants.ts";

const mostPaths = 3000;
const mostWords = 32;

/** One more reply. The order of replies makes no difference. */
export function learn(known: Known, seen: Seen): Known {
  return merge(known, {
    v: 2,
    n: 1,
    paths: Object.fromEntries(
      Object.entries(seen.paths).map(([path, { kinds, classes }]) => [
        path,
        { count: 1, kinds: each(kinds), classes: each(classes) },
      ]),
    ),
    words: Object.fromEntries(Object.entries(seen.words).map(([name, word]) => [name, { [word]: 1 }])),
    mayBeAbsent: [],
    agreed: [],
    variants: [{ has: [], count: 1 }],
  });
}

function each(words: readonly string[]): Record<string, number> {
  return Object.fromEntries(words.map((word) => [word, 1]));
}

/** Two halves together know what the whole would: counts are added. What is beyond the bounds is left out, the last first. */
export function merge(one: Known, other: Known): Known {
  const paths = new Map(Object.entries(one.paths));
  for (const [path, { count, kinds, classes }] of Object.entries(other.paths)) {
    const before = paths.get(path);
    if (before === undefined && paths.size >= mostPaths) continue;
    paths.set(path, {
      count: (before?.count ?? 0) + count,
      kinds: sum(before?.kinds, kinds),
      classes: sum(before?.classes, classes),
    });
  }
  const words = new Map(Object.entries(one.words));
  for (const [name, counts] of Object.entries(other.words)) words.set(name, sum(words.get(name), counts));
  return {
    v: 2,
    n: one.n + other.n,
    paths: inOrder(paths),
    words: inOrder(words),
    mayBeAbsent: [...new Set([...one.mayBeAbsent, ...other.mayBeAbsent])].toSorted(),
    agreed: [...new Set([...one.agreed, ...other.agreed])].toSorted(),
    variants: mergeVariants(one, other) ?? null,
  };
}

type Counts = Readonly<Record<string, number>>;

function sum(one: Counts = {}, other: Counts): Record<string, number> {
  const counts = new Map(Object.entries(one));
  for (const [word, count] of Object.entries(other)) {
    if (counts.has(word) || counts.size < mostWords) counts.set(word, (counts.get(word) ?? 0) + count);
  }
  return inOrder(counts);
}

function inOrder<Value>(entries: ReadonlyMap<string, Value>): Record<string, Value> {
  return Object.fromEntries([...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
