import type { Problem } from "./config.ts";
import { counted } from "../std/counted.ts";

/** One line for the place, one for the problem, one for the next step. */
export function renderProblems(problems: readonly Problem[]): string {
  const blocks = problems.map(({ file, line, column, path, expected, got, hint }) => {
    const where = [file, line, column].filter((part) => part !== undefined).join(":");
    return `${where}${path === "" ? "" : `  ${path}`}\n  expected ${expected}, got ${got}\n${hint === undefined ? "" : `  → ${hint}\n`}`;
  });
  const count = counted(problems.length, "problem");
  return `${blocks.join("\n")}\n${count}. Nothing was sent.\n`;
}
