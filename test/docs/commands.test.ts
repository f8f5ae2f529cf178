import { globSync, readFileSync } from "node:fs";
import type { Command } from "commander";
import { expect, test } from "vitest";
import { createProgram } from "../../src/cli/program.ts";

const stream = { write: () => true };
const program = await createProgram({ env: {}, stdout: stream, stderr: stream } as never, {} as never, () => {});

/** The command that the words name, as far as they name one. */
function commandOf(words: readonly string[]): Command | undefined {
  let found: Command = program;
  for (const word of words) {
    const next = found.commands.find((it) => it.name() === word);
    if (next === undefined) break;
    found = next;
  }
  return found === program ? undefined : found;
}

/** What is wrong with one command line as somebody would type it. `isWhole`: from a block, so nothing is left out. */
function problemsOf(text: string, isWhole: boolean): string[] {
  const words = text.replace(/ +#.*/, "").trim().split(/\s+/);
  const command = commandOf(words);
  if (command === undefined) return [`${text}: no such command`];
  const flags = words.filter((word) => word.startsWith("--")).map((flag) => flag.replace(/=.*/, ""));
  const known = command.options.map(({ long }) => long);
  const required = command.options.flatMap(({ mandatory, long }) => (mandatory && long != null ? [long] : []));
  return [
    ...flags.filter((flag) => flag !== "--help" && !known.includes(flag)).map((flag) => `${text}: no option ${flag}`),
    ...required.filter((flag) => isWhole && !flags.includes(flag)).map((flag) => `${text}: lacks ${flag}`),
  ];
}

const names = new Set(program.commands.map((command) => command.name()));
const pages = ["README.md", "SECURITY.md", ...globSync("docs/*.md")];

test.each(pages)("%s: every command line can be typed", (page) => {
  const text = readFileSync(page, "utf8");
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = ""]) => block);
  const typed = blocks.flatMap((block) =>
    [...block.replaceAll("\\\n", " ").matchAll(/^(?:npx )?plumbline ([a-z].*)$/gm)].map(([, line = ""]) => line),
  );
  const inline = [...text.replaceAll(/```[\s\S]*?```/g, "").matchAll(/`(?:npx )?plumbline ([a-z][^`]*)`/g)]
    .map(([, line = ""]) => line.replaceAll("\n", " "))
    .filter((line) => names.has(line.split(" ")[0] ?? ""));
  const problems = [
    ...typed.flatMap((line) => problemsOf(line, true)),
    ...inline.flatMap((line) => problemsOf(line, false)),
  ];
  expect(problems).toEqual([]);
});

test("the check bites", () => {
  expect(problemsOf("statsu", true)).toHaveLength(1);
  expect(problemsOf("status --wach", true)).toEqual(["status --wach: no option --wach"]);
  expect(problemsOf("account --and x", true)).toEqual(["account --and x: lacks --between"]);
});
