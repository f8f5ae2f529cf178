import type { Command } from "commander";

/** What the exit codes mean for one command, where that is more precise than their general meaning. */
export type ExitMeanings = Readonly<Partial<Record<0 | 2 | 3 | 4 | 5, string>>>;

/** Adds them to the end of the command's help. */
export function endsWith(command: Command, meanings: ExitMeanings): Command {
  const codes = Object.entries(meanings).map(([code, meaning]) => `${code} ${meaning}`);
  return command.addHelpText("after", `\nExit codes: ${codes.join(", ")}`);
}
