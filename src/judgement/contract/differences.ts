import type { JsonKind } from "../../std/json.ts";
import { deprecatedPaths } from "./openai-contract.ts";
import type { Known, KnownPath, Seen } from "./known.ts";
import { isDeclared, type Difference, type DifferenceKind } from "./severity.ts";
import { isOtherVariant, newVariant } from "./variants.ts";

/** Everything in which one reply differs from what is known, each said once, in the order a person reads a reply. */
export function differencesOf(known: Known, seen: Seen): Difference[] {
  const all = inOnePlace(allDifferencesOf(known, seen));
  const subjects = new Set(all.map(({ subject }) => subject));
  const said = all.filter((it) => !isSaidBy(it, subjects));
  // Of a reply that differs in something anyway it is no news that it is like none of the others.
  return said.every(({ kind }) => comesAndGoes.has(kind)) ? [...newVariant(known, seen), ...said] : said;
}

/** One member that changed alike in chunks of several positions is one difference, named by the member alone. */
function inOnePlace(all: readonly Difference[]): Difference[] {
  const wholes = new Set(all.map(({ subject }) => subject));
  const groups = Map.groupBy(all, ({ kind, subject, expected, observed }) =>
    subject.includes(":$.") ? `${kind} ${subject.slice(subject.indexOf("$"))} ${expected} ${observed}` : subject,
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length === 1 || wholes.has(first.subject.slice(first.subject.indexOf("$"))))
      return group;
    const isBeforeLast = group.every(({ subject }) => !/^(finish|usage|error):/.test(subject));
    const where = isBeforeLast ? "in chunks before the last" : "in several chunks";
    return [
      { ...first, subject: first.subject.slice(first.subject.indexOf("$")), observed: `${first.observed} ${where}` },
    ];
  });
}

const comesAndGoes: ReadonlySet<DifferenceKind> = new Set(["sometimes-gone", "deprecated-gone", "new-field", "sign"]);

/** The same, with what only follows from another one. */
export function allDifferencesOf(known: Known, seen: Seen): Difference[] {
  return [...wordDifferences(known, seen), ...pathDifferences(known, seen)];
}

/** What shows in the whole reply when chunks of a position are missing or new. */
const shownBy: Readonly<Record<string, string>> = {
  "finish:$": "$.choices[].finish_reason",
  "usage:$": "$.usage",
  "error:$": "$.error",
};

/** Where an answer is, and what a reply without one differs in. */
const hidesAnswer =
  /^(status|content type|error envelope|end of stream|\$|\$\.choices(\[\](\.message(\.content|\.refusal)?)?)?)$/;

/**
 * What is different everywhere is so in each chunk as well, another code of an error is another value of its member, and
 * another envelope has other words.
 */
export function isSaidBy({ subject, kind, observed }: Difference, subjects: ReadonlySet<string>): boolean {
  if (kind === "last-words" && subjects.has("$.choices[].finish_reason")) return true;
  if (subject === "end of stream" && observed === "no-finish-reason") {
    return [...subjects].some((other) => other.endsWith("$.choices"));
  }
  if (kind === "answer") return [...subjects].some((other) => hidesAnswer.test(other));
  if (kind === "vocabulary") return subjects.has("error envelope");
  if (subject === "content:$") return [...subjects].some((other) => other.endsWith("$.choices[].delta"));
  const whole = shownBy[subject];
  if (whole !== undefined) return subjects.has(whole) || subjects.has("end of stream");
  const at = subject.indexOf(":$");
  const member = subject.slice(at + 1);
  if (at > 0 && (subjects.has(member) || subjects.has(member.replace("[].delta", "[].message")))) return true;
  const name = subject.slice(subject.lastIndexOf(".") + 1);
  return (kind === "new-value" || kind === "class" || kind === "empty") && subjects.has(`error ${name}`);
}

