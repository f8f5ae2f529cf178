import { closeSync, cpSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, inject, test } from "vitest";
import { openPglitePool } from "../../src/store/pools/pglite.ts";
import { plumbline } from "../setup/plumbline.ts";

const place = mkdtempSync(join(tmpdir(), "plumbline-damaged-"));
afterAll(() => rmSync(place, { recursive: true, force: true }));
const config = join(place, "plumbline.yaml");
writeFileSync(
  config,
  `targets:
  mini: { baseUrl: "http://127.0.0.1:1/v1", model: gpt-4o-mini, key: { env: MINI_KEY } }
probes:
  - { name: a, target: mini, scenario: valid-request, every: 60s }
`,
);
const pageBytes = 8192;

/** A data folder in which the disk has spoilt the head of every page of one relation. */
async function damaged(relation: string): Promise<string> {
  const folder = join(place, relation);
  cpSync(inject("dataFolder"), folder, { recursive: true });
  const { pool, close } = await openPglitePool(folder);
  const { rows } = await pool.query("SELECT pg_relation_filepath($1::regclass) AS path", [relation]);
  await close();
  const file = join(folder, "pg", String(rows[0]?.["path"]));
  const handle = openSync(file, "r+");
  for (let at = 0; at < statSync(file).size; at += pageBytes) writeSync(handle, Buffer.alloc(64, 0xa5), 0, 64, at);
  closeSync(handle);
  return folder;
}

const start = (folder: string) =>
  plumbline(["start", "--config", config, "--listen", "127.0.0.1:0"], { MINI_KEY: "x", PLUMBLINE_DATA: folder });

test("damaged pages of a table end the start with the relation and the next step, and are no bug", async () => {
  const folder = await damaged("plumbline.installation");
  const { code, stderr } = await start(folder);
  expect(stderr).toMatch(/the store is damaged: invalid page in block 0 of relation "base\/\d+\/\d+"\. Move .* away/);
  expect(stderr).toContain(folder);
  expect(code).toBe(5);
});

test("a database that does not start at all says what to do with its folder", async () => {
  const folder = await damaged("pg_class");
  const { code, stderr } = await start(folder);
  expect(stderr).toContain(`${folder} can't be opened: its database does not start. If it is damaged, move it away`);
  expect(code).toBe(5);
});
