import { globSync, readFileSync } from "node:fs";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { createProgram } from "../../src/cli/program.ts";
import { blocksOf, mostWords, proseProblems, spokenIn } from "./prose.ts";

const pages = [
  "README.md",
  "SECURITY.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "CODE_OF_CONDUCT.md",
  "helm/README.md",
  ...globSync("docs/*.md"),
  ...globSync("docs/decisions/*.md"),
  ...globSync(".github/**/*.md"),
];

/** The style page quotes what to avoid. */
const quotedTurns = (page: string, text: string): string =>
  page === "docs/style.md" ? text.replaceAll(/^\| .*\|$/gm, "") : text;

test.each(pages)("%s is plain English", (page) => {
  const text = quotedTurns(page, readFileSync(page, "utf8"));
  expect(
    blocksOf(text)
      .flatMap((block) => proseProblems(page, block))
      .join("\n"),
  ).toBe("");
});

const rooms = [...new Set(globSync("src/*/").map((folder) => folder.split("/")[1] ?? ""))].toSorted();

test.each(rooms)("log messages and descriptions in src/%s are plain English", (room) => {
  const problems = globSync(`src/${room}/**/*.ts`).flatMap((file) =>
    spokenIn(readFileSync(file, "utf8")).flatMap((text) => proseProblems(file, text)),
  );
  expect(problems.join("\n")).toBe("");
});

function helpOf(command: Command): string[] {
  const own = [command.description(), ...command.options.map(({ description }) => description)];
  return [
    ...own,
    ...command.registeredArguments.map(({ description }) => description),
    ...command.commands.flatMap(helpOf),
  ];
}

test("the help of every command is plain English", async () => {
  const stream = { write: () => true };
  const io = { env: {}, stdout: stream, stderr: stream } as never;
  const texts = helpOf(await createProgram(io, {} as never, () => {}));
  expect(texts.length).toBeGreaterThan(100);
  expect(texts.flatMap((text) => proseProblems("help", text)).join("\n")).toBe("");
});

describe("the check bites", () => {
  test.each([
    ["Nobody is told of it.", "notify"],
    ["a delivery of nothing was ignored", "empty"],
    ["It ended by a mistake of its own.", "internal error"],
    ["What is over it comes as one digest.", "name the subject"],
    ["The incident is over.", "is resolved"],
    ["Use a key of its own.", "before the noun"],
    ["take it on: reminders stop until it resolves", "acknowledge"],
    ["Runs are missed, others are skipped and the rest are ignored.", "3 passive verbs"],
    [`${"word ".repeat(mostWords)}word.`, `${mostWords + 1} words`],
  ])("%s", (text, problem) => {
    expect(proseProblems("here", text).join("\n")).toContain(problem);
  });

  test("plain sentences pass, and code does not count", () => {
    expect(proseProblems("here", "Restore the dump into an empty database. What is a slot? See `told`.")).toEqual([]);
    expect(blocksOf("# A\n\nText `a`.\n\n```sh\ntold\n```\n\n| a | b |\n|---|---|\n| one | two |\n- item")).toEqual([
      "A",
      "Text `a`.",
      "a",
      "b",
      "one",
      "two",
      "item",
    ]);
  });

  test("texts are found in source", () => {
    const source = 'log.warn("told", {});\nz.string().describe(`a ${b}`);\nconst x = { description: "c" };';
    expect(spokenIn(source)).toEqual(["told", "a code", "c"]);
  });
});