/** In the order in which people name them. */
const wordKinds: Readonly<Record<string, DifferenceKind>> = {
  status: "status",
  "content type": "content-type",
  "error envelope": "envelope",
  "end of stream": "end-of-stream",
  "error type": "vocabulary",
  "error code": "vocabulary",
  "request id in": "request-id-moved",
  "last words": "last-words",
  answer: "answer",
};

/** More different words than these are no vocabulary. */
const mostWords = 8;
const none = "none";

function wordDifferences(known: Known, seen: Seen): Difference[] {
  const names = [...new Set([...Object.keys(wordKinds), ...Object.keys(known.words)])];
  return names.flatMap((subject): Difference[] => {
    const counts = known.words[subject];
    if (counts === undefined) return [];
    const observed = seen.words[subject] ?? none;
    const had = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const words = Object.keys(counts);
    if (Object.hasOwn(counts, observed) || words.length > mostWords) return [];
    if (observed === none && had < known.n) return [];
    const kind = wordKinds[subject] ?? (observed === none ? "header-gone" : "header-class");
    return [{ kind, subject, expected: words.join(" or "), observed, chances: had, sightings: 0 }];
  });
}

function pathDifferences(known: Known, seen: Seen): Difference[] {
  const found: Difference[] = [];
  for (const [path, before] of Object.entries(known.paths)) {
    const now = seen.paths[path];
    const difference =
      now === undefined
        ? goneDifference(known, seen, path, before)
        : (kindDifference(known, path, before, now) ?? classDifference(path, before, now));
    if (difference !== undefined) found.push(before.joined ? { ...difference, joined: before.joined } : difference);
  }
  const fresh = Object.keys(seen.paths).filter(
    (path) =>
      known.paths[path] === undefined &&
      isMemberOf(path, (parent) => known.paths[parent]?.kinds["object"] !== undefined),
  );
  for (const path of fresh.toSorted()) {
    const observed = seen.paths[path]?.kinds.join(" or ") ?? "";
    found.push({ kind: "new-field", subject: path, expected: "absent", observed, chances: known.n, sightings: 0 });
  }
  return [...found, ...brokenChunks(known, seen)];
}

/** A chunk of a position never seen before must have what every chunk of the answer has. */
function brokenChunks(known: Known, seen: Seen): Difference[] {
  const fresh = ["first:", "finish:", "other:"].filter(
    (prefix) => seen.paths[`${prefix}$`] !== undefined && known.paths[`${prefix}$`] === undefined,
  );
  return fresh.flatMap((prefix) =>
    Object.entries(known.paths).flatMap(([path, { count, kinds }]): Difference[] => {
      const member = path.startsWith("content:") ? path.slice("content:".length) : undefined;
      if (member === undefined || member.startsWith("$.choices[].delta.") || count < chancesOf(known, path)) return [];
      const subject = `${prefix}${member}`;
      if (seen.paths[subject] !== undefined || known.mayBeAbsent.includes(subject)) return [];
      if (!isMemberOf(subject, (parent) => seen.paths[parent]?.kinds.includes("object") === true)) return [];
      const expected = Object.keys(kinds).join(" or ");
      return [{ kind: "gone", subject, expected, observed: "absent", chances: count, sightings: 0 }];
    }),
  );
}

function goneDifference(known: Known, seen: Seen, subject: string, before: KnownPath): Difference | undefined {
  if (known.mayBeAbsent.includes(subject)) return undefined;
  // What stands below a member that is missing, or no object any more, is missing with it: one finding is enough.
  if (!isMemberOf(subject, (parent) => seen.paths[parent]?.kinds.includes("object") === true)) return undefined;
  const chances = chancesOf(known, subject);
  const isAlways = before.count >= chances;
  const isChunk = !subject.startsWith("$");
  if (!isAlways && isChunk) return undefined;
  const expected = Object.keys(before.kinds).join(" or ");
  if (!isAlways && isOtherVariant(known, seen, subject)) return undefined;
  const kind = deprecatedPaths.has(subject) ? "deprecated-gone" : isAlways ? "gone" : "sometimes-gone";
  return { kind, subject, expected, observed: "absent", chances, sightings: Math.max(0, chances - before.count) };
}

