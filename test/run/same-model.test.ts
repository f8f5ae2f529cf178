import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createExchanger } from "../../src/exchange/exchanger.ts";
import { createLoopGauge } from "../../src/exchange/loop-gauge.ts";
import { createUndiciAttempts } from "../../src/exchange/undici-attempt.ts";
import { createBaselineChanges } from "../../src/operate/change-baselines.ts";
import { incidentId } from "../../src/incident/incident.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import { systemClock } from "../../src/std/clock.ts";
import { silentLog } from "../../src/std/log.ts";
import { openPostgresPool } from "../../src/store/pools/postgres.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { modelName } from "../../src/testbed/answer-model.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";
import { openTestbed, type Testbed } from "../../src/testbed/testbed.ts";
import { policy } from "../exchange/policy.ts";
import { probe as sample } from "../probe/samples.ts";
import { freshDatabase } from "../setup/databases.ts";
import { quietWorld } from "./quiet-world.ts";

const dayMs = 86_400_000;
const everyMs = dayMs / 5;
let testbed: Testbed;
let store: Store;
let databaseUrl: string;
let nowMs = Date.UTC(2026, 10, 2);
const closing = new AsyncDisposableStack();
const attempts = createUndiciAttempts({ clock: systemClock, loop: createLoopGauge(systemClock), userAgent: "test" });
const exchanger = createExchanger({
  attempt: attempts.attempt,
  clock: systemClock,
  random: () => 0.5,
  sleep: async () => {},
});

beforeAll(async () => {
  testbed = await openTestbed({ pace: { minMs: 0, maxMs: 0 }, random: seededRandom(4), sleep: async () => {} });
  const database = await freshDatabase();
  databaseUrl = database.url;
  const pool = await openPostgresPool(database.url, silentLog);
  store = await openStore(pool, nowMs, 30);
  closing.defer(() => database.drop());
  closing.defer(() => pool.close());
  closing.defer(() => testbed.close());
  closing.defer(() => attempts.close());
});
afterAll(() => closing.disposeAsync());

function world() {
  return quietWorld(() => nowMs, { exchanger, runs: store, random: seededRandom(8), secret: () => testbed.key });
}

test(
  "enrols, finds another model, says so, is accepted, and knows the old one again",
  { timeout: 120_000 },
  async () => {
    const day = { falsePageEveryMs: 180 * dayMs, samples: 20, pageAfterMs: dayMs, fullAfterMs: 7 * dayMs };
    const probe: Probe = {
      ...sample,
      id: "same@eu",
      name: "same",
      scenario: { kind: "built-in", name: "same-model" },
      target: {
        ...sample.target,
        baseUrl: testbed.baseUrl,
        model: modelName,
        key: { env: "KEY" },
        policy,
        spendCaps: [],
      },
      cadence: { kind: "every", everyMs },
      judge: { ...sample.judge, drift: day },
    };
    const plays = world();
    const run = async () => {
      nowMs += everyMs;
      return runProbe(plays, probe, nowMs);
    };
    const output = async () => (await store.series(probe.id)).find(({ series }) => series.aspect === "output");
    /** Runs until it holds, at most so many times. */
    const until = async (holds: () => Promise<boolean>, most: number): Promise<number> => {
      for (let runs = 1; runs <= most; runs += 1) {
        await run();
        if (await holds()) return runs;
      }
      throw new Error(`not within ${most} runs`);
    };
    const incidents = async () => (await store.overview(nowMs)).incidents.filter(({ kind }) => kind === "output");

    await until(async () => (await output())?.baseline !== undefined, 40);
    for (let quiet = 0; quiet < 10; quiet += 1) expect((await run()).findings).toEqual([]);

    testbed.inject("model-swapped");
    const runs = await until(async () => (await incidents()).length > 0, 10);
    expect(runs).toBeLessThanOrEqual(5);
    const [incident] = await incidents();
    expect(incident).toMatchObject({ kind: "output", state: "open", severity: "risky" });
    const why = incident?.findings[0]?.why ?? "";
    expect(why).toMatch(/odds of .* to 1/);
    expect(why).toContain("not announced: replies name the same model as before");
    expect(why).toContain(`${modelName} is an alias`);
    const alerts = (await store.due(nowMs, 100))
      .map(({ entry }) => entry.alert)
      .filter(({ kind }) => kind === "output");
    expect(alerts[0]?.summary).toMatch(/same-model: .* → /);
    expect(JSON.stringify(alerts)).toContain("plumbline compare");

    if (incident === undefined) throw new Error("no incident");
    const changes = createBaselineChanges({
      store,
      clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
      resolve: async () => {},
    });
    await changes.accept(incidentId(incident), "ann", "the provider announced it");
    expect((await output())?.baseline).toMatchObject({ learned: null, by: "ann" });
    await until(async () => (await output())?.baseline?.learned !== null, 40);
    for (let quiet = 0; quiet < 5; quiet += 1) expect((await run()).findings).toEqual([]);

    testbed.clear("model-swapped");
    await until(async () => (await output())?.baseline?.why === "what was normal before is normal again", 15);
    for (let quiet = 0; quiet < 5; quiet += 1) expect((await run()).findings).toEqual([]);

    const rows = await allRows();
    expect(rows).toContain("number/en");
    // Prompts, the key, and what only a request has.
    for (const secret of ["at random", "one word", testbed.key, '"messages"']) expect(rows).not.toContain(secret);
  },
);

/** Everything that is stored, as text. */
async function allRows(): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'plumbline'",
    );
    let text = "";
    for (const { name } of tables.rows) {
      const found = await client.query<{ rows: string }>(
        `SELECT coalesce(string_agg(t::text, ' '), '') AS rows FROM ${name} t`,
      );
      text += found.rows[0]?.rows.replaceAll('""', '"') ?? "";
    }
    return text;
  } finally {
    await client.end();
  }
}
