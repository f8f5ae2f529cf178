import type { Command } from "commander";

/** What the exit codes of one command mean, where that is closer than what they mean of all. */
export type Endings = Readonly<Partial<Record<0 | 2 | 3 | 4 | 5, string>>>;

/** Says it at the end of the command's help. */
export function endsWith(command: Command, endings: Endings): Command {
  const codes = Object.entries(endings).map(([code, meaning]) => `${code} ${meaning}`);
  return command.addHelpText("after", `\nExit codes: ${codes.join(", ")}`);
}
