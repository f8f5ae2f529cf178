import type { Argument, Command, Option } from "commander";
import { createProgram } from "../../src/cli/program.ts";
import { anchor, code, sentence, table, titled } from "./markdown.ts";

const intro =
  "Every command has `--help`. Results go to standard output, everything else to standard error. " +
  "Separate several values of a flag with spaces. `source <(plumbline complete bash)` completes " +
  "commands and flags in your shell (also `zsh`, `fish` and `powershell`).";

/** The page about the command line: every command with its arguments, flags and exit codes, as its help tells them. */
export async function cliPage(exitCodes: readonly (readonly [code: number, meaning: string])[]): Promise<string> {
  const program = await programOf();
  const commands = leavesOf(program, "plumbline");
  const overview = commands.map(([name, command]) => [
    `[${code(name)}](#${anchor(name)})`,
    sentence(command.description()),
  ]);
  return [
    titled("The command line", "`src/cli/`", intro),
    `## All commands\n\n${table(["command", "what it does"], overview)}`,
    `## Exit codes\n\n${table(
      ["code", "meaning"],
      exitCodes.map(([number, meaning]) => [String(number), sentence(meaning)]),
    )}\nSome commands give a code a more precise meaning: see their sections.\n`,
    ...commands.map(([name, command]) => sectionOf(name, command)),
  ].join("\n");
}

/** The program as it is built for people, with nothing behind its words. */
function programOf(): Promise<Command> {
  const stream = { write: () => true };
  return createProgram({ env: {}, stdout: stream, stderr: stream } as never, {} as never, () => {});
}

/** Commands that do something, by all words that lead to them. What the shell alone calls is left out. */
function leavesOf(command: Command, name: string): readonly (readonly [name: string, command: Command])[] {
  const visible = command.createHelp().visibleCommands(command);
  const below = visible.flatMap((inner) => leavesOf(inner, `${name} ${inner.name()}`));
  const isPath = command.parent === null || (below.length > 0 && command.registeredArguments.length === 0);
  return isPath ? below : [[name, command], ...below];
}

function sectionOf(name: string, command: Command): string {
  const aliases = command.aliases().map((alias) => code(`${name.slice(0, name.lastIndexOf(" "))} ${alias}`));
  const rows = [
    ...command.registeredArguments.map((argument) => [
      code(argumentWords(argument)),
      defaultOf(argument),
      sentence(argument.description),
    ]),
    ...command.options.map((option) => [code(option.flags), defaultOf(option), sentence(optionWords(option))]),
  ];
  return [
    `## ${code(name)}\n`,
    sentence(command.description()) + (aliases.length === 0 ? "" : ` Also ${aliases.join(", ")}.`),
    `\n${code(`${name} ${command.usage()}`.trim())}\n`,
    table(["argument or flag", "default", "meaning"], rows),
    afterWords(command),
  ].join("\n");
}

function argumentWords(argument: Argument): string {
  const word = `${argument.name()}${argument.variadic ? "..." : ""}`;
  return argument.required ? `<${word}>` : `[${word}]`;
}

function optionWords({ description, argChoices, mandatory }: Option): string {
  const choices = argChoices === undefined ? "" : `: ${argChoices.map(code).join(", ")}`;
  return `${description}${choices}${mandatory ? "; required" : ""}`;
}

/** What the help shows: a flag that is off, and a list that is empty, have none to speak of. */
function defaultOf({ defaultValue, defaultValueDescription }: Argument | Option): string {
  if (defaultValueDescription !== undefined) return code(defaultValueDescription);
  const isNothing =
    defaultValue === undefined ||
    defaultValue === false ||
    (typeof defaultValue === "object" && Object.keys(defaultValue ?? {}).length === 0);
  return isNothing ? "" : code(String(defaultValue));
}

/** What the help says behind its lists: exit codes, examples, hints. */
function afterWords(command: Command): string {
  const pieces: string[] = [];
  command.configureOutput({ writeOut: (text) => void pieces.push(text) }).outputHelp();
  const said = pieces.slice(pieces.indexOf(command.helpInformation()) + 1).join("");
  return said
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => `${lineWords(line)}\n`)
    .join("\n");
}

function lineWords(line: string): string {
  const [, label = "", rest = ""] = /^(Examples?:)\s*(.*)$/.exec(line) ?? [];
  if (label !== "") return rest === "" ? label : `${label} ${code(rest)}`;
  return line.startsWith("plumbline ") ? code(line) : sentence(line);
}
