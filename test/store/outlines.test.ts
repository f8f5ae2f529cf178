import { afterAll, beforeAll, expect, test } from "vitest";
import type { FaultFacts, Observation } from "../../src/observation/observation.ts";
import { openPglitePool } from "../../src/store/pools/pglite.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { claimOf, dayMs, finishOf, freshName, noonMs, nothingNew, observation } from "./samples.ts";

let pool: StorePool;
let store: Store;
beforeAll(async () => {
  pool = await openPglitePool(undefined);
  store = await openStore(pool, noonMs, 30);
});
afterAll(() => pool.close());

async function stored(observations: readonly Observation[], slotMs = noonMs): Promise<string> {
  const claim = claimOf(freshName("probe"), slotMs);
  await store.claim(claim);
  await store.commit(finishOf(claim, { observations }), () => nothingNew);
  return claim.runId;
}

const outlines = async () =>
  (await pool.pool.query("SELECT day::text, hash FROM plumbline.outlines ORDER BY 1, 2")).rows;

test("what replies have in common is stored once a day, and runs are read with it", async () => {
  const { outcome } = observation;
  if (outcome.kind !== "reply") throw new Error("no reply");
  const fault: FaultFacts = { kind: "fault", class: "timeout", phase: "idle", partial: outcome };
  const runs = [
    [observation],
    [observation, { ...observation, outcome: fault }],
    [{ ...observation, outcome: { kind: "fault", class: "reset" } }],
  ];
  for (const observations of runs as Observation[][]) {
    const id = await stored(observations);
    expect((await store.run(id))?.observations).toEqual(JSON.parse(JSON.stringify(observations)));
    expect(await store.observationsOf([id])).toEqual(JSON.parse(JSON.stringify(observations)));
  }
  expect(await outlines()).toHaveLength(1);
  const { rows } = await pool.pool.query("SELECT observations::text AS text FROM plumbline.runs");
  for (const { text } of rows) expect(text).not.toMatch(/shape|contentType|"word"/);
  await stored([{ ...observation, outcome: { ...outcome, shape: { "$.other": ["null"] } } }]);
  await stored([observation], noonMs + dayMs);
  expect(await outlines()).toHaveLength(3);
});

test("an outline goes with the runs of its day, and a run without one can still be read", async () => {
  const id = await stored([observation]);
  await pool.pool.query("DELETE FROM plumbline.outlines WHERE day = $1", [new Date(noonMs).toISOString().slice(0, 10)]);
  expect((await store.run(id))?.observations).toMatchObject([
    { call: "", mode: "plain", outcome: { shape: {}, status: 200, text: { length: 4 } } },
  ]);
  await stored([observation], noonMs + 2 * dayMs);
  const before = (await outlines()).length;
  await store.retain(noonMs + 32 * dayMs, 30);
  const left = await outlines();
  expect([before, left.length]).toEqual([2, 1]);
});

test("a reason that many share is stored once, and of a ledger only what is unusual: both are read as they were", async () => {
  const claim = claimOf(freshName("probe"), noonMs);
  const { target, model, scenario } = claim;
  const usual = { kind: "call", call: scenario, callNumber: 1, attempt: 1, target, model, ended: "200" } as const;
  const ledger = [
    { ...usual, tokens: 23 },
    { ...usual, kind: "retry", call: "other", callNumber: 2, attempt: 2, target: "backup", model: "m", microUsd: 7 },
  ] as const;
  const reason = "learning, 1 of 60: so far";
  const unjudged = [`total time: ${reason}`, "run: alone", `error rate: ${reason}`];
  await store.claim(claim);
  await store.commit(finishOf(claim, { ledger }), () => ({ ...nothingNew, unjudged }));
  expect((await store.run(claim.runId))?.unjudged.toSorted()).toEqual(unjudged.toSorted());
  for await (const run of store.exported({ fromMs: noonMs, untilMs: noonMs + 1 })) {
    if (run.runId === claim.runId) expect(run.ledger).toEqual(ledger);
  }
  const text = "SELECT ledger, unjudged FROM plumbline.runs WHERE run_id = $1";
  expect((await pool.pool.query(text, [claim.runId])).rows[0]).toEqual({
    ledger: [
      { ended: "200", tokens: 23 },
      { ...ledger[1], ended: "200" },
    ],
    unjudged: [[reason, "total time", "error rate"], "run: alone"],
  });
  const view =
    "SELECT kind, call, attempt, target, model, tokens::int FROM plumbline.ledger WHERE run_id = $1 ORDER BY 3";
  expect((await pool.pool.query(view, [claim.runId])).rows.slice(0, 2)).toMatchObject([
    { kind: "call", call: scenario, attempt: 1, target, model, tokens: 23 },
    { kind: "retry", call: "other", attempt: 2, target: "backup", model: "m", tokens: null },
  ]);
});
