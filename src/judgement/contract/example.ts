import type { Json } from "../../std/json.ts";
import type { Known } from "./known.ts";

const mostPathsShown = 6;

type Tree = Map<string, Tree | string>;

/** Both sides cut down to the first of the paths that differ, with the names of kinds in place of values. */
export function exampleOf(
  before: Known,
  after: Known,
  subjects: readonly string[],
): { readonly before: Json; readonly after: Json } | undefined {
  const all = subjects.filter((subject) => subject.includes("$"));
  const prefix = all[0]?.slice(0, all[0].indexOf("$"));
  if (prefix === undefined) return undefined;
  const paths = all.filter((path) => path.startsWith(`${prefix}$`)).slice(0, mostPathsShown);
  return { before: sketch(before, prefix, paths), after: sketch(after, prefix, paths) };
}

function sketch(known: Known, prefix: string, paths: readonly string[]): Json {
  const root: Tree = new Map();
  for (const path of paths) {
    // As far down as this side has it.
    for (let at = path; at.length >= prefix.length + 1; at = parentOf(at)) {
      if (known.paths[at] === undefined) continue;
      grow(root, at.slice(prefix.length), kindsAt(known, at));
      break;
    }
  }
  return shown(root.get("$") ?? "absent");
}

function grow(root: Tree, path: string, kinds: string): void {
  const steps = path.replaceAll("[]", ".[]").split(".");
  let tree = root;
  for (const step of steps.slice(0, -1)) {
    const next = tree.get(step);
    const below: Tree = next instanceof Map ? next : new Map();
    tree.set(step, below);
    tree = below;
  }
  const last = steps.at(-1) ?? "$";
  if (!(tree.get(last) instanceof Map)) tree.set(last, kinds === "object" ? new Map() : kinds);
}

function kindsAt(known: Known, path: string): string {
  return Object.keys(known.paths[path]?.kinds ?? {}).join("|");
}

function parentOf(path: string): string {
  if (path.endsWith("[]")) return path.slice(0, -2);
  const at = path.lastIndexOf(".");
  return at < 0 ? "" : path.slice(0, at);
}

function shown(tree: Tree | string): Json {
  if (typeof tree === "string") return tree;
  const items = tree.get("[]");
  if (items !== undefined) return [shown(items)];
  return Object.fromEntries([...tree].map(([name, below]) => [name, shown(below)]));
}
