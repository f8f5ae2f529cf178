import { RE2JS, RE2JSException } from "re2js";

/** A pattern that a person configured. It never takes longer than the text is long: no answer can make it hang. */
export interface Pattern {
  isIn(text: string): boolean;
}

/** Compiles RE2 syntax, which has no look-around and no back-references; otherwise says what it can't read. */
export function compilePattern(source: string): Pattern | { readonly problem: string } {
  try {
    const compiled = RE2JS.compile(source);
    return { isIn: (text) => compiled.matcher(text).find() };
  } catch (error) {
    if (error instanceof RE2JSException) return { problem: error.message };
    throw error;
  }
}

/** Whether text holds what a pattern from a checked configuration describes. */
export function holdsPattern(source: string, text: string): boolean {
  const pattern = compilePattern(source);
  return "isIn" in pattern && pattern.isIn(text);
}
