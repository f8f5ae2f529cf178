import { globSync, readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { openStoreInTime } from "../../src/app/schema.ts";
import { exitCodes, Refusal } from "../../src/cli/io.ts";
import { silentLog } from "../../src/std/log.ts";
import { SchemaTooNew } from "../../src/store/migrate.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openPglitePool } from "../../src/store/pools/pglite.ts";
import { openPostgresPool } from "../../src/store/pools/postgres.ts";
import type { SpendCap } from "../../src/probe/target.ts";
import { migrateStore, openStore, readSchemaState } from "../../src/store/store.ts";
import { freshDatabase } from "../setup/databases.ts";
import { incidentId } from "../../src/incident/incident.ts";
import { claimOf, finishOf, incidentOf, nothingNew, noonMs } from "./samples.ts";

const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closers.toReversed()) await close();
});

async function postgres(): Promise<StorePool> {
  const { url, drop } = await freshDatabase();
  const pool = await openPostgresPool(url, silentLog);
  closers.push(drop, () => pool.close());
  return pool;
}

async function pglite(): Promise<StorePool> {
  const pool = await openPglitePool(undefined);
  closers.push(() => pool.close());
  return pool;
}

/** What a program of the days to come would have left behind. */
async function asANewerProgram({ pool }: StorePool, name: string): Promise<void> {
  await pool.query("INSERT INTO plumbline.kysely_migration (name, timestamp) VALUES ($1, '2030-01-01')", [name]);
}

async function forget({ pool }: StorePool, names: readonly string[]): Promise<void> {
  await pool.query("DELETE FROM plumbline.kysely_migration WHERE name = ANY($1)", [names]);
}

/** A clock that only sleeping moves. */
function patience(onSleep: (slept: number) => Promise<unknown> = () => Promise.resolve()) {
  let nowMs = noonMs;
  let slept = 0;
  return {
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    sleep: async (durationMs: number) => {
      nowMs += durationMs;
      slept += 1;
      await onSleep(slept);
    },
    slept: () => slept,
  };
}

test.each([
  ["PostgreSQL", postgres],
  ["PGlite", pglite],
])("%s: the schema is brought up to date once, and a newer one is left as it is", async (_name, open) => {
  const pool = await open();
  const before = await readSchemaState(pool);
  expect(before.pending.length).toBeGreaterThan(5);
  expect(before.ahead).toEqual([]);
  expect(await migrateStore(pool)).toEqual({ applied: before.pending, ahead: [] });
  expect(await migrateStore(pool)).toEqual({ applied: [], ahead: [] });
  await asANewerProgram(pool, "9000-more");
  expect(await migrateStore(pool)).toEqual({ applied: [], ahead: ["9000-more"] });
  await openStoreInTime(pool, { log: silentLog }, 30);
});

test.each([
  ["PostgreSQL", postgres],
  ["PGlite", pglite],
])("%s: what was used in the hour of an upgrade counts for the caps of that hour", async (_name, open) => {
  const pool = await open();
  const nowMs = Date.now();
  const store = await openStore(pool, nowMs, 30);
  const claims = ["settled", "under way"].map((probe) => claimOf(probe, nowMs, { target: "mini", atMs: nowMs }));
  for (const claim of claims) await store.claim(claim);
  await store.commit(finishOf(claims[0]!), () => nothingNew);
  // As it was before there were sums by hour.
  for (const undo of [
    "DROP VIEW plumbline.ledger",
    "ALTER TABLE plumbline.series ADD COLUMN state jsonb",
    "DROP TABLE plumbline.spend_hours, plumbline.overdrafts",
    "DROP FUNCTION plumbline.used_under, plumbline.settle_run",
    "ALTER TABLE plumbline.runs DROP COLUMN billed_to, DROP COLUMN ledger, DROP COLUMN planned_micro_usd, DROP COLUMN planned_tokens",
  ])
    await pool.pool.query(undo);
  // Migrations are undone from the newest back; what came after changes nothing here.
  await forget(pool, ["0016-ledger-entries", "0017-notification-log-breaking", "0020-judge-state-breaking"]);
  const upgraded = await openStore(pool, nowMs, 30);
  const cap = (tokens: number): SpendCap => ({ scope: "target/mini", span: "hour", tokens });
  const ask = (probe: string, tokens: number) =>
    upgraded.claim(
      claimOf(probe, nowMs, {
        target: "mini",
        atMs: nowMs,
        reserve: { tokens: 100, requests: 1, caps: [cap(tokens)] },
      }),
    );
  expect(await ask("too much", 232)).toMatchObject({ reason: "spend-cap" });
  expect(await ask("enough", 233)).toEqual({ kind: "claimed" });
  const { rows } = await pool.pool.query("SELECT kind, tokens::int FROM plumbline.ledger ORDER BY tokens, kind");
  expect(rows).toEqual([
    { kind: "run", tokens: 33 },
    { kind: "reserved", tokens: 100 },
    { kind: "reserved", tokens: 100 },
  ]);
});

/** An incident as programs before 0017 stored it. */
const oldIncident = {
  ...incidentOf("old", noonMs),
  toldAtMs: noonMs,
  told: { pager: noonMs },
  overCap: { pager: noonMs - 5, team: noonMs + 1 },
  isOwed: false,
  muted: { reason: "silenced", by: "sil-1" },
  previous: { ...incidentOf("old", noonMs), toldAtMs: noonMs - 9 },
};
const oldGroup = {
  ...incidentOf("plumbline", noonMs),
  covers: {
    reason: "over-cap",
    members: ["a"],
    headline: "h",
    toldMembers: 1,
    moved: { group: "g", kind: "latency", model: "m", label: "l", direction: "up", apart: ["f"] },
  },
};

