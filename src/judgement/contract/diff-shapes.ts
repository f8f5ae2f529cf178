import type { ContractPolicy } from "../../probe/contract-policy.ts";
import type { Expectation } from "../../probe/probe.ts";
import type { Json } from "../../std/json.ts";
import { type Severity, worstFirst } from "../judgement.ts";
import { readAs } from "../subject.ts";
import { chancesOf, differencesOf } from "./differences.ts";
import { exampleOf } from "./example.ts";
import { type Known, knownSchema, type Seen } from "./known.ts";
import { applyOverrides } from "./overrides.ts";
import { differenceSeverities, type Difference } from "./severity.ts";

/** One line of a diff: what was there, what is there now, each with how often. */
export interface DiffRow {
  /** A JSON path, or the name of a word such as `status` or `header retry-after`. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
  readonly severity: Severity;
  readonly why: string;
}

export interface ShapeDiff {
  /** Worst first. */
  readonly rows: readonly DiffRow[];
  /** How many replies each side was learned from. */
  readonly replies: { readonly before: number; readonly after: number };
  /** The smallest reply that shows the difference, types only; left out where only words differ. */
  readonly example?: { readonly before: Json; readonly after: Json };
}

/** What people say of the target's paths; without it the table of severities alone decides. */
export interface DiffContext {
  readonly contract?: ContractPolicy | undefined;
  readonly scenario: { readonly expectations: readonly Expectation[] };
}

/**
 * What a client that was written for `before` meets in `after`; both are learned JSON of a contract or error-shape
 * series (`learnShape` makes it of observations). undefined: one of them is none that this version can read.
 */
export function diffShapes(
  before: Json,
  after: Json,
  context: DiffContext = { scenario: { expectations: [] } },
): ShapeDiff | undefined {
  const [one, other] = [readAs(knownSchema, before), readAs(knownSchema, after)];
  if (one === undefined || other === undefined) return undefined;
  const seen = allSeenIn(other);
  const found = seen.flatMap((part) => applyOverrides(differencesOf(one, part), part, context));
  const distinct = [...new Map(found.map((it) => [it.subject, it])).values()];
  const graded = distinct.toSorted(worstFirst).map((it): DiffRow => {
    const { subject: path, severity, kind } = it;
    return {
      path,
      before: sideOf(one, it),
      after: sideOf(other, it),
      severity,
      why: differenceSeverities[kind].why,
    };
  });
  const rows = [...graded, ...acceptedRows(one, other)];
  const example = exampleOf(
    one,
    other,
    rows.map(({ path }) => path),
  );
  const replies = { before: one.n, after: other.n };
  return example === undefined ? { rows, replies } : { rows, replies, example };
}

/** What somebody has accepted to be absent, whether or not a newer reply shows it. */
function acceptedRows(before: Known, after: Known): DiffRow[] {
  const { severity } = differenceSeverities["sometimes-gone"];
  return after.mayBeAbsent
    .filter((path) => !before.mayBeAbsent.includes(path) && before.paths[path] !== undefined)
    .map((path) => ({
      path,
      before: Object.keys(before.paths[path]?.kinds ?? {}).join(" or "),
      after: "may be absent",
      severity,
      why: "a person has accepted it",
    }));
}

/** The replies of one side as if they were few: each with one word for each subject, all with all paths. */
function allSeenIn(known: Known): Seen[] {
  const paths = Object.fromEntries(
    Object.entries(known.paths).map(([path, { count, kinds, classes }]) => {
      const isPartly = isMember(path) && count < chancesOf(known, path) && !known.mayBeAbsent.includes(path);
      const all = Object.keys(kinds);
      return [path, { kinds: isPartly ? [...new Set([...all, "absent"])] : all, classes: Object.keys(classes) }];
    }),
  );
  const longest = Math.max(1, ...Object.values(known.words).map((counts) => Object.keys(counts).length));
  return Array.from({ length: longest }, (_, index) => ({
    paths,
    words: Object.fromEntries(
      Object.entries(known.words).map(([name, counts]) => {
        const words = Object.keys(counts);
        return [name, words[Math.min(index, words.length - 1)] ?? "none"];
      }),
    ),
  }));
}

function isMember(path: string): boolean {
  return !path.endsWith("[]") && !path.endsWith(".*") && !path.endsWith("$");
}

/** `string in 1,190 of 1,200, null in 10`, `integer in all`, `absent`. */
function sideOf(known: Known, { subject, kind }: Difference): string {
  const counts = known.words[subject];
  if (counts !== undefined) return shares(counts, known.n);
  const path = known.paths[subject];
  if (path === undefined) return "absent";
  const chances = Math.max(chancesOf(known, subject), path.count);
  const absent = chances - path.count;
  const isOfValues = kind === "new-value" || kind === "class" || kind === "sign" || kind === "empty";
  const hasClasses = Object.keys(path.classes).length > 0;
  const shown: Readonly<Record<string, number>> = isOfValues && hasClasses ? path.classes : path.kinds;
  return shares(absent > 0 ? { ...shown, absent } : shown, chances);
}

const mostWordsShown = 4;

function shares(counts: Readonly<Record<string, number>>, of: number): string {
  const sorted = Object.entries(counts).toSorted(([, a], [, b]) => b - a);
  const shown = sorted.slice(0, mostWordsShown).map(([word, count]) => `${word} ${shareOf(count, of)}`);
  const more = sorted.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function shareOf(count: number, of: number): string {
  return count >= of
    ? `in all ${of.toLocaleString("en")}`
    : `in ${count.toLocaleString("en")} of ${of.toLocaleString("en")}`;
}
