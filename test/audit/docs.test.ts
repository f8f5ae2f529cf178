import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rules } from "../../src/audit/rules.ts";
import { readExpectations } from "../../src/config/audit-expectations.ts";
import { loadConfig } from "../../src/config/load.ts";
import { catalogue } from "../../src/scenario/resolve.ts";

const page = readFileSync("docs/audit.md", "utf8");
const scenarios = catalogue.map(({ name }) => name);
const [configured = "", pinned = ""] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = ""]) => text);

test("the page has a row for each rule, in the order of the audit", () => {
  const rows = [...page.slice(page.indexOf("| rule |")).matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
  expect(rows).toEqual(rules.map(({ item }) => item));
});

test("its configuration is valid and says what the page says of it", () => {
  const context = { env: {}, readFile: () => undefined, scenarios, checkSecrets: [] };
  const text = `${configured}probes:\n  - { name: valid, target: mini, scenario: valid-request, every: 5m }\n`;
  const loaded = loadConfig({ file: "audit.yaml", text }, context);
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
  const audit = loaded.config.targets[0]?.audit;
  expect(audit).toMatchObject({
    billing: { kind: "cometapi" },
    warnAfterMs: 8000,
    fallback: { kind: "static-answer" },
  });
  expect(rules.map(({ item }) => item)).toContain(audit?.accept[0]?.item);
});

test("its pins can be read", () => {
  expect(readExpectations(pinned, scenarios)).toMatchObject({ pinned: { "invalid-key": { status: 401 } } });
});
