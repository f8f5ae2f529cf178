import { z } from "zod";
import type { Observation, ReplyFacts, Shape } from "../../observation/observation.ts";
import { streamEndText } from "../../observation/stream-end.ts";
import type { Json } from "../../std/json.ts";

const countsSchema = z.record(z.string(), z.number());
const pathSchema = z.object({
  /** Replies that had it. */
  count: z.number(),
  /** Kind → replies. */
  kinds: countsSchema,
  /** Class → replies. */
  classes: countsSchema.default({}),
  /** Of what joined the baseline later: out of how many replies the count is, and the judged run at which it joined. */
  joined: z.exactOptional(z.object({ of: z.number(), run: z.number() })),
});

/** A path that is not in the baseline, and the judged run that showed it first. */
export const candidateSchema = pathSchema.omit({ joined: true }).extend({ from: z.number() });
export type Candidates = Readonly<Record<string, z.infer<typeof candidateSchema>>>;

/** One way in which replies come: those of the facts that not all replies share. */
export const variantSchema = z.object({ has: z.array(z.string()), count: z.number() });
export type Variant = z.infer<typeof variantSchema>;

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
      ...(mode === "stream" && facts.streamEnd !== undefined
        ? { "end of stream": streamEndText(facts.streamEnd) }
        : {}),
      ...(facts.lastWords === undefined ? {} : { "last words": facts.lastWords }),
      ...(facts.error === undefined && facts.status < 300 ? { answer: answerWord(facts) } : {}),
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

/** `word of 5 characters, 1f3a9c`: the same for the same answer, and not the answer. */
function answerWord({ text }: ReplyFacts): string {
  if (text.isRefusal === true) return "a refusal";
  if (text.class === "empty") return "empty";
  const script = text.script === undefined || text.script === "Latin" ? "" : ` in ${text.script} letters`;
  return `${text.class} of ${text.length} characters${script}, ${text.hash.slice(0, 6)}`;
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
