import { isWrittenAsFraction, type Json, type JsonKind } from "../std/json.ts";
import { isMap, shownName } from "./member-names.ts";
import type { Classes, SeenKind, Shape } from "./observation.ts";
import { classOf } from "./value-class.ts";

/** Beyond these a value is cut off: what is looked at, how deep, and how much is said of it. */
export const shapeCaps = { values: 100_000, depth: 64, paths: 1000, pathLength: 400, classes: 8 } as const;

export interface Outline {
  readonly shape: Shape;
  readonly classes: Classes;
}

interface Place {
  readonly kinds: Set<SeenKind>;
  readonly classes: Set<string>;
  times: number;
  /** How many objects stood here: a member that is there less often is absent in some. */
  objects: number;
}

/**
 * The kinds seen at each path of the values together, and what the values are like. Arrays are united, members of maps
 * as well, as `.*`; hostile size and depth are cut off. Neither the order of members nor the length of lists matters.
 */
export function outlineOf(values: readonly Json[]): Outline {
  const places = new Map<string, Place>();
  let left: number = shapeCaps.values;
  for (const value of values) visit("$", "", value, 0);
  return { shape: shapeIn(places), classes: classesIn(places) };

  function visit(path: string, member: string, value: Json, depth: number, isFraction = false): void {
    left -= 1;
    const place = left < 0 ? undefined : placeAt(places, path);
    if (place === undefined) return;
    place.times += 1;
    place.kinds.add(isFraction ? "number" : kindOf(value));
    const likeness = classOf(value, member);
    if (likeness !== undefined && place.classes.size < shapeCaps.classes) place.classes.add(likeness);
    if (depth >= shapeCaps.depth || typeof value !== "object" || value === null) return;
    if (Array.isArray(value)) {
      for (const item of value) if (left > 0) visit(`${path}[]`, member, item, depth + 1);
      return;
    }
    place.objects += 1;
    const names = Object.keys(value);
    const kinds = names.slice(0, 100).map((name) => kindOf(value[name] ?? null));
    const shows = isMap(member, kinds) ? () => "*" : shownName;
    const seen = new Set<string>();
    for (const name of names) {
      if (left <= 0) return;
      const shown = shows(name);
      visit(`${path}.${shown}`, shown, value[name] ?? null, depth + 1, isWrittenAsFraction(value, name));
      // Several members of a map are one.
      if (seen.has(shown)) takeBack(places, `${path}.${shown}`);
      seen.add(shown);
    }
  }
}

export function shapeOf(values: readonly Json[]): Shape {
  return outlineOf(values).shape;
}

function placeAt(places: Map<string, Place>, path: string): Place | undefined {
  const known = places.get(path);
  if (known !== undefined) return known;
  if (places.size >= shapeCaps.paths || path.length > shapeCaps.pathLength) return undefined;
  const place: Place = { kinds: new Set(), classes: new Set(), times: 0, objects: 0 };
  places.set(path, place);
  return place;
}

function takeBack(places: ReadonlyMap<string, Place>, path: string): void {
  const place = places.get(path);
  if (place !== undefined) place.times -= 1;
}

function shapeIn(places: ReadonlyMap<string, Place>): Shape {
  return Object.fromEntries(
    inOrder(places).map(([path, { kinds, times }]) => {
      const parent = path.endsWith("[]") ? undefined : places.get(path.slice(0, path.lastIndexOf(".")));
      const all: SeenKind[] = [...kinds];
      if (parent !== undefined && times < parent.objects) all.push("absent");
      return [path, all.toSorted()];
    }),
  );
}

function classesIn(places: ReadonlyMap<string, Place>): Classes {
  return Object.fromEntries(
    inOrder(places)
      .filter(([, { classes }]) => classes.size > 0)
      .map(([path, { classes }]) => [path, [...classes].toSorted()]),
  );
}

function inOrder(places: ReadonlyMap<string, Place>): [string, Place][] {
  return [...places].toSorted(([a], [b]) => (a < b ? -1 : 1));
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
