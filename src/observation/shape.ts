import type { JsonKind } from "../probe/probe.ts";
import type { Json } from "../std/json.ts";
import type { Classes, Shape } from "./observation.ts";
import { classOf } from "./value-class.ts";

const maxPaths = 2000;
const maxDepth = 64;
const maxNameLength = 80;
const maxClasses = 8;
/** An object of more members than this is a map, whatever their names. */
const maxMembers = 64;

export interface Outline {
  readonly shape: Shape;
  readonly classes: Classes;
}

/**
 * The kinds seen at each path of the values together, and what the values are like. Arrays are united, members of maps
 * with names that are data (ids, numbers) as well, as `.*`; hostile size and depth are cut off.
 */
export function outlineOf(values: readonly Json[]): Outline {
  const kinds = new Map<string, Set<JsonKind>>();
  const classes = new Map<string, Set<string>>();
  for (const value of values) visit("$", "", value, 0);
  return { shape: sorted(kinds), classes: sorted(classes) };

  function visit(path: string, member: string, value: Json, depth: number): void {
    const seen = kinds.get(path);
    if (seen !== undefined) seen.add(kindOf(value));
    else if (kinds.size < maxPaths) kinds.set(path, new Set([kindOf(value)]));
    else return;
    const likeness = classOf(value, member);
    if (likeness !== undefined) addTo(classes, path, likeness);
    if (depth >= maxDepth || typeof value !== "object" || value === null) return;
    if (Array.isArray(value)) {
      for (const item of value) visit(`${path}[]`, member, item, depth + 1);
      return;
    }
    const members = Object.entries(value);
    const isMap = members.length > maxMembers;
    for (const [name, below] of members) {
      const shown = isMap || isData(name) ? "*" : name.slice(0, maxNameLength);
      visit(`${path}.${shown}`, shown, below, depth + 1);
    }
  }
}

export function shapeOf(values: readonly Json[]): Shape {
  return outlineOf(values).shape;
}

function addTo(classes: Map<string, Set<string>>, path: string, likeness: string): void {
  const seen = classes.get(path);
  if (seen === undefined) classes.set(path, new Set([likeness]));
  else if (seen.size < maxClasses) seen.add(likeness);
}

/** A name that is a value: digits, an id, a hash. Names of a protocol are words. */
function isData(name: string): boolean {
  return (
    /^\d+$/.test(name) ||
    /^[0-9a-f]{8}-[0-9a-f]{4}-/i.test(name) ||
    (name.length >= 16 && /^(?=.*\d)(?=.*[a-z])[A-Za-z0-9_-]+$/i.test(name) && /\d.*\d.*\d.*\d/.test(name))
  );
}

function sorted<Value>(found: ReadonlyMap<string, ReadonlySet<Value>>): Record<string, Value[]> {
  return Object.fromEntries(
    [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([path, seen]) => [path, [...seen].toSorted()]),
  );
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
