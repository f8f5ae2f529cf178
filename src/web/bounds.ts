/** No body needs more levels; readers of JSON recurse for each. */
export const deepestBody = 64;

/** Levels of arrays and objects in a text of JSON; brackets inside strings do not count. */
export function depthOf(json: string): number {
  let [depth, deepest] = [0, 0];
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === "[" || token === "{") deepest = Math.max(deepest, (depth += 1));
    else if (token === "]" || token === "}") depth -= 1;
  }
  return deepest;
}

/** Whether any text in it has characters that PostgreSQL can't keep: NUL and lone surrogates. */
export function hasUnstorableText(value: unknown): boolean {
  if (typeof value === "string") return value.includes("\0") || !value.isWellFormed();
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some((member) => member.some(hasUnstorableText));
}
