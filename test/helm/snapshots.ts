import { stringify } from "yaml";
import type { Manifest } from "./helm.ts";

const nameOf = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`;

/** What changes with every release, or is the whole of a file beside the chart, is left out. */
function normalised(object: Manifest): Manifest {
  const left = (key: string, value: unknown): unknown => {
    if (key === "app.kubernetes.io/version" || key === "helm.sh/chart") return undefined;
    if (key.startsWith("checksum/")) return "…";
    if (key === "groups" && Array.isArray(value)) return value.map((group: { name: string }) => group.name);
    return key.endsWith(".json") && typeof value === "string" ? "…" : value;
  };
  return sorted(JSON.parse(JSON.stringify(object, left))) as Manifest;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([key, member]) => [key, sorted(member)]));
}

export function normalisedRelease(objects: readonly Manifest[]): Manifest[] {
  return objects.map(normalised).toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

const inFull = (object: Manifest): string => stringify(object, { lineWidth: 130, aliasDuplicateObjects: false });

export function writtenOut(release: readonly Manifest[]): string {
  return release.map(inFull).join("---\n");
}

/** Each value at the end of its path. */
function leaves(value: unknown, path = ""): [path: string, text: string][] {
  if (typeof value !== "object" || value === null) return [[path, JSON.stringify(value)]];
  const members = Object.entries(value);
  if (members.length === 0) return [[path, JSON.stringify(value)]];
  return members.flatMap(([key, member]) => leaves(member, path === "" ? key : `${path} / ${key}`));
}

function differences(from: Manifest, to: Manifest): string[] {
  const before = new Map(leaves(from));
  const after = new Map(leaves(to));
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => before.get(path) !== after.get(path))
    .map((path) => `    ${path}: ${before.get(path) ?? "nothing"} → ${after.get(path) ?? "nothing"}`)
    .toSorted();
}

/** What a release has otherwise than another: objects gone, come and changed; one that has come beside the like of it. */
export function toldBeside(usual: readonly Manifest[], release: readonly Manifest[]): string {
  const usualOf = new Map(usual.map((object) => [nameOf(object), object]));
  const names = new Set(release.map(nameOf));
  const gone = usual.filter((object) => !names.has(nameOf(object))).map((object) => `- ${nameOf(object)}\n`);
  const notified = release.flatMap((object) => {
    const same = usualOf.get(nameOf(object));
    if (same !== undefined) {
      const changed = differences(same, object);
      return changed.length === 0 ? [] : [`~ ${nameOf(object)}\n${changed.join("\n")}\n`];
    }
    const like = usual.findLast(({ kind }) => kind === object.kind);
    return like === undefined
      ? [`+ ${nameOf(object)}\n${inFull(object).replaceAll(/^(?=.)/gm, "    ")}`]
      : [`+ ${nameOf(object)}, beside ${nameOf(like)}:\n${differences(like, object).join("\n")}\n`];
  });
  return [...gone, ...notified].join("");
}
