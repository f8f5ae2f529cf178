import { readFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LoadContext } from "../../src/config/complaint.ts";
import { allRoles, type Role } from "../../src/config/roles.ts";
import { loadConfig } from "../../src/config/load.ts";
import { renderProblems, starterConfig } from "../../src/config/render.ts";
import { catalogue } from "../../src/scenario/resolve.ts";
import { malformed, valid } from "./malformed.ts";

const context: LoadContext = {
  env: {},
  readFile: () => undefined,
  scenarios: catalogue.map(({ name }) => name),
  checkSecrets: [],
};
const load = (text: string, checkSecrets: readonly Role[] = []) =>
  loadConfig({ file: "plumbline.yaml", text }, { ...context, checkSecrets });

describe("what is wrong is said with place, expectation and next step", () => {
  test("there are fifty cases and more", () => expect(malformed.length).toBeGreaterThanOrEqual(50));

  test.each(malformed)("%s", (_name, text, words) => {
    const loaded = load(text);
    if (!("problems" in loaded)) throw new Error("it loaded");
    const said = renderProblems(loaded.problems);
    expect(said).toContain(words);
    expect(said).not.toContain("hunter2secret");
    expect(said).not.toMatch(/\bat .+:\d+:\d+\)?$/m);
    for (const { file, expected, got, hint } of loaded.problems) {
      expect([file, expected, got, hint].every((part) => part !== undefined && part !== "")).toBe(true);
    }
    expect(
      loaded.problems.every(({ line }) => line !== undefined) ||
        /^(probes|targets):|^# /m.test(text) ||
        text.length < 40,
    ).toBe(true);
  });
});

test("all problems come at once, each on its line", () => {
  const loaded = load(
    "targets:\n  mini:\n    baseUrl: nowhere\n    modle: x\nprobes:\n  - { name: a, target: mini, scenario: valid-request, evry: 1m }\n",
  );
  const lines = "problems" in loaded ? loaded.problems.map(({ line, path }) => `${line} ${path}`) : [];
  expect(lines).toEqual(["3 targets.mini.baseUrl", "2 targets.mini.model", "4 targets.mini.modle", "6 probes[0].evry"]);
});

test("a start needs the secrets that a check at a desk does not", () => {
  const text = valid.replace("gpt-4o-mini }", "gpt-4o-mini, key: { env: MINI_KEY } }");
  expect(load(text)).toHaveProperty("config");
  const loaded = load(text, allRoles);
  expect("problems" in loaded && renderProblems(loaded.problems)).toContain("environment variable MINI_KEY");
});

test.each(["config/demo.yaml", "config/cometapi.yaml"])("%s loads, and points editors to the schema", (file) => {
  const text = readFileSync(file, "utf8");
  expect(text.split("\n")[0]).toBe("# yaml-language-server: $schema=./schema.json");
  expect(load(text)).toHaveProperty("config");
});

test("what init writes loads, and so does every YAML block of the README", () => {
  expect(load(starterConfig)).toHaveProperty("config");
  const blocks = [...readFileSync("README.md", "utf8").matchAll(/```yaml\n([\s\S]*?)```/g)].map(
    ([, block]) => block ?? "",
  );
  expect(blocks.length).toBeGreaterThan(0);
  for (const block of blocks) expect(load(block)).toHaveProperty("config");
});

test("arguments of a call that is expected follow the parameters of its tool", () => {
  const tool = "{ type: function, function: { name: a, parameters: { type: object, required: [city] } } }";
  const asked = `ask: { messages: [{ role: user, content: b }], maxTokens: 5, extra: { tools: [${tool}] } }`;
  const called = "expect: { toolCalls: [{ name: a }, { name: c }, { name: a, arguments: {} }], equals: 6 }";
  const probe = "probes:\n  - { name: p, target: mini, scenario: own, every: 5m }\n";
  const targets = valid.slice(0, valid.indexOf("probes:"));
  const loaded = load(`${targets}scenarios: { own: { ${asked}, ${called} } }\n${probe}`);
  expect("config" in loaded && loaded.config.probes[0]?.scenario).toMatchObject({
    expectations: [
      {
        kind: "tool-calls",
        calls: [
          { name: "a", arguments: { type: "object", required: ["city"] } },
          { name: "c" },
          { name: "a", arguments: {} },
        ],
      },
      { kind: "equals", value: 6 },
    ],
  });
});

test("the schema for editors is not stale", () => {
  expect(() => execFileSync(process.execPath, ["scripts/generate-schema.ts", "--check"])).not.toThrow();
});

test("no text whatever makes it throw", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void load(text)));
  fc.assert(fc.property(fc.json(), (text) => void load(text)));
  const example = readFileSync("config/cometapi.yaml", "utf8");
  const edit = fc.tuple(fc.nat(example.length), fc.nat(40), fc.string({ maxLength: 12 }));
  fc.assert(
    fc.property(edit, ([at, cut, put]) => void load(example.slice(0, at) + put + example.slice(at + cut))),
    { numRuns: 150 },
  );
});
