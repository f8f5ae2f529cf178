import { readFileSync } from "node:fs";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { keepSecrets } from "../../src/app/secrets.ts";
import { openWorld } from "../../src/app/world.ts";
import { loadConfig } from "../../src/config/load.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import { silentLog } from "../../src/std/log.ts";
import { openStorePool } from "../setup/databases.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore } from "../../src/store/store.ts";
import { type SpanWords, spanWords } from "../../src/telemetry/span-words.ts";
import { startTelemetry } from "../../src/telemetry/telemetry.ts";
import { openTestbed } from "../../src/testbed/testbed.ts";
import { strangeNames } from "../helm/promql-names.ts";
import { promtool } from "../setup/promtool.ts";
import { allRoles } from "../../src/config/roles.ts";

const page = readFileSync("docs/analysts.md", "utf8");
const fenced = (language: string): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, text = ""]) => text.trim());
const recorded = (
  parse(readFileSync("helm/files/rules.yaml", "utf8")) as { groups: { rules: { record?: string }[] }[] }
).groups.flatMap(({ rules }) => rules.flatMap(({ record }) => record ?? []));

let pool: StorePool;

/** A store as it is after some runs: fine, streamed, refused until an incident opened; one slot missed, one alert sent. */
beforeAll(async () => {
  const testbed = await openTestbed({ pace: { minMs: 1, maxMs: 2 } });
  const text = `targets:
  bed: { baseUrl: "${testbed.baseUrl}", model: gpt-4o-mini, key: { env: BED_KEY } }
  refusing: { baseUrl: "${testbed.baseUrl}", model: gpt-4o-mini }
probes:
  - { name: fine, target: bed, scenario: valid-request, every: 1m }
  - { name: streamed, target: bed, scenario: streamed-request, every: 1m }
  - { name: refused, target: refusing, scenario: valid-request, every: 1m }
`;
  const env = { BED_KEY: testbed.key };
  const sources = {
    env,
    readFile: () => undefined,
    scenarios: ["valid-request", "streamed-request"],
    checkSecrets: allRoles,
  };
  const loaded = loadConfig({ file: "test", text }, sources);
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
  pool = await openStorePool();
  const store = await openStore(pool, Date.now(), 30);
  const telemetry = await startTelemetry({});
  const world = openWorld(store, loaded.config, keepSecrets(env), silentLog, telemetry);
  for (let slot = 4; slot > 0; slot -= 1) {
    for (const probe of loaded.config.probes) await runProbe(world, probe, Date.now() - slot * 1000);
  }
  const [probe] = loaded.config.probes;
  if (probe !== undefined) await runProbe(world, probe, Date.now() - 3_600_000);
  await pool.pool.query(
    `INSERT INTO plumbline.delivery_attempts (outbox_id, ordinal, receiver, started_at, duration_ms, outcome)
     VALUES ('one', 1, 'oncall', now(), 12, '{"kind":"delivered","status":204}')`,
  );
  await world.close();
  await telemetry.stop();
  await testbed.close();
});

afterAll(() => pool.close());

test("there are ten questions, and each has an answer", () => {
  const questions = page.split(/^### /m).slice(1);
  expect(questions).toHaveLength(10);
  for (const question of questions) expect(question).toMatch(/```sql\n/);
});

test.each(fenced("sql"))("the store answers: %s", async (query) => {
  const { rows } = await pool.pool.query(query);
  expect(rows.length).toBeGreaterThan(0);
});

test("the answers are those of the runs", async () => {
  const [firstChunk, cost, ledger, envelopes, absent, found, incidents, network, tokens, models, evidence] =
    await Promise.all(
      fenced("sql").map(async (query) => (await pool.pool.query(query)).rows as Record<string, unknown>[]),
    );
  expect(firstChunk?.map(({ target }) => target)).toEqual(["bed"]);
  expect(Number(cost?.find(({ target }) => target === "bed")?.["usd"])).toBeGreaterThan(0);
  const call = {
    kind: "call",
    target: "bed",
    model: "gpt-4o-mini",
    usd: cost?.find(({ target }) => target === "bed")?.["usd"],
  };
  expect(ledger?.find(({ kind, target }) => kind === "call" && target === "bed")).toMatchObject(call);
  expect(envelopes?.[0]).toMatchObject({ target: "refusing", status: "401", envelope: "nested-object" });
  expect(absent).toMatchObject([{ state: "missed", reason: "stale", probe_id: "fine@default" }]);
  expect(found?.map(({ target }) => target)).toContain("refusing");
  expect(incidents?.[0]).toMatchObject({ target: "refusing", kind: "expectation" });
  expect(Number(network?.[0]?.["total_ms"])).toBeGreaterThan(0);
  expect(Number(tokens?.[0]?.["prompt_tokens"])).toBeGreaterThan(0);
  expect(String(models?.[0]?.["answered"])).toContain("gpt-4o-mini");
  expect(evidence?.[0]).toMatchObject({ verdict: "fail", trace: expect.stringMatching(/^[0-9a-f]{32}$/) });
});

test("Prometheus understands the queries, and every name in them exists", () => {
  const queries = fenced("promql");
  expect(queries.length).toBeGreaterThan(6);
  expect(queries.flatMap((query) => strangeNames(query, recorded))).toEqual([]);
  const folder = mkdtempSync(join(tmpdir(), "plumbline-promql-"));
  const file = join(folder, "queries.yaml");
  const rules = queries.map((expr, index) => ({ record: `check:q${index}`, expr }));
  writeFileSync(file, JSON.stringify({ groups: [{ name: "page", rules }] }));
  expect(promtool(["check", "rules", file]).output).toContain(`SUCCESS: ${queries.length} rules found`);
  rmSync(folder, { recursive: true });
});

test("who has traces only has an answer to each as well, by attributes that spans have", () => {
  const questions = page.split(/^### /m).slice(1);
  for (const question of questions) expect(question).toContain("```traceql\n");
  const known = new Set<string>(Object.values<SpanWords>(spanWords).flatMap((words) => words.attributes));
  const asked = fenced("traceql").flatMap((query) =>
    [...query.matchAll(/span\.([\w.]+)/g)].map(([, name = ""]) => name),
  );
  expect(asked.filter((name) => !known.has(name))).toEqual([]);
});
