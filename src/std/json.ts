/** A JSON value as `JSON.parse` yields it. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };
/** What a value is; integers are numbers of their own. */
export type JsonKind = "string" | "integer" | "number" | "boolean" | "null" | "object" | "array";

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Deeper than any document of use: who walks through one by recursion must not run out of stack. */
const deepest = 200;

/** A stranger's text as JSON; undefined when it is none, or nested too deep to be walked through. */
export function parseJson(text: string): Json | undefined {
  try {
    const value = (fraction.test(text) ? JSON.parse(text, noteFraction) : JSON.parse(text)) as Json;
    return isDeeper(value, deepest) ? undefined : value;
  } catch {
    return undefined;
  }
}

/** Whole numbers that are written as no integer: `14.0`, `1e3`. */
const fraction = /\d(?:\.0+|\.?\d*[eE][+-]?\d+)\s*[,}\]]/;
const fractions = new WeakMap<object, Set<string>>();

function noteFraction(this: object, name: string, value: Json, context?: { readonly source?: string }): Json {
  if (Number.isInteger(value) && /[.eE]/.test(context?.source ?? "")) {
    fractions.set(this, (fractions.get(this) ?? new Set()).add(name));
  }
  return value;
}

/** Whether a whole number was written with a fraction or an exponent, which typed clients refuse to read as an integer. */
export function isWrittenAsFraction(holder: object, name: string): boolean {
  return fractions.get(holder)?.has(name) === true;
}

function isDeeper(value: Json, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((member: Json) => isDeeper(member, levels - 1));
}

/** A value as it will be stored: members that are undefined are left out. */
export function toJson(value: object): Json {
  return value as Json;
}
