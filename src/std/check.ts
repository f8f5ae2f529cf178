/**
 * Type guards for stored JSON, put together like a schema. They copy nothing and cost well under a microsecond: a judge
 * reads its state at every run of every series. What people write is checked by zod, which explains what is wrong.
 */
export type Check<T> = (stored: unknown) => stored is T;

export const isNumber: Check<number> = (stored) => typeof stored === "number";
export const isString: Check<string> = (stored) => typeof stored === "string";
export const isBoolean: Check<boolean> = (stored) => typeof stored === "boolean";
/** As `listOf(isNumber)`, which calls a function for each: most of what is stored are numbers. */
export const isNumbers: Check<number[]> = (stored): stored is number[] => {
  if (!Array.isArray(stored)) return false;
  for (let index = 0; index < stored.length; index += 1) if (typeof stored[index] !== "number") return false;
  return true;
};
export const isCounts: Check<Record<string, number>> = recordOf(isNumber);

export function oneOf<const T extends string | number | null>(...values: readonly T[]): Check<T> {
  return (stored): stored is T => values.some((value) => value === stored);
}

export function optional<T>(check: Check<T>): Check<T | undefined> {
  return (stored): stored is T | undefined => stored === undefined || check(stored);
}

export function listOf<T>(check: Check<T>): Check<T[]> {
  return (stored): stored is T[] => {
    if (!Array.isArray(stored)) return false;
    for (let index = 0; index < stored.length; index += 1) if (!check(stored[index])) return false;
    return true;
  };
}

export function recordOf<T>(check: Check<T>): Check<Record<string, T>> {
  return (stored): stored is Record<string, T> => isObject(stored) && Object.values(stored).every((it) => check(it));
}

/** Every member of T has a check; what else is stored is none of its business. */
export function objectOf<T extends object>(members: { readonly [Name in keyof T]-?: Check<T[Name]> }): Check<T> {
  const names = Object.keys(members);
  const checks = Object.values<Check<unknown>>(members);
  return (stored): stored is T => {
    if (!isObject(stored)) return false;
    for (let index = 0; index < names.length; index += 1) {
      if (checks[index]?.(stored[names[index] as string]) !== true) return false;
    }
    return true;
  };
}

/** A check of what never changes, such as an accepted baseline: each object is looked through once. */
export function once<T extends object>(check: Check<T>): Check<T> {
  const passed = new WeakSet<object>();
  return (stored): stored is T => {
    if (!isObject(stored)) return false;
    if (passed.has(stored)) return true;
    if (!check(stored)) return false;
    passed.add(stored);
    return true;
  };
}

/** A check of parts, and one of how they fit together. */
export function whole<T>(check: Check<T>, fits: (value: T) => boolean): Check<T> {
  return (stored): stored is T => check(stored) && fits(stored);
}

function isObject(stored: unknown): stored is Record<string, unknown> {
  return typeof stored === "object" && stored !== null && !Array.isArray(stored);
}
