import type { Command } from "commander";
import { afterEach, expect, test, vi } from "vitest";
import { createProgram } from "../../src/cli/program.ts";

afterEach(() => vi.restoreAllMocks());

const stream = { write: () => true };
const programOf = (): Promise<Command> =>
  createProgram({ env: {}, stdout: stream, stderr: stream } as never, {} as never, () => {});

interface Word {
  readonly words: readonly string[];
  readonly command: Command;
}

/** A former name is hidden: it works, and nobody is offered it. */
const visible = (command: Command): Command[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .filter((inner) => inner.name() !== "help");

function everyWord(command: Command, before: readonly string[] = []): Word[] {
  return visible(command).flatMap((inner) => {
    const words = [...before, inner.name()];
    return [{ words, command: inner }, ...everyWord(inner, words)];
  });
}

/** What the shell is offered behind the words, as tab's own protocol writes it: a line each, then a directive. */
async function offered(...words: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
  await (await programOf()).parseAsync(["complete", "--", ...words], { from: "user" });
  vi.restoreAllMocks();
  return lines.map((line) => line.split("\t")[0] ?? "");
}

const words = everyWord(await programOf());

test("the shell completes every command, at every depth", async () => {
  const parents = [{ words: [], command: await programOf() }, ...words].filter(
    ({ command }) => command.commands.length > 0,
  );
  expect(parents.length).toBeGreaterThan(6);
  for (const { words: before, command } of parents) {
    expect(await offered(...before, ""), before.join(" ")).toEqual(
      expect.arrayContaining(visible(command).map((inner) => inner.name())),
    );
  }
});

test("the shell completes every flag of every command, and the values of those that have a closed list", async () => {
  let closed = 0;
  for (const { words: before, command } of words) {
    const flags = command.options.map(({ long }) => long ?? "");
    expect(await offered(...before, "--"), before.join(" ")).toEqual(expect.arrayContaining(flags));
    for (const { long = "", argChoices = [] } of command.options) {
      if (argChoices.length === 0) continue;
      closed += 1;
      expect(await offered(...before, long ?? "", "")).toEqual(expect.arrayContaining(argChoices));
    }
  }
  expect(closed).toBeGreaterThan(4);
});

/** What they print is no result, or has a form of its own. */
const withoutJson: Readonly<Record<string, string>> = {
  demo: "shows a story",
  init: "writes a file",
  start: "serves; its logs are JSON",
  mcp: "speaks JSON-RPC",
  testbed: "serves",
  complete: "is the shell's",
  export: "--format",
  "audit probes": "is YAML for the configuration",
  "baseline export": "is JSON anyway",
};

test("every command that prints a result can print it as JSON", () => {
  const ends = words.filter(({ command }) => command.commands.length === 0 || command.registeredArguments.length > 0);
  const lacking = ends.filter(({ command }) => !command.options.some(({ long }) => long === "--json"));
  expect(lacking.map((one) => one.words.join(" ")).toSorted()).toEqual(Object.keys(withoutJson).toSorted());
});

test("every command, argument and flag has words", () => {
  const wordless = words.flatMap(({ words: before, command }) => [
    ...(command.description() === "" ? [before.join(" ")] : []),
    ...[...command.registeredArguments, ...command.options]
      .filter(({ description }) => description === "")
      .map((one) => `${before.join(" ")} ${one.name()}`),
  ]);
  expect(wordless).toEqual([]);
});

test("--json of run is short for its reporter", async () => {
  const asked: unknown[] = [];
  const commands = { run: (options: unknown) => Promise.resolve(asked.push(options)) };
  const program = await createProgram(
    { env: {}, stdout: stream, stderr: stream } as never,
    commands as never,
    () => {},
  );
  await program.parseAsync(["run", "valid", "--json"], { from: "user" });
  expect(asked).toMatchObject([{ config: "plumbline.yaml", probes: ["valid"], reports: [{ reporter: "json" }] }]);
});

test("audit diff takes --json for itself, wherever it stands", async () => {
  const printed: string[] = [];
  const stdout = { write: (text: string) => printed.push(text) };
  const audit = {
    target: "mini",
    decision: { readiness: "READY", results: [] },
    runs: [],
    evidence: [],
    worksheet: [],
  };
  for (const line of ["audit diff a b --json", "audit diff --json a b", "audit diff a b"]) {
    const io = { env: {}, stdout, stderr: stream };
    const program = await createProgram(io as never, { readAudit: () => audit } as never, () => {});
    await program.parseAsync(line.split(" "), { from: "user" });
  }
  expect(printed.slice(0, 2)).toEqual(Array.from({ length: 2 }, () => '{"schema":1,"data":[]}\n'));
  expect(printed[2]).toContain("nothing has changed");
});
