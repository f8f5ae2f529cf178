import { isJsonObject, type Json } from "../std/json.ts";

/**
 * Numbers of a document by path, such as `data.total_cost`; `*` adds up all members, `keys.*.used`. Digits in a text count
 * as a number. What is not there is left out.
 */
export function numbersAt(
  document: Json | undefined,
  paths: Readonly<Record<string, string>>,
): Readonly<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const [name, path] of Object.entries(paths)) {
    const values = valuesAt(document, path.split(".")).flatMap(numberOf);
    const sum = values.reduce((total, value) => total + value, 0);
    if (values.length > 0 && isCountable(sum)) found[name] = sum;
  }
  return found;
}

const mostMembers = 10_000;
/** Beyond this no balance or count is true, and sums of it would not be exact. */
const mostValue = 1e15;
const isCountable = (value: number): boolean => Math.abs(value) <= mostValue;

function valuesAt(value: Json | undefined, [step, ...rest]: readonly string[]): Json[] {
  if (value === undefined) return [];
  if (step === undefined) return [value];
  if (step === "*") {
    const members = Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : [];
    return members.slice(0, mostMembers).flatMap((member) => valuesAt(member, rest));
  }
  return isJsonObject(value) && Object.hasOwn(value, step) ? valuesAt(value[step], rest) : [];
}

function numberOf(value: Json): number[] {
  if (typeof value === "number") return isCountable(value) ? [value] : [];
  return typeof value === "string" && /^-?\d{1,15}(\.\d{1,12})?$/.test(value) ? [Number(value)] : [];
}
