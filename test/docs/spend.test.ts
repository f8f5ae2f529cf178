import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { capsIn } from "../../src/upkeep/check-spend.ts";
import { catalogue, scheduledOnly } from "../../src/scenario/resolve.ts";

const page = readFileSync("docs/spend.md", "utf8");

test("the configuration on the page loads, and means what the page says", () => {
  const [, text = ""] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
  const scenarios = [...catalogue, ...scheduledOnly].map(({ name }) => name);
  const context = { env: {}, readFile: () => undefined, scenarios, checkSecrets: [] };
  const loaded = loadConfig({ file: "plumbline.yaml", text }, context);
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
  const { probes, targets } = loaded.config;
  expect(capsIn(probes).map(({ scope, span }) => `${scope} ${span}`)).toEqual([
    "target/mini hour",
    "target/mini day",
    "key/env:COMETAPI_KEY hour",
    "key/env:COMETAPI_KEY day",
    "all month",
  ]);
  expect(targets[0]?.objectives?.map(({ kind, share }) => `${kind} ${share}`)).toEqual([
    "availability 0.995",
    "latency 0.95",
  ]);
  expect(targets[0]?.audit?.billing?.lagMs).toBe(3_600_000);
});
