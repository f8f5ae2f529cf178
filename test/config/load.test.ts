import { readFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LoadContext } from "../../src/config/complaint.ts";
import { allRoles, type Role } from "../../src/config/roles.ts";
import { loadConfig } from "../../src/config/load.ts";
import { renderProblems } from "../../src/config/render.ts";
import { catalogue, scheduledOnly } from "../../src/scenario/resolve.ts";
import { malformed, valid } from "./malformed.ts";

const context: LoadContext = {
  env: {},
  readFile: () => undefined,
  scenarios: [...catalogue, ...scheduledOnly].map(({ name }) => name),
  checkSecrets: [],
};
const load = (text: string, checkSecrets: readonly Role[] = []) =>
  loadConfig({ file: "plumbline.yaml", text }, { ...context, checkSecrets });

test("an audit needs targets alone; everything else needs probes", () => {
  const text =
    "targets:\n  mini: { baseUrl: https://api.example.com/v1, model: m, prices: { input: 0 USD, output: 0 USD } }\n";
  expect(load(text)).toMatchObject({ problems: [{ path: "probes" }] });
  const source = { file: "plumbline.yaml", text };
  expect(loadConfig(source, { ...context, needsNoProbes: true })).toMatchObject({ config: { probes: [] } });
});

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
  expect(lines).toEqual(["2 targets.mini.model", "3 targets.mini.baseUrl", "4 targets.mini.modle", "6 probes[0].evry"]);
});

test("a faulty entry hides neither names that nothing defines nor what is wrong with other entries", () => {
  const loaded = load(`targets:
  mini: { baseUrl: 'http://127.0.0.1:1/v1', model: gpt-4o-mini, key: { env: K }, spendCap: { perDay: 0.5 } }
  odd: { baseUrl: 'http://127.0.0.1:1/v1', model: unheard-of, spendCap: { perDay: 1 USD } }
probes:
  - { name: a, target: minni, scenario: valid-requst, every: 5m }
  - { name: a, target: mini, scenario: valid-request, every: 5 }
  - { name: b, target: odd, scenario: valid-request, every: 5m, receivers: [oncal] }
receivers:
  oncall: { alertmanager: { url: 'http://alerts.example.com' } }
  mail: { email: {} }
routes:
  - { receivers: [oncall], escalate: { after: 5, receivers: [lead] } }
statusPages:
  all: { title: Status, targets: { maxi: Chat } }
`);
  const problems = "problems" in loaded ? loaded.problems : [];
  const expected = [
    ["2 targets.mini.spendCap.perDay", "for example perDay: 0.50 USD"],
    ["3 targets.odd.spendCap.perDay", "add prices: { input: … USD, output: … USD } to the target, or use tokensPerDay"],
    ["5 probes[0].target", 'did you mean "mini"?'],
    ["5 probes[0].scenario", 'did you mean "valid-request"?'],
    ["6 probes[1].every", "for example every: 30s"],
    ["6 probes[1].name", "rename one of them"],
    ["7 probes[2].receivers", 'did you mean "oncall"?'],
    ["9 receivers.oncall.alertmanager.url", "use https, or permit it by allowPrivate: true"],
    ["10 receivers.mail.email.host", 'add "host", for example host: smtp.example.com'],
    ["12 routes[0].escalate.receivers", "known: oncall, mail"],
    ["12 routes[0].escalate.after", "for example after: 30s"],
    ["14 statusPages.all.targets.target", 'did you mean "mini"?'],
  ];
  const said = problems.map(({ line, path, hint = "" }) => [`${line} ${path}`, hint] as const);
  for (const [place, hint] of expected) {
    expect(said).toContainEqual([place, expect.stringContaining(hint ?? "")]);
  }
});

test("a section that is misspelt is one problem, not one for each name that would be in it", () => {
  const loaded = load(`${valid.replace("every: 5m", "every: 5m, receivers: [oncall]")}recievers: { oncall: {} }\n`);
  expect("problems" in loaded && loaded.problems.map(({ path }) => path)).toEqual(["recievers"]);
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

test("every YAML block of the README loads", () => {
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
