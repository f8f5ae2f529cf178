import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parse } from "yaml";
import { plumbline } from "../setup/plumbline.ts";

const folder = mkdtempSync(join(tmpdir(), "plumbline-ci-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: { readonly steps: readonly { readonly run?: string; readonly env?: Record<string, string> }[] };
}
const { inputs, runs } = parse(readFileSync("action.yml", "utf8")) as Action;
const step = runs.steps.find(({ run }) => run !== undefined);

/** Runs the action's script with an npx that writes its words down, one a line, and ends with 3. */
function act(given: Readonly<Record<string, string>>) {
  const npx = join(folder, "npx");
  writeFileSync(
    npx,
    '#!/bin/sh\nprintf "%s\\n" "$@" > "$RUNNER_TEMP/words"\necho seen > "$RUNNER_TEMP/plumbline.txt"\nexit 3\n',
  );
  chmodSync(npx, 0o755);
  const values = Object.entries(step?.env ?? {}).map(([name, value]) => {
    const input = /inputs\.([\w-]+)/.exec(value)?.[1] ?? "";
    return [name, given[input] ?? inputs[input]?.default] as const;
  });
  const places = { RUNNER_TEMP: folder, GITHUB_STEP_SUMMARY: join(folder, "summary.md") };
  const env = { PATH: `${folder}${delimiter}${process.env["PATH"]}`, ...places, ...Object.fromEntries(values) };
  const { status } = spawnSync("bash", ["-e", "-o", "pipefail", "-c", step?.run ?? ""], { env });
  return { status, words: readFileSync(join(folder, "words"), "utf8").trimEnd().split("\n") };
}

test("the action passes its inputs on, keeps the exit code, and writes a summary", () => {
  const hostile = 'a"; touch owned; "$(id)';
  const { status, words } = act({ probes: "valid bad-key", "fail-on": "breaking", config: hostile });
  expect(status).toBe(3);
  expect(words.slice(0, 9)).toEqual([
    "--yes",
    "plumbline@latest",
    "run",
    "valid",
    "bad-key",
    "--config",
    hostile,
    "--fail-on",
    "breaking",
  ]);
  expect(readFileSync(join(folder, "summary.md"), "utf8")).toContain("seen");
  expect(act({}).words.slice(2, 5)).toEqual(["run", "--config", "plumbline.yaml"]);
});

test("every flag and reporter that the action and the page name is one of run", async () => {
  const { stdout } = await plumbline(["run", "--help"]);
  const lines = `${readFileSync("action.yml", "utf8")}\n${readFileSync("docs/ci.md", "utf8")}`
    .split("\n")
    .filter((line) => !line.includes("baseline export"))
    .map((line) => line.replaceAll("--yes", ""));
  const flags = new Set(lines.flatMap((line) => line.match(/(?<![\w-])--[a-z][\w-]+/g) ?? []));
  expect(flags.size).toBeGreaterThan(4);
  for (const flag of flags) expect(stdout, flag).toContain(flag);
  const reporters = new Set(
    lines.flatMap((line) => [...line.matchAll(/--reporter (\w+)/g)].map(([, name = ""]) => name)),
  );
  for (const name of reporters) expect(stdout, name).toContain(name);
});
