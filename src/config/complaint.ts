import { closestTo } from "./closest.ts";
import type { Role } from "./roles.ts";

/** The outside, as far as a configuration may look at it. */
export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The text of a file; undefined when it can't be read. */
  readonly readFile: (path: string) => string | undefined;
}

export interface LoadContext extends SecretSources {
  /** Names of the built-in scenarios. */
  readonly scenarios: readonly string[];
  /** Whose secrets must be present: those of the roles of this process; of none for `validate` on a laptop. */
  readonly checkSecrets: readonly Role[];
  /** Targets alone are enough: nothing is scheduled. */
  readonly needsNoProbes?: boolean;
}

/** One mistake, before its place in the text is known. `key`: the place is the key of that name under the path. */
export interface Complaint {
  readonly path: readonly PropertyKey[];
  readonly key?: string | undefined;
  readonly expected: string;
  readonly got: string;
  readonly hint?: string | undefined;
  /** For a hint that shows what would be right there: something is missing, or another value is needed. */
  readonly needs?: "value" | "another value";
  /** For a hint of the form "did you mean": what was written, and what could have been meant. */
  readonly misspelt?: { readonly word: string; readonly known: readonly string[] } | undefined;
}

/** Where checks that look beyond a single value read from, and where they report. */
export interface Check {
  readonly context: LoadContext;
  readonly complaints: Complaint[];
}

/** Complains about every name that is not among those known. */
export function requireNames(
  names: readonly string[],
  known: readonly string[],
  at: { readonly path: readonly PropertyKey[]; readonly key: string; readonly expected: string },
  complaints: Complaint[],
): void {
  const all = new Set(known);
  for (const word of names) {
    if (!all.has(word)) complaints.push({ ...at, got: shown(word), misspelt: { word, known } });
  }
}

const mostSuggestions = 20;

export function didYouMean(word: string, known: readonly string[]): string {
  const closest = closestTo(word, known.slice(0, 1000));
  if (closest !== undefined) return `did you mean "${closest}"?`;
  return `known: ${known.slice(0, mostSuggestions).join(", ") || "none"}`;
}

/** In quotes, shortened, on one line, and without characters that a terminal would obey. */
export function shown(text: string): string {
  return plainText(JSON.stringify(text.slice(0, 80)));
}

export function plainText(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
  });
}
