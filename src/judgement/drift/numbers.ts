import type { Json } from "../../std/json.ts";

/** Whether stored JSON is a list of finite numbers, of this length when one is given. */
export function isNumbers(stored: Json | undefined | readonly (Json | undefined)[], length?: number): boolean {
  if (!Array.isArray(stored)) return false;
  if (length !== undefined && stored.length !== length) return false;
  for (let index = 0; index < stored.length; index += 1) if (typeof stored[index] !== "number") return false;
  return true;
}