test.each([
  ["PostgreSQL", postgres],
  ["PGlite", pglite],
])("%s: incidents that older programs stored keep their notification log", async (_name, open) => {
  const pool = await open();
  await migrateStore(pool);
  await forget(pool, ["0017-notification-log-breaking"]);
  for (const one of [oldIncident, oldGroup])
    await pool.pool.query(
      "INSERT INTO plumbline.incidents (fingerprint, probe_id, state, body) VALUES ($1, $2, $3, $4)",
      [one.fingerprint, one.probeId, one.state, JSON.stringify(one)],
    );
  const routes = [
    { receiver: "pager", told: true, reason: "opened" },
    { receiver: "team", told: false, reason: "was-not-told-before" },
  ];
  await pool.pool.query(
    `INSERT INTO plumbline.transitions (incident_id, sequence, fingerprint, kind, at, reason, incident, routes)
      VALUES ($1, 1, $2, 'opened', now(), 'x', $3, $4)`,
    [incidentId(oldIncident), oldIncident.fingerprint, JSON.stringify(oldIncident), JSON.stringify(routes)],
  );
  const store = await openStore(pool, noonMs, 30);
  const { incident, transitions } = (await store.history(incidentId(oldIncident)))!;
  const { told: _told, toldAtMs: _at, overCap: _over, isOwed: _owed, muted: _muted, ...rest } = oldIncident;
  expect(incident).toEqual({
    ...rest,
    notifications: {
      lastNotifiedAtMs: noonMs,
      receivers: {
        pager: { notifiedAtMs: noonMs, rateLimitedAtMs: noonMs - 5 },
        team: { rateLimitedAtMs: noonMs + 1 },
      },
      isPending: false,
      muted: { reason: "silenced", by: "sil-1" },
    },
    previous: { ...incidentOf("old", noonMs), notifications: { lastNotifiedAtMs: noonMs - 9 } },
  });
  expect(transitions[0]?.routes).toEqual([
    { receiver: "pager", notified: true, reason: "opened" },
    { receiver: "team", notified: false, reason: "not-notified-before" },
  ]);
  const group = (await store.incidents(false, 9)).find((one) => one.group !== undefined);
  expect(group?.group).toEqual({
    reason: "rate-limited",
    members: ["a"],
    headline: "h",
    notifiedMembers: 1,
    moved: { group: "g", kind: "latency", model: "m", label: "l", direction: "up", exceptions: ["f"] },
  });
  expect(group).not.toHaveProperty("notifications");
});

test("of four at once, one does it and the others find it done", async () => {
  const { url, drop } = await freshDatabase();
  closers.push(drop);
  const results = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const pool = await openPostgresPool(url, silentLog);
      try {
        return (await migrateStore(pool)).applied.length;
      } finally {
        await pool.close();
      }
    }),
  );
  expect(results.filter((applied) => applied > 0)).toHaveLength(1);
});

test("a schema this program can't live with is refused, by whoever migrates and by whoever waits", async () => {
  const pool = await postgres();
  await migrateStore(pool);
  await asANewerProgram(pool, "9001-no-runs-breaking");
  await expect(migrateStore(pool)).rejects.toThrow(SchemaTooNew);
  for (const awaitSchemaMs of [undefined, 5000]) {
    const refusal = await openStoreInTime(pool, { log: silentLog, awaitSchemaMs }, 30).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({ exitCode: exitCodes.usage });
    expect(String(refusal)).toContain("9001-no-runs-breaking");
  }
});

test("who waits opens the store as soon as somebody has migrated", async () => {
  const pool = await postgres();
  const waiting = patience(async (slept) => {
    if (slept === 3) await migrateStore(pool);
  });
  const store = await openStoreInTime(pool, { log: silentLog, awaitSchemaMs: 60_000 }, 30, waiting);
  expect(store.installation).not.toBe("");
  expect(waiting.slept()).toBe(3);
});

test("who waits in vain says what is missing and what to do, and has changed nothing", async () => {
  const pool = await postgres();
  const waiting = patience();
  const refusal = await openStoreInTime(pool, { log: silentLog, awaitSchemaMs: 5000 }, 30, waiting).catch(
    (error: unknown) => error,
  );
  expect(refusal).toMatchObject({ exitCode: exitCodes.unhealthy });
  expect(String(refusal)).toMatch(/lacks 0001-first.*plumbline store migrate/);
  expect(waiting.slept()).toBe(5);
  expect((await readSchemaState(pool)).pending).toContain("0001-first");
});

test("a failing migration is told as it failed, not tried for ever", async () => {
  const pool = await postgres();
  const { applied } = await migrateStore(pool);
  await forget(pool, applied);
  await expect(migrateStore(pool)).rejects.toThrow(/already exists/);
});

test("a migration that takes something away says so in its name", () => {
  const takesAway = /\bDROP (TABLE|COLUMN|FUNCTION)|\bRENAME\b|ALTER COLUMN \w+ (SET DATA )?TYPE/i;
  expect("ALTER TABLE plumbline.runs DROP COLUMN reason").toMatch(takesAway);
  const files = globSync("src/store/migrations/*.sql");
  expect(files.length).toBeGreaterThan(5);
  const silent = files.filter((file) => !file.includes("-breaking") && takesAway.test(readFileSync(file, "utf8")));
  expect(silent).toEqual([]);
});
