import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { keepSecrets, secretSources } from "../../src/app/secrets.ts";
import { openWorld } from "../../src/app/world.ts";
import { loadConfig } from "../../src/config/load.ts";
import { silentLog } from "../../src/std/log.ts";
import { openStorePool } from "../setup/databases.ts";
import { openStore } from "../../src/store/store.ts";
import { startTelemetry } from "../../src/telemetry/telemetry.ts";
import { allRoles } from "../../src/config/roles.ts";

const folder = mkdtempSync(join(tmpdir(), "plumbline-rotated-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a key that was changed in its file is not shown from the first request on that carries it", async () => {
  const file = join(folder, "key");
  writeFileSync(file, "the first canary 3f9a\n");
  const text = `targets:
  one: { baseUrl: "http://127.0.0.1:1/v1", model: gpt-4o-mini, key: { file: "${file}" } }
probes:
  - { name: valid, target: one, scenario: valid-request, every: 1m }
`;
  const sources = { ...secretSources({}), scenarios: ["valid-request"], checkSecrets: allRoles };
  const loaded = loadConfig({ file: "test", text }, sources);
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
  await using opened = new AsyncDisposableStack();
  const pool = opened.adopt(await openStorePool(), (it) => it.close());
  const telemetry = opened.adopt(await startTelemetry({}), (it) => it.stop());
  const store = await openStore(pool, Date.now(), 30);
  const world = opened.adopt(openWorld(store, loaded.config, keepSecrets({}), silentLog, telemetry), (it) =>
    it.close(),
  );

  writeFileSync(file, "another canary 77d2\n");
  expect(world.secret({ file })).toBe("another canary 77d2");
  expect(world.redact("no such key: another canary 77d2")).toBe("no such key: [redacted]");
  expect(world.redact("no such key: the first canary 3f9a")).toBe("no such key: [redacted]");
});
