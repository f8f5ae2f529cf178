import type { IncidentPreview } from "../operate/incident-preview.ts";
import { type Html, html } from "./html.ts";
import { state } from "./words.ts";
import { counted } from "../std/counted.ts";

type Comparison = NonNullable<IncidentPreview["comparison"]>;
type Row = Comparison["rows"][number];

interface Branch {
  readonly children: Map<string, Branch>;
  row?: Row;
}

const mostRows = 100;

/**
 * What changed in replies, as a tree of their members: each with what it was and what it is, and in how many replies.
 * Differences that no finding reports stand apart: they come and go, or only inform.
 */
export function shapeTree({ rows, version, before, after }: Comparison, reported: ReadonlySet<string>): Html {
  const withCounts = rows.map((row) => ({
    ...row,
    before: inAll(row.before, before),
    after: inAll(row.after, after),
  }));
  const isReported = ({ path }: Row): boolean => reported.has(path);
  const [main, rest] = [withCounts.filter(isReported), withCounts.filter((row) => !isReported(row))];
  return html`<p class="small soft">
      Baseline ${version}, learned from ${counted(before, "run")}, beside ${counted(after, "run")} of this incident.
    </p>
    ${treeOf(main.slice(0, mostRows))}${
      rest.length > 0 &&
      html`<details class="more">
        <summary>${counted(rest.length, "further difference")}, not part of this incident</summary>
        ${treeOf(rest.slice(0, mostRows))}
      </details>`
    }`;
}

const inAll = (side: string, runs: number): string =>
  side === "absent" ? `absent in all ${runs.toLocaleString("en")}` : side;

function treeOf(rows: readonly Row[]): Html {
  const root: Branch = { children: new Map() };
  for (const row of rows) {
    let at = root;
    for (const part of partsOf(row.path)) {
      const next: Branch = at.children.get(part) ?? { children: new Map() };
      at.children.set(part, next);
      at = next;
    }
    at.row = row;
  }
  return html`<ul class="tree">
    ${branches(root)}
  </ul>`;
}

/** Chunks of a stream stand under their position; what is no path, such as `status`, is one part. */
function partsOf(path: string): readonly string[] {
  const at = path.indexOf("$");
  if (at < 0) return [path];
  const position = at === 0 ? [] : [`${path.slice(0, at - 1)} chunk`];
  return [...position, ...path.slice(at).split(".")];
}

function branches({ children }: Branch): readonly Html[] {
  return [...children].map(([name, branch]) => {
    let [label, at] = [name, branch];
    // A chain without a branch is one line: `choices[].message`.
    for (let [only, ...others] = at.children; only && others.length === 0 && !at.row; [only, ...others] = at.children) {
      if (only[1].row !== undefined && only[1].children.size === 0) break;
      [label, at] = [`${label}.${only[0]}`, only[1]];
    }
    return html`<li>
      <span class="mono path">${label.replace(/^\$\.?/, "") || "the whole reply"}</span
      >${at.row !== undefined && sides(at.row)}${
        at.children.size > 0 &&
        html`<ul>
          ${branches(at)}
        </ul>`
      }
    </li>`;
  });
}

function sides({ severity, before, after, why }: Row): Html {
  return html` <span class="small">${state(severity)}</span>
    <dl class="sides">
      <dt>before</dt>
      <dd><del>${before}</del></dd>
      <dt>after</dt>
      <dd><ins>${after}</ins></dd>
    </dl>
    <p class="small soft">${why}</p>`;
}
