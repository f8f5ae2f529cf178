import { plainText } from "./complaint.ts";
import { looksSecret } from "../probe/looks-secret.ts";

/** What somebody wrote, in a few words and never the text of a secret. */
export function describeValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "an empty value";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") {
    const names = Object.keys(value).slice(0, 3);
    return `a map with ${names.map((name) => (looksSecret(name) ? "…" : plainText(name.slice(0, 60)))).join(", ") || "nothing in it"}`;
  }
  const text = JSON.stringify(value) ?? "nothing";
  return looksSecret(text.replaceAll('"', ""))
    ? "something that looks like a secret (not shown)"
    : plainText(text.slice(0, 80));
}
