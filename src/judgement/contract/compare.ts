import { deprecatedPaths } from "../declared-contract.ts";
import type { Severity } from "../judgement.ts";
import type { Known, KnownPath } from "./known.ts";
import { type DifferenceKind, severities, worstFirst } from "./severity.ts";

/** One line of what changed between two versions of what is known. */
export interface ChangeRow {
  readonly severity: Severity;
  readonly subject: string;
  /** With counts: `string in 312 of 312`. */
  readonly before: string;
  readonly after: string;
  readonly why: string;
}

/** Everything that differs, worst first; nothing for the same. */
export function compareKnown(before: Known, after: Known): ChangeRow[] {
  const paths = [...new Set([...Object.keys(before.paths), ...Object.keys(after.paths)])].toSorted();
  const rows = paths.filter((path) => isOutermost(path, before, after)).flatMap((path) => pathRow(path, before, after));
  return [...wordRows(before, after), ...rows].toSorted(worstFirst);
}

/** What came or went with what it stands in is told with that. */
function isOutermost(path: string, before: Known, after: Known): boolean {
  const parent = path.endsWith("[]") ? path.slice(0, -2) : path.slice(0, path.lastIndexOf("."));
  if (parent === "" || path.endsWith("$")) return true;
  return before.paths[parent] !== undefined && after.paths[parent] !== undefined;
}

function pathRow(subject: string, before: Known, after: Known): ChangeRow[] {
  const [old, now] = [before.paths[subject], after.paths[subject]];
  const kind = changeOf(subject, old, now, before.n, after.n);
  if (kind === undefined) return [];
  const isOfClass = kind === "new-value" || kind === "class" || kind === "sign" || kind === "empty";
  const say = (path: KnownPath | undefined, n: number): string => {
    if (path === undefined) return `absent in ${n}`;
    const words = Object.keys(isOfClass && Object.keys(path.classes).length > 0 ? path.classes : path.kinds);
    return `${words.join(" or ")} in ${path.count} of ${n}`;
  };
  const { severity, why } = severities[kind];
  return [{ severity, subject, before: say(old, before.n), after: say(now, after.n), why }];
}

function changeOf(
  path: string,
  old: KnownPath | undefined,
  now: KnownPath | undefined,
  n: number,
  m: number,
): DifferenceKind | undefined {
  if (old === undefined) return now === undefined ? undefined : "new-field";
  const wasAlways = old.count === n;
  if (now === undefined) return deprecatedPaths.has(path) ? "deprecated-gone" : wasAlways ? "gone" : "sometimes-gone";
  const kinds = Object.keys(now.kinds).filter((kind) => old.kinds[kind] === undefined);
  if (kinds.length > 0) return kinds.every((kind) => kind === "null") ? "null" : "kind";
  if (wasAlways && now.count < m) return "gone";
  const [likeness] = Object.keys(now.classes).filter((word) => old.classes[word] === undefined);
  if (likeness === undefined) return undefined;
  if (likeness === "empty") return "empty";
  if (["zero", "positive", "negative"].includes(likeness)) return "sign";
  return likeness.startsWith('"') ? "new-value" : "class";
}

const wordKinds: Readonly<Record<string, DifferenceKind>> = {
  status: "status",
  "content type": "content-type",
  "end of stream": "end-of-stream",
  "error envelope": "envelope",
  "request id in": "request-id-moved",
};

function wordRows(before: Known, after: Known): ChangeRow[] {
  const names = [...new Set([...Object.keys(before.words), ...Object.keys(after.words)])].toSorted();
  return names.flatMap((subject): ChangeRow[] => {
    const [old, now] = [before.words[subject] ?? {}, after.words[subject] ?? {}];
    if (Object.keys(now).every((word) => old[word] !== undefined) && Object.keys(now).length > 0) return [];
    const fallback = subject.startsWith("header ") ? "header-class" : "vocabulary";
    const { severity, why } = severities[wordKinds[subject] ?? fallback];
    const say = (words: Readonly<Record<string, number>>): string => Object.keys(words).join(" or ") || "none";
    return [{ severity, subject, before: say(old), after: say(now), why }];
  });
}

const mostLines = 10;

/** At most ten lines, worst first, the rest counted. */
export function renderChanges(rows: readonly ChangeRow[], form: "text" | "markdown"): string {
  if (rows.length === 0) return "nothing changed\n";
  const shown = rows.length > mostLines ? rows.slice(0, mostLines - 1) : rows;
  const rest = rows.length - shown.length;
  const lines =
    form === "text"
      ? shown.map(({ severity, subject, before, after }) => `${severity.padEnd(11)}  ${subject}: ${before} → ${after}`)
      : [
          "| | where | before | after |",
          "|---|---|---|---|",
          ...shown.map(
            ({ severity, subject, before, after }) => `| ${severity} | \`${subject}\` | ${before} | ${after} |`,
          ),
        ];
  return `${[...lines, ...(rest > 0 ? [`${form === "text" ? "" : "\n"}and ${rest} more`] : [])].join("\n")}\n`;
}

/** What stands around a path, as types only: `{"role": string, "content": string}`. */
export function exampleAround(known: Known, subject: string): string {
  const parent = subject.slice(0, subject.lastIndexOf("."));
  const members = Object.entries(known.paths).filter(
    ([path]) => path.startsWith(`${parent}.`) && !/[.[]/.test(path.slice(parent.length + 1)),
  );
  const shown = members.map(
    ([path, { kinds }]) => `"${path.slice(parent.length + 1)}": ${Object.keys(kinds).join("|")}`,
  );
  return `{${shown.join(", ")}}`;
}
