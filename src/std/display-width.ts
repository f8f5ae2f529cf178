import { createRequire } from "node:module";

/** Loaded when a text needs them: their patterns take longer to compile than most commands take to run. */
const load = createRequire(import.meta.url);

/** One column each: Latin, punctuation, arrows, lines, and the marks of a report. */
const plainText = /^[\x20-\x7e\xa0-\xac\xae-\u02ff\u2010-\u2026\u2190-\u2193\u2500-\u257f\u2713\u2717]*$/;

/** Terminal columns of a line without control characters. */
export function displayWidth(text: string): number {
  if (plainText.test(text)) return text.length;
  return (load("string-width") as typeof import("string-width")).default(text);
}

/** Breaks a line at spaces into lines of at most `columns`; a longer word is broken wherever it must be. */
export function wrapToColumns(text: string, columns: number): string[] {
  if (text.length <= columns && plainText.test(text)) return [text.trim()];
  return (load("wrap-ansi") as typeof import("wrap-ansi")).default(text, columns, { hard: true }).split("\n");
}
