import { z } from "zod";
import type { Observation, ReplyFacts, Shape } from "../../observation/observation.ts";
import type { Json } from "../../std/json.ts";
import { mergeVariants, variantSchema } from "./variants.ts";

const countsSchema = z.record(z.string(), z.number());
const pathSchema = z.object({
  /** Replies that had it. */
  count: z.number(),
  /** Kind → replies. */
  kinds: countsSchema,
  /** Class → replies. */
  classes: countsSchema.default({}),
});

/** What is known of the replies of one series: of `n` replies, how many had what. Plain counts, so that it can be added up. */
export const knownSchema = z.object({
  v: z.literal(2),
  n: z.number(),
  /** JSON paths; those of a stream's chunks stand after their position: `finish:$.choices[].delta`. */
  paths: z.record(z.string(), pathSchema),
  /** Small vocabularies beside the body: status, envelope, end of stream, headers. */
  words: z.record(z.string(), countsSchema),
  /** Paths of which a person accepted that replies are without them. */
  mayBeAbsent: z.array(z.string()),
  /** The ways in which replies come, while they are few; null: too many. */
  variants: z.array(variantSchema).nullable().default([]),
  /** What a person accepted although a declared contract says otherwise. */
  agreed: z.array(z.string()).default([]),
});
export type Known = z.infer<typeof knownSchema>;
export type KnownPath = z.infer<typeof pathSchema>;

export const nothingKnown: Known = { v: 2, n: 0, paths: {}, words: {}, mayBeAbsent: [], agreed: [], variants: [] };

const mostPaths = 3000;
const mostWords = 32;

/** One reply as sets of words by subject: what is counted and compared. */
export interface Seen {
  readonly paths: Readonly<Record<string, { readonly kinds: readonly string[]; readonly classes: readonly string[] }>>;
  readonly words: Readonly<Record<string, string>>;
}

export function seenIn(facts: ReplyFacts, { mode }: Pick<Observation, "mode">): Seen {
  const positions = Object.entries(facts.chunks ?? {}).flatMap(([position, { shape, empty = [] }]) =>
    pathsOf(shape, `${position}:`, Object.fromEntries(empty.map((path) => [path, ["empty"]]))),
  );
  return {
    paths: Object.fromEntries([...pathsOf(facts.assembled ?? facts.shape, "", facts.classes ?? {}), ...positions]),
    words: {
      status: String(facts.status),
      "content type": facts.contentType,
      ...(mode === "stream" && facts.streamEnd !== undefined ? { "end of stream": facts.streamEnd } : {}),
      ...errorWords(facts),
      ...(facts.requestIdIn === undefined ? {} : { "request id in": facts.requestIdIn }),
      ...Object.fromEntries(Object.entries(facts.headers ?? {}).map(([name, like]) => [`header ${name}`, like])),
    },
  };
}

function pathsOf(shape: Shape, before: string, classes: NonNullable<ReplyFacts["classes"]>) {
  return Object.entries(shape).map(
    ([path, kinds]) => [`${before}${path}`, { kinds, classes: classes[path] ?? [] }] as const,
  );
}

function errorWords({ error }: ReplyFacts): Record<string, string> {
  if (error === undefined) return {};
  return {
    "error envelope": error.family,
    "error type": String(error.type ?? "none"),
    "error code": error.code === undefined ? "none" : `${error.code} (${typeof error.code})`,
  };
}

/** As it is stored: without what is empty. */
export function stored({ paths, ...rest }: Known): Json {
  const compact = Object.entries(paths).map(([path, { classes, ...counts }]): [string, Json] => [
    path,
    Object.keys(classes).length === 0 ? counts : { ...counts, classes },
  ]);
  return { ...rest, paths: Object.fromEntries(compact) };
}

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
