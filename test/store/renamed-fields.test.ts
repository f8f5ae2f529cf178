import { afterAll, beforeAll, expect, test } from "vitest";
import { readReference } from "../../src/judgement/drift/learn/reference.ts";
import { readWatchState } from "../../src/judgement/drift/level/watch-state.ts";
import { previousIn } from "../../src/judgement/drift/previous-baseline.ts";
import type { Json } from "../../src/std/json.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openPglitePool } from "../../src/store/pools/pglite.ts";
import { migrateStore } from "../../src/store/store.ts";

const learning = {
  startMs: 1,
  lastMs: 2,
  origin: 0.5,
  n: 2,
  stride: 1,
  chunks: 0,
  packed: "",
  open: "",
  tail: [0, 1],
  tailMs: 1,
  blocks: "",
};
const move = { n: 3, lastMs: 5, longestMs: 60_000, largest: 0.4 };
const reference = {
  v: 2,
  n: 60,
  fromMs: 1,
  toMs: 2,
  intervalMs: 60_000,
  origin: 5,
  season: [],
  level: 0,
  spread: 0.1,
  correlation: 0,
  clip: { values: 2, scores: 2 },
  guard: { estimation: 0.2, wander: 0 },
  values: "AAA=",
  scores: "AAA=",
};
const kept = { sums: [0, 0], usual: 1, from: 0, seen: 2, earlier: 0, severe: true, notes: 0 };

let pool: StorePool;
beforeAll(async () => {
  pool = await openPglitePool(undefined);
  await migrateStore(pool);
});
afterAll(() => pool.close());

test("renames the fields of judge states and baselines, and leaves the rest unchanged", async () => {
  const states: Readonly<Record<string, Json>> = {
    moved: {
      v: 3,
      aside: learning,
      episodes: { up: move },
      marks: [7],
      weeks: { fromMs: 1, n: 2, sum: 3, told: "slow" },
    },
    steady: { v: 3, learning, weeks: { fromMs: 1, n: 2, sum: 3 } },
    shape: { v: 5, runs: 3, quiet: 0, differed: { "gone $.x": { ...kept, told: true, wasTold: false } }, shares: [] },
    none: { v: 5, runs: 3, quiet: 0, differed: {}, shares: [] },
  };
  await pool.pool.query("ALTER TABLE plumbline.series ADD COLUMN state jsonb");
  for (const [id, state] of Object.entries(states)) {
    await pool.pool.query(
      "INSERT INTO plumbline.series (series_id, probe_id, aspect, label, state, last_slot) VALUES ($1, 'p', 'latency', 'l', $2, now())",
      [id, state],
    );
  }
  const learned = { ...reference, shadow: { ...reference, n: 50, shift: 0.1 } };
  await pool.pool.query("INSERT INTO plumbline.baselines VALUES ('moved', 1, 60, $1, now(), 'x', 'y')", [learned]);
  await pool.pool.query("DELETE FROM plumbline.kysely_migration WHERE name LIKE '0095%' OR name LIKE '0020%'");
  const applied = ["0020-judge-state-breaking", "0095-drift-streaks"];
  expect((await migrateStore(pool)).applied).toEqual(expect.arrayContaining(applied));

  const { rows } = await pool.pool.query("SELECT series_id, state FROM plumbline.series");
  const after = new Map(rows.map((row) => [row["series_id"], row["state"] as Json]));
  expect(readWatchState(after.get("moved"))).toMatchObject({
    heldOut: learning,
    recurrences: { up: { ...move, startsMs: [] } },
    falsePositives: [7],
    weeks: { drift: "slow" },
  });
  expect(after.get("steady")).toEqual({ v: 4, learning, weeks: { fromMs: 1, n: 2, sum: 3 } });
  expect(after.get("shape")).toMatchObject({
    differed: { "gone $.x": { ...kept, reported: true, wasReported: false } },
  });
  expect(after.get("none")).toEqual(states["none"]);
  expect(JSON.stringify([...after.values()])).not.toMatch(/aside|episodes|marks|told/i);

  const baselines = await pool.pool.query("SELECT learned FROM plumbline.baselines");
  const stored = baselines.rows[0]?.["learned"] as Json;
  expect(readReference(stored)).toMatchObject({ n: 60, shift: 0, margin: { estimation: 0.2, unsteadiness: 1 } });
  expect(previousIn(stored, readReference)).toMatchObject({ n: 50, shift: 0.1, margin: { unsteadiness: 1 } });
});

test("renames the fields of observations, and superseded deliveries", async () => {
  await pool.pool.query(`
    ALTER TABLE plumbline.outbox RENAME COLUMN superseded_by TO carried_by;
    ALTER INDEX plumbline.outbox_superseded RENAME TO outbox_carried;
    ALTER TABLE plumbline.outbox DROP CONSTRAINT outbox_state_check;
    ALTER TABLE plumbline.outbox ADD CONSTRAINT outbox_state_check
      CHECK (state IN ('pending','delivered','failed','carried'));
    DELETE FROM plumbline.kysely_migration WHERE name LIKE '0210%'`);
  const telling = { "retry-after": "5" };
  const observed = [
    [
      { call: "models", isAside: true, outcome: { kind: "reply", telling } },
      { call: "ask", outcome: { kind: "fault", class: "reset", partial: { status: 200, telling } } },
    ],
    [{ call: "ask", outcome: { kind: "reply", shape: { "$.telling": ["string"] } } }],
  ];
  for (const [minute, observations] of observed.entries()) {
    const slot = new Date(minute * 60_000).toISOString();
    await pool.pool.query(
      `INSERT INTO plumbline.runs (run_id, probe_id, slot, location, target, model, scenario, state, observations)
       VALUES ($1::text, 'p', $1::text::timestamptz, 'here', 't', 'm', 's', 'done', $2)`,
      [slot, JSON.stringify(observations)],
    );
  }
  for (const [id, state, by] of [
    ["first", "carried", "second"],
    ["second", "pending", null],
  ]) {
    await pool.pool.query(
      `INSERT INTO plumbline.outbox (id, incident_id, sequence, receiver, alert, state, created_at, due_at, carried_by)
       VALUES ($1, 'i', 1, 'r', '{}', $2, now(), now(), $3)`,
      [id, state, by],
    );
  }
  expect((await migrateStore(pool)).applied).toEqual(["0210-field-names-breaking"]);

  const diagnosticHeaders = telling;
  const runs = await pool.pool.query("SELECT observations FROM plumbline.runs ORDER BY slot");
  expect(runs.rows.map((row) => row["observations"])).toEqual([
    [
      { call: "models", isAuxiliary: true, outcome: { kind: "reply", diagnosticHeaders } },
      { call: "ask", outcome: { kind: "fault", class: "reset", partial: { status: 200, diagnosticHeaders } } },
    ],
    observed[1],
  ]);
  const deliveries = await pool.pool.query("SELECT id, state, superseded_by FROM plumbline.outbox ORDER BY id");
  expect(deliveries.rows).toEqual([
    { id: "first", state: "superseded", superseded_by: "second" },
    { id: "second", state: "pending", superseded_by: null },
  ]);
});
