import type { Difference } from "./severity.ts";

import type { Known, Seen, Variant } from "./known.ts";

/** With more of them, or of facts, replies vary by themselves: they are no mixture of a few upstreams. */
const mostVariants = 12;
const mostFacts = 60;

/** What may set one upstream's replies apart: which members there are, how ids begin, which headers come. */
export function factsOf({ paths, words }: Seen): string[] {
  return [
    ...Object.entries(paths).flatMap(([path, { classes }]) => [
      ...(isMark(path) ? [path] : []),
      ...classes.filter(isPrefix).map((like) => `${path} ${like}`),
    ]),
    ...Object.keys(words).filter(isHeader),
  ];
}

/** Those of the facts that every reply had so far. */
function alwaysIn({ n, paths, words }: Known): Set<string> {
  const all = Object.entries(paths).flatMap(([path, { count, classes }]) => [
    ...(isMark(path) && count >= n ? [path] : []),
    ...Object.entries(classes).flatMap(([like, times]) => (isPrefix(like) && times >= n ? [`${path} ${like}`] : [])),
  ]);
  const headers = Object.entries(words).filter(
    ([name, counts]) => isHeader(name) && Object.values(counts).reduce((sum, count) => sum + count, 0) >= n,
  );
  return new Set([...all, ...headers.map(([name]) => name)]);
}

function isMark(path: string): boolean {
  return path.startsWith("$.") && !path.endsWith("[]") && !path.endsWith(".*");
}

function isPrefix(like: string): boolean {
  return like.endsWith("…");
}

function isHeader(word: string): boolean {
  return word.startsWith("header ");
}

/** The variants of two halves together; undefined: too many. What only one half always had sets the two apart. */
export function mergeVariants(one: Known, other: Known): Variant[] | undefined {
  if (one.variants === null || other.variants === null) return undefined;
  const [always, alwaysOther] = [alwaysIn(one), alwaysIn(other)];
  const counts = new Map<string, Variant>();
  const put = (variants: readonly Variant[], more: readonly string[]): void => {
    for (const { has, count } of variants) {
      const all = [...has, ...more].toSorted();
      const key = all.join("\n");
      counts.set(key, { has: all, count: (counts.get(key)?.count ?? 0) + count });
    }
  };
  put(one.variants, one.n === 0 ? [] : [...always].filter((fact) => !alwaysOther.has(fact)));
  put(other.variants, one.n === 0 ? [] : [...alwaysOther].filter((fact) => !always.has(fact)));
  if (counts.size > mostVariants || [...counts.values()].some(({ has }) => has.length > mostFacts)) return undefined;
  return [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, variant]) => variant);
}

/** The variants of a mixture of a few upstreams, each seen more than once; none where replies vary by themselves. */
export function mixtureOf({ variants }: Known): readonly Variant[] {
  const all = variants ?? [];
  return all.length > 1 && all.length <= 8 && all.every(({ count }) => count > 1) ? all : [];
}

/** Which of the variants a reply is; undefined: none of them. */
export function variantOf(mixture: readonly Variant[], seen: Seen): Variant | undefined {
  const has = factsAmong(mixture, seen);
  return mixture.find((variant) => variant.has.length === has.size && variant.has.every((fact) => has.has(fact)));
}

function factsAmong(mixture: readonly Variant[], seen: Seen): Set<string> {
  const some = new Set(mixture.flatMap((variant) => variant.has));
  return new Set(factsOf(seen).filter((fact) => some.has(fact)));
}

/** A reply like none of a mixture, described by how it differs from the nearest. */
export function newVariant(known: Known, seen: Seen): Difference[] {
  const mixture = mixtureOf(known);
  if (mixture.length === 0 || variantOf(mixture, seen) !== undefined) return [];
  const has = factsAmong(mixture, seen);
  const gaps = mixture.map((variant) => ({ variant, facts: apart(variant.has, [...has]) }));
  const [nearest] = gaps.toSorted((a, b) => a.facts.length - b.facts.length);
  const first = nearest?.facts.find((fact) => !has.has(fact)) ?? nearest?.facts[0];
  if (nearest === undefined || first === undefined) return [];
  const [subject = first] = first.split(" ");
  return [
    {
      kind: "new-variant",
      subject: first.startsWith("$") ? subject : first,
      expected: `one of ${mixture.length} kinds of reply`,
      observed: `another kind, ${has.has(first) ? "with" : "without"} ${first}`,
      chances: known.n,
      sightings: 0,
    },
  ];
}

/**
 * Whether a member is absent because the reply is another upstream's. An upstream differs in two things at least that do
 * not follow from each other; what differs in one is an optional member.
 */
export function isOtherVariant(known: Known, seen: Seen, path: string): boolean {
  const mixture = mixtureOf(known);
  const own = variantOf(mixture, seen);
  if (own === undefined) return false;
  const holders = mixture.filter(({ has }) => has.includes(path));
  return holders.length > 0 && holders.every(({ has }) => outermost(apart(has, own.has)).length > 1);
}

function apart(one: readonly string[], other: readonly string[]): string[] {
  return [...one.filter((fact) => !other.includes(fact)), ...other.filter((fact) => !one.includes(fact))];
}

function outermost(facts: readonly string[]): string[] {
  return facts.filter((fact) => !facts.some((other) => other !== fact && fact.startsWith(`${other}.`)));
}

/** Weight of the newest reply in the running shares. */
const newest = 1 / 50;

export function runningShares(before: readonly number[], known: Known, seen: Seen): number[] {
  const mixture = mixtureOf(known);
  const own = variantOf(mixture, seen);
  return mixture.map((variant, index) => {
    const share = before[index] ?? variant.count / known.n;
    return share + newest * ((variant === own ? 1 : 0) - share);
  });
}

/** Variants that answer much more or less often than they did: by a fifth of all replies, and by more than chance. */
export function changedShares(known: Known, shares: readonly number[]): Difference[] {
  return mixtureOf(known).flatMap((variant, index): Difference[] => {
    const was = variant.count / known.n;
    const now = shares[index] ?? was;
    const variance = was * (1 - was) * (newest / (2 - newest) + 1 / known.n);
    if (Math.abs(now - was) < Math.max(0.2, 4 * Math.sqrt(variance))) return [];
    const members = outermost(variant.has.filter((fact) => !fact.includes("…"))).slice(0, 3);
    const subject = `variant with ${members.join(", ") || "nothing of its own"}`;
    const [expected, observed] = [was, now].map((share) => `${Math.round(100 * share)} % of replies`);
    if (expected === undefined || observed === undefined) return [];
    return [{ kind: "share", subject, expected, observed, chances: known.n, sightings: 0 }];
  });
}