/** Replies in which a path could have been: those that had an object where it belongs. */
export function chancesOf(known: Known, path: string): number {
  const parent = path.slice(0, path.lastIndexOf("."));
  return known.paths[path]?.joined?.of ?? known.paths[parent]?.kinds["object"] ?? known.n;
}

/** A member of something that is there. Items of arrays and of maps come and go; a whole chunk is a member of the stream. */
export function isMemberOf(path: string, isThere: (parent: string) => boolean): boolean {
  if (path.endsWith("[]") || path.endsWith(".*")) return false;
  if (path.endsWith("$")) return path !== "$";
  return isThere(path.slice(0, path.lastIndexOf(".")));
}

export function kindDifference(
  known: Known,
  subject: string,
  before: KnownPath,
  { kinds, classes }: Seen["paths"][string],
): Difference | undefined {
  const isOptional = known.mayBeAbsent.includes(subject) || before.count < chancesOf(known, subject);
  const unknown = kinds.filter((kind) => !isKnown(kind, before.kinds, subject) && !(kind === "absent" && isOptional));
  if (unknown.length === 0) return undefined;
  return {
    kind: kindOf(subject, unknown),
    subject,
    expected: Object.keys(before.kinds).join(" or "),
    observed: kinds.map((kind) => kindText(kind, before, classes)).join(" or "),
    chances: before.count,
    sightings: 0,
  };
}

function kindText(kind: string, { kinds }: KnownPath, classes: readonly string[]): string {
  if (kind === "string" && classes.join() === "empty") return "empty text";
  return kind === "number" && kinds["integer"] !== undefined ? "number with a fraction, such as 14.0" : kind;
}

/** The worst of what is new: another kind, then null, then absent here and there. */
function kindOf(subject: string, unknown: readonly string[]): DifferenceKind {
  if (unknown.some((kind) => kind !== "null" && kind !== "absent")) return "kind";
  if (unknown.includes("null")) return "null";
  return deprecatedPaths.has(subject) ? "deprecated-gone" : "gone";
}

/** Whole numbers are what numbers happen to be now and then: only of a count it is known that it is always whole. */
function isKnown(kind: string, kinds: KnownPath["kinds"], subject: string): boolean {
  if (Object.hasOwn(kinds, kind) || (kind === "integer" && kinds["number"] !== undefined)) return true;
  return kind === "number" && kinds["integer"] !== undefined && !isDeclared(subject) && !subject.endsWith("_tokens");
}

/** Of values of the same kind: what they are like. Where nothing was learned of that, nothing is compared. */
export function classDifference(
  subject: string,
  { classes, kinds }: KnownPath,
  now: { readonly kinds: readonly string[]; readonly classes: readonly string[] },
): Difference | undefined {
  const words = Object.keys(classes);
  const unknown = now.classes.filter((word) => !Object.hasOwn(classes, word));
  const first = unknown[0];
  if (first === undefined || words.length > mostWords) return undefined;
  const isList = first === "empty" && now.kinds.includes("array" satisfies JsonKind);
  if (words.length === 0 && !isList) return undefined;
  const chances = isList ? (kinds["array"] ?? 0) : Object.values(classes).reduce((sum, count) => sum + count, 0);
  return {
    kind: classKind(first, words),
    subject,
    expected: words.join(" or ") || "items",
    observed: unknown.join(" or "),
    chances,
    sightings: 0,
  };
}

const signs: readonly string[] = ["zero", "positive", "negative"];
const units: readonly string[] = ["seconds", "milliseconds", "microseconds"];

function classKind(word: string, before: readonly string[]): DifferenceKind {
  if (word === "empty") return "empty";
  if (word === "negative") return "negative";
  if (units.includes(word) && before.some((other) => units.includes(other))) return "unit";
  if (signs.includes(word) || units.includes(word)) return "sign";
  return word.startsWith('"') && before.some((other) => other.startsWith('"')) ? "new-value" : "class";
}
