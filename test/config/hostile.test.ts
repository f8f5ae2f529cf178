import fc from "fast-check";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { renderProblems } from "../../src/config/render.ts";
import { malformed, valid } from "./malformed.ts";
import { allRoles } from "../../src/config/roles.ts";

/** Configurations that nobody writes by mistake: whatever they say, the answer is bounded and comes soon. */
const load = (text: string, env: Readonly<Record<string, string>> = {}) =>
  loadConfig(
    { file: "plumbline.yaml", text },
    { env, readFile: () => undefined, scenarios: ["valid-request"], checkSecrets: allRoles },
  );

function problemsOf(text: string, env: Readonly<Record<string, string>> = {}) {
  const loaded = load(text, env);
  if ("config" in loaded) throw new Error("it loaded");
  return loaded.problems;
}

const many = Array.from({ length: 50_000 }, (_, index) => `k${index}: 1`);
const probe = (index: number): string => `  - { name: p${index}, target: t${index}, scenario: s${index}, every: 5m }\n`;

test.each([
  ["50,000 unknown keys", `${valid}${many.join("\n")}`, "49900 more"],
  ["50,000 unknown targets", `targets: { ${many.join(", ")} }\nprobes: []\n`, "more"],
  [
    "5,000 probes of nothing",
    `${valid}${Array.from({ length: 5000 }, (_, index) => probe(index)).join("")}`,
    "9900 more",
  ],
  ["20,000 syntax errors", "a: }\n".repeat(20_000), "more"],
  ["a key 50,000 times", "a: 1\n".repeat(50_000), "49899 more"],
  ["more text than a configuration has", `${valid}# ${"x".repeat(2_000_000)}`, "at most 1 MiB"],
  ["5,000 levels", `a: ${"[".repeat(5000)}${"]".repeat(5000)}`, "YAML"],
  ["100 levels", `${valid}a: ${"[".repeat(100)}${"]".repeat(100)}`, "at most 64 levels"],
  [
    "100 levels of a prompt",
    `${valid}scenarios: { a: { ask: { messages: [{ a: ${"[".repeat(100)}${"]".repeat(100)} }] } } }`,
    "at most 64",
  ],
  ["a list that contains itself", "a: &a [*a, *a]\n", "at most 64 levels"],
  [
    "a laugh a billion times",
    `a0: &a0 [x, x]\n${Array.from({ length: 40 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}]\n`).join("")}`,
    "aliases",
  ],
])("%s", { timeout: 60_000 }, (_name, text, words) => {
  const problems = problemsOf(text);
  expect(problems.length).toBeLessThanOrEqual(101);
  expect(renderProblems(problems)).toContain(words);
});

const inherited = fc.constantFrom("constructor", "__proto__", "toString", "hasOwnProperty", "valueOf");
const odd = fc.oneof(
  inherited,
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom(
    null,
    true,
    -1,
    1e300,
    Number.MAX_SAFE_INTEGER,
    [],
    {},
    [null],
    { env: "constructor" },
    { file: "\0" },
  ),
);

test("a model's name is never printed as it was written", () => {
  const loaded = load(`requireKnownPrice: true
targets: { mini: { baseUrl: "https://api.openai.com/v1", model: "a\\x1b[31m" } }
probes: [{ name: one, target: mini, scenario: valid-request, every: 5m }]
`);
  if (!("problems" in loaded)) throw new Error("expected a problem");
  expect(renderProblems(loaded.problems)).toContain("no list price for a\\u001b[31m of");
  expect(renderProblems(loaded.problems)).not.toMatch(/[^\P{Cc}\n]/u);
});

test("any value in any place is a problem or fine, never an error", { timeout: 60_000 }, () => {
  const texts = [valid, ...malformed.map(([, text]) => text)].filter((text) => text.length > 20);
  const places = texts.flatMap((text) => [...text.matchAll(/[A-Za-z0-9.'"/:-]+/g)].map((word) => ({ text, word })));
  fc.assert(
    fc.property(fc.nat(places.length - 1), odd, (at, value) => {
      const place = places[at];
      if (place === undefined) return;
      const { text, word } = place;
      const loaded = load(text.slice(0, word.index) + JSON.stringify(value) + text.slice(word.index + word[0].length));
      if ("problems" in loaded) expect(renderProblems(loaded.problems)).not.toMatch(/[^\P{Cc}\n]/u);
    }),
    { numRuns: 2000 },
  );
});

const withUrl = (text: string) =>
  `targets:\n  mini: { baseUrl: { env: URL }, model: gpt-4o-mini${text} }\nprobes:\n  - { name: a, target: mini, scenario: valid-request, every: 5m }\n`;

test.each([
  "file:///etc/passwd",
  "https://me:hunter2secret@x/v1",
  "https://me@x/v1",
  "ftp://x",
  "x/v1",
  "https://x/v1?key=hunter2secret",
])("a base URL from the environment is checked: %s", (url) => {
  const text = renderProblems(problemsOf(withUrl(""), { URL: url }));
  expect(text).toContain("an http or https URL without user, password, query and fragment in environment variable URL");
  expect(text).not.toContain(url);
});

test("a base URL and headers from the environment are known as secrets", () => {
  const loaded = load(withUrl(", headers: { X-Goog-Api-Key: { env: KEY }, x-team: sre }"), {
    URL: "https://gateway.example.com/k-123456/v1/",
    KEY: "hunter2secret",
  });
  expect("config" in loaded && loaded.config.targets[0]).toMatchObject({
    baseUrl: "https://gateway.example.com/k-123456/v1",
    baseUrlRef: { env: "URL" },
    headers: { "x-team": "sre" },
    secretHeaders: { "X-Goog-Api-Key": { env: "KEY" } },
  });
});

test("the scope act is still accepted, with a notice", () => {
  const loaded = load(`${valid}api: { tokens: { ops: { token: { env: T }, scope: act } } }\n`, { T: "x".repeat(24) });
  if ("problems" in loaded) throw new Error(renderProblems(loaded.problems));
  expect(loaded.config.apiTokens).toMatchObject([{ name: "ops", scope: "write" }]);
  expect(loaded.notices).toEqual(['api.tokens.ops: the scope "act" is now called "write"; please rename it']);
});

test.each(["10.0.0.0/8", "::1", "fd00::/8"])("%s is an address range", (range) => {
  const loaded = load(`${valid}api: { trustedProxies: ["${range}"] }\n`);
  expect("config" in loaded && loaded.config.trustedProxies).toEqual([range]);
});

test.each(["10.0.0.0/33", "10.0.0/8", "proxy.example.com", "10.0.0.0/8/8", "fd00::/129", "10.0.0.0/"])(
  "%s is no address range",
  (range) => {
    const loaded = load(`${valid}api: { trustedProxies: ["${range}"] }\n`);
    expect("problems" in loaded && loaded.problems).toMatchObject([
      { path: "api.trustedProxies[0]", expected: "an address or a range such as 10.0.0.0/8" },
    ]);
  },
);

test("a name that looks like a key is pointed out, and not said again", () => {
  const loaded = load(valid.replaceAll("gpt-4o-mini", "xai-grok-4-fast"));
  if ("problems" in loaded) throw new Error(renderProblems(loaded.problems));
  expect(loaded.notices).toEqual([expect.stringContaining('"xai-gr…" looks like an API key')]);
});
