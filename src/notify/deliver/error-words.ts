/** Where JSON services put their words about an error. */
const members = ["description", "detail", "message", "error_description", "reason", "error", "errors", "title"];

/**
 * What a service says about an error, as it wrote it; undefined: nothing that a person can read. A page of HTML is
 * somebody else's.
 */
export function errorWords(body: string | undefined): string | undefined {
  const text = body?.trim() ?? "";
  if (text === "" || text.startsWith("<")) return undefined;
  if (!/^[{["]/.test(text)) return text;
  try {
    return wordsIn(JSON.parse(text), 0) ?? text;
  } catch {
    return text;
  }
}

function wordsIn(value: unknown, depth: number): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  if (typeof value !== "object" || value === null || depth > 3) return undefined;
  const inner = Array.isArray(value)
    ? value.slice(0, 3)
    : members.map((name) => Object.entries(value).find(([key]) => key === name)?.[1]);
  for (const one of inner) {
    const words = wordsIn(one, depth + 1);
    if (words !== undefined) return words;
  }
  return undefined;
}
