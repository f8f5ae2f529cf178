import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";

const text = `
keyCaps: [{ key: { env: KEY }, perDay: 1 USD, requestsPerHour: 100 }]
spendCap: { tokensPerMonth: 5000 }
targets:
  a: { baseUrl: 'http://x/v1', model: gpt-4o-mini, key: { env: KEY }, spendCap: { perDay: 0.50 USD } }
  b: { baseUrl: 'http://x/v1', model: gpt-4o, key: { env: KEY } }
  c: { baseUrl: 'http://x/v1', model: gpt-4o, key: { env: OTHER } }
probes:
  - { name: p, target: a, scenario: valid-request, every: 1m }
`;

test("targets of one key share its caps, beside their own and those of all", () => {
  const context = { env: {}, readFile: () => undefined, scenarios: ["valid-request"], checkSecrets: [] };
  const loaded = loadConfig({ file: "plumbline.yaml", text }, context);
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
  const [a, b, c] = loaded.config.targets.map(({ spendCaps }) => spendCaps);
  const ofKey = [
    { scope: "key/env:KEY", span: "hour", requests: 100, targets: ["a", "b"] },
    { scope: "key/env:KEY", span: "day", microUsd: 1_000_000, targets: ["a", "b"] },
  ];
  const ofAll = { scope: "all", span: "month", tokens: 5000 };
  expect(a).toEqual([{ scope: "target/a", span: "day", microUsd: 500_000 }, ...ofKey, ofAll]);
  expect(b).toEqual([...ofKey, ofAll]);
  expect(c).toEqual([ofAll]);
});
