import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";

/** Terminal columns of a line without control characters. */
export function displayWidth(text: string): number {
  return stringWidth(text);
}

/** Breaks a line at spaces into lines of at most `columns`; a longer word is broken wherever it must be. */
export function wrapToColumns(text: string, columns: number): string[] {
  return wrapAnsi(text, columns, { hard: true }).split("\n");
}
