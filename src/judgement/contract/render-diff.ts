import { severities } from "../../probe/finding-kinds.ts";
import type { Severity } from "../judgement.ts";
import type { ShapeDiff } from "./diff-shapes.ts";

export type DiffFormat = "text" | "markdown" | "json";

const mostRows = 6;
const longestSide = 60;
const marks: Readonly<Record<Severity, string>> = { breaking: "✗", risky: "▲", informative: "·" };

/** At most ten lines, worst first, the rest counted; `json` is the whole. `since`: the first slot that showed it. */
export function renderDiff(diff: ShapeDiff, format: DiffFormat, since?: string): string {
  switch (format) {
    case "json":
      return JSON.stringify(since === undefined ? diff : { since, ...diff }, null, 2);
    case "text":
      return lines(diff, since, ({ severity, path, before, after }) => {
        return `${marks[severity]} ${path}: ${cut(before)} → ${cut(after)}`;
      }).join("\n");
    case "markdown":
      return lines(diff, since, ({ severity, path, before, after }) => {
        return `- **${severity}** \`${path}\`: ${plain(cut(before))} → ${plain(cut(after))}`;
      })
        .map((line) => line.replace(/^(before|after ) (.*)$/, "    $1 $2"))
        .join("\n");
    default:
      return format satisfies never;
  }
}

function lines(
  { rows, replies, example }: ShapeDiff,
  since: string | undefined,
  lineOf: (row: ShapeDiff["rows"][number]) => string,
): string[] {
  if (rows.length === 0) return ["no difference"];
  const rest = rows.slice(mostRows);
  const [one, other] = [replies.before.toLocaleString("en"), replies.after.toLocaleString("en")];
  const head = `${counted(rows)}; ${one} replies before, ${other} after${since === undefined ? "" : `, since ${since}`}`;
  const both =
    example === undefined
      ? []
      : [`before ${cut(JSON.stringify(example.before), 120)}`, `after  ${cut(JSON.stringify(example.after), 120)}`];
  return [
    head,
    ...rows.slice(0, mostRows).map(lineOf),
    ...(rest.length === 0 ? [] : [`and ${rest.length} more: ${counted(rest)}`]),
    ...both,
  ];
}

function counted(rows: ShapeDiff["rows"]): string {
  return severities
    .map((severity) => [severity, rows.filter((row) => row.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count} ${severity}`)
    .join(", ");
}

function cut(text: string, most = longestSide): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** Words of a provider must not become markup. */
function plain(text: string): string {
  return text.replaceAll(/[\\`*_<>[\]|]/g, "\\$&");
}
