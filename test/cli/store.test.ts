import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase } from "../setup/databases.ts";
import { plumbline } from "../setup/plumbline.ts";

const folder = mkdtempSync(join(tmpdir(), "plumbline-store-"));
const file = join(folder, "plumbline.yaml");
writeFileSync(
  file,
  `targets:
  bed: { baseUrl: "http://127.0.0.1:1/v1", model: gpt-4o-mini, key: { env: DATABASE_URL } }
probes:
  - { name: valid, target: bed, scenario: valid-request, every: 5m }
`,
);
let database: Awaited<ReturnType<typeof freshDatabase>>;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await database.drop();
});

test("store migrate: two processes at once do it once; then there is nothing to do; a newer schema is told of", async () => {
  const env = { DATABASE_URL: database.url };
  const both = await Promise.all([1, 2].map(() => plumbline(["store", "migrate", "--json"], env)));
  expect(both.map(({ code, stderr }) => [code, stderr])).toEqual([
    [0, ""],
    [0, ""],
  ]);
  const applied = both.map(({ stdout }) => (JSON.parse(stdout) as { data: { applied: string[] } }).data.applied.length);
  expect(applied.toSorted((a, b) => a - b)).toEqual([0, Math.max(...applied)]);
  expect(Math.max(...applied)).toBeGreaterThan(5);
  expect(await plumbline(["store", "migrate"], env)).toEqual({
    code: 0,
    stdout: "the schema is up to date\n",
    stderr: "",
  });

  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query("INSERT INTO plumbline.kysely_migration (name, timestamp) VALUES ('9000-gone-breaking', '2030')");
  await client.end();
  const refused = await plumbline(["store", "migrate"], env);
  expect(refused).toMatchObject({ code: 2, stdout: "" });
  expect(refused.stderr).toMatch(/newer version.*9000-gone-breaking.*run the newer version again/);
});

test("a database out of reach is a trouble of the place, told without its password", async () => {
  const env = { DATABASE_URL: "postgres://plumbline:canary-password-123@127.0.0.1:1/plumbline" };
  const { code, stdout, stderr } = await plumbline(["store", "migrate"], env);
  expect({ code, stdout }).toEqual({ code: 5, stdout: "" });
  expect(stderr).toMatch(/DATABASE_URL can't be opened: connect ECONNREFUSED/);
  expect(stderr).not.toContain("canary");
  expect(await plumbline(["store", "migrate"], { REDIS_URL: "redis://127.0.0.1:1" })).toMatchObject({ code: 2 });
});

test("start --await-schema leaves the schema alone, and says what to run when nobody brings it up to date", async () => {
  const fresh = await freshDatabase();
  const words = ["start", "--config", file, "--await-schema", "0s"];
  const { code, stderr } = await plumbline(words, { DATABASE_URL: fresh.url });
  await fresh.drop();
  expect(stderr).toContain("run plumbline store migrate");
  expect(code).toBe(5);
});
