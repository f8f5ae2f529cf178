import { afterAll, beforeAll, expect, test } from "vitest";
import type { Incident } from "../../src/incident/incident.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { migrateStore } from "../../src/store/store.ts";
import { openStorePool } from "../setup/databases.ts";
import { incidentOf } from "./samples.ts";

let pool: StorePool;
beforeAll(async () => {
  pool = await openStorePool();
});
afterAll(() => pool.close());

const write = ({ fingerprint, probeId, state, ...body }: Incident) =>
  pool.pool.query("INSERT INTO plumbline.incidents (fingerprint, probe_id, state, body) VALUES ($1, $2, $3, $4)", [
    fingerprint,
    probeId,
    state,
    { fingerprint, probeId, state, ...body },
  ]);

const bodies = async () => {
  const { rows } = await pool.pool.query("SELECT state, body FROM plumbline.incidents ORDER BY fingerprint");
  return rows;
};

const broken = ["{}", "[]", '"text"', "null", '{"findings": []}'];

test("the database refuses an incident that lacks what every reader needs", async () => {
  const whole = incidentOf("p@eu", 1);
  await write(whole);
  for (const body of [...broken, JSON.stringify({ ...whole, sequence: "2" }), JSON.stringify({ ...whole, state: "x" })])
    await expect(pool.pool.query("UPDATE plumbline.incidents SET body = $1", [body])).rejects.toThrow("whole_incident");
  await pool.pool.query("DELETE FROM plumbline.incidents");
});

test("one that was broken before becomes what its newest transition recorded", async () => {
  const opened = { ...incidentOf("p@eu", 1), state: "open" as const, sequence: 1 };
  const resolved = { ...opened, state: "resolved" as const, sequence: 2 };
  const suspected = { ...incidentOf("q@eu", 1), fingerprint: "zz" };
  await pool.pool.query("ALTER TABLE plumbline.incidents DROP CONSTRAINT whole_incident");
  for (const incident of [opened, suspected]) await write(incident);
  const other = { ...suspected, fingerprint: "zzz" };
  await write(other);
  for (const [incident, at] of [
    [opened, "2026-11-01"],
    [resolved, "2026-11-02"],
  ] as const) {
    await pool.pool.query(
      "INSERT INTO plumbline.transitions (incident_id, sequence, fingerprint, kind, at, reason, incident) VALUES ($1, $2, $3, 'x', $4, 'x', $5)",
      [`${incident.fingerprint}-1`, incident.sequence, incident.fingerprint, at, incident],
    );
  }
  await pool.pool.query("UPDATE plumbline.incidents SET body = '{}' WHERE fingerprint <> 'zzz'");
  await pool.pool.query("DELETE FROM plumbline.kysely_migration WHERE name = '0260-whole-incidents'");
  expect((await migrateStore(pool)).applied).toEqual(["0260-whole-incidents"]);
  expect(await bodies()).toEqual([
    { state: "resolved", body: resolved },
    { state: other.state, body: other },
  ]);
});
