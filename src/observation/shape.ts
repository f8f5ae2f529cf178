import type { JsonKind } from "../probe/probe.ts";
import type { Json } from "../std/json.ts";
import type { Shape } from "./observation.ts";

const maxPaths = 2000;
const maxDepth = 64;

/** The kinds seen at each path of the values together. Arrays are united; hostile size and depth are cut off. */
export function shapeOf(values: readonly Json[]): Shape {
  const kinds = new Map<string, Set<JsonKind>>();
  for (const value of values) visit("$", value, 0);
  return Object.fromEntries(
    [...kinds].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([path, seen]) => [path, [...seen].toSorted()]),
  );

  function visit(path: string, value: Json, depth: number): void {
    const seen = kinds.get(path);
    if (seen !== undefined) seen.add(kindOf(value));
    else if (kinds.size < maxPaths) kinds.set(path, new Set([kindOf(value)]));
    else return;
    if (depth >= maxDepth || typeof value !== "object" || value === null) return;
    if (Array.isArray(value)) for (const item of value) visit(`${path}[]`, item, depth + 1);
    else for (const [key, member] of Object.entries(value)) visit(`${path}.${key.slice(0, 80)}`, member, depth + 1);
  }
}

export function kindOf(value: Json): JsonKind {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  switch (typeof value) {
    case "string":
      return "string";
    case "boolean":
      return "boolean";
    case "number":
      return Number.isInteger(value) ? "integer" : "number";
    default:
      return "object";
  }
}
