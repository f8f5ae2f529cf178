import { once } from "node:events";
import net from "node:net";
import pg from "pg";
import { afterAll, expect, test } from "vitest";
import { silentLog } from "../../src/std/log.ts";
import { openPostgresPool } from "../../src/store/pools/postgres.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore } from "../../src/store/store.ts";
import { StoreUnavailable } from "../../src/store/store-unavailable.ts";
import { eventually } from "../setup/eventually.ts";
import { freshDatabase } from "../setup/databases.ts";
import { claimOf, finishOf, incidentOf, noonMs, nothingNew, openedFor, seriesOf } from "./samples.ts";

const closers: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closers.toReversed()) await close();
});

async function database(): Promise<string> {
  const { url, drop } = await freshDatabase();
  closers.push(drop);
  return url;
}

async function opened(url: string) {
  const pool = await openPostgresPool(url, silentLog);
  closers.push(() => pool.close());
  return { pool, store: await openStore(pool, noonMs, 30) };
}

/** The same numbers for one seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

test.each([1, 2])(
  "connections that are killed at random cost no committed run, no cap and no process (seed %i)",
  async (seed) => {
    const url = await database();
    const { store } = await opened(url);
    const random = randomOf(seed);
    const admin = new pg.Client({ connectionString: url });
    await admin.connect();
    closers.push(() => admin.end());
    const outcomes = { committed: 0, refused: 0, lost: 0 };
    const committed = new Set<string>();
    let isOver = false;
    const worker = async (number: number): Promise<void> => {
      for (let slot = 0; !isOver; slot += 1) {
        const caps = [{ scope: "all", span: "day" as const, tokens: 30_000 }];
        const claim = claimOf(`probe-${number}`, noonMs + slot * 60_000, {
          target: "shared",
          atMs: noonMs + slot * 60_000,
          deadlineMs: noonMs + slot * 60_000 + 1000,
          reserve: { microUsd: 10, tokens: 100, requests: 1, caps },
        });
        const run = async (): Promise<keyof typeof outcomes> => {
          if ((await store.claim(claim)).kind !== "claimed") return "refused";
          const series = [{ series: seriesOf(claim.probeId), state: { slot } }];
          if ((await store.commit(finishOf(claim), () => ({ ...nothingNew, series }))) === undefined) return "lost";
          committed.add(claim.runId);
          return "committed";
        };
        const outcome = await run().catch((error: unknown): keyof typeof outcomes => {
          expect(error).toBeInstanceOf(StoreUnavailable);
          return "lost";
        });
        outcomes[outcome] += 1;
      }
    };
    const workers = Array.from({ length: 12 }, (_, number) => worker(number));
    for (let kills = 0; kills < 25; kills += 1) {
      await new Promise((resolve) => setTimeout(resolve, random() * 80));
      await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'plumbline' AND datname = current_database() AND md5(pid::text || $1) < $2`,
        [String(kills), random() < 0.2 ? "g" : "6"],
      );
    }
    const healedAtMs = performance.now();
    await store.pauses();
    expect(performance.now() - healedAtMs).toBeLessThan(10_000);
    await eventually(() => expect(committed.size).toBeGreaterThan(20));
    isOver = true;
    await Promise.all(workers);
    const { rows: done } = await admin.query("SELECT run_id FROM plumbline.runs WHERE state = 'done'");
    expect(new Set(done.map((row) => row.run_id))).toEqual(committed);
    const [ledger] = (
      await admin.query(
        "SELECT sum(coalesce(tokens, reserved_tokens))::int AS runs, (SELECT tokens::int FROM plumbline.spend) AS spend, (SELECT tokens::int FROM plumbline.budgets) AS budget FROM plumbline.runs WHERE state IN ('claimed', 'done')",
      )
    ).rows;
    expect(ledger).toEqual({ runs: ledger.runs, spend: ledger.runs, budget: ledger.runs });
    expect(ledger.budget).toBeLessThanOrEqual(30_000);
  },
);

test("a claim whose answer was lost counts as made, and nobody else gets the slot", async () => {
  const url = await database();
  const { pool } = await opened(url);
  let lost = 0;
  const losing: StorePool = {
    ...pool,
    pool: {
      ...pool.pool,
      async connect() {
        const client = await pool.pool.connect();
        return {
          release: (isBroken) => client.release(isBroken),
          async query(query) {
            const answer = await client.query(query);
            if (lost > 0 || !query.text.includes("begin_runs")) return answer;
            lost += 1;
            throw new Error("Connection terminated unexpectedly");
          },
        };
      },
    },
  };
  const store = await openStore(losing, noonMs, 30);
  const claim = claimOf("probe-1", noonMs);
  expect(await store.claim(claim)).toEqual({ kind: "claimed" });
  expect(lost).toBe(1);
  expect(await store.claim(claim)).toEqual({ kind: "taken" });
  expect(await store.commit(finishOf(claim), () => nothingNew)).toEqual(nothingNew);
  expect(await store.claim(claim)).toEqual({ kind: "taken" });
});

test("the result of a run that was paid for waits for a store that is away, and is written once", async () => {
  const url = await database();
  const { store } = await opened(url);
  const claim = claimOf("probe-1", noonMs);
  expect(await store.claim(claim)).toEqual({ kind: "claimed" });
  const elsewhere = new URL(url);
  elsewhere.pathname = "/postgres";
  const admin = new pg.Client({ connectionString: elsewhere.href });
  await admin.connect();
  closers.push(() => admin.end());
  const name = new URL(url).pathname.slice(1);
  const letIn = (allowed: boolean) => admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS ${allowed}`);
  await letIn(false);
  await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [name]);
  let awayTimes = 0;
  const committing = store.commit(
    finishOf(claim),
    () => nothingNew,
    () => void (awayTimes += 1),
  );
  await expect.poll(() => awayTimes).toBe(1);
  await letIn(true);
  expect(await committing).toEqual(nothingNew);
  expect(await store.runs("probe-1", 10)).toMatchObject([{ state: "done", verdict: "ok" }]);
});

test("a process that is frozen while it holds the locks of a probe and of all alerts delays them by seconds", async () => {
  const url = await database();
  const { store } = await opened(url);
  const frozen = await opened(url);
  const client = await frozen.pool.pool.connect();
  await client.query({
    text: "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('plumbline:probe-1', 0)), pg_advisory_xact_lock(hashtextextended('plumbline:sent', 0))",
  });
  const startMs = performance.now();
  const claim = claimOf("probe-1", noonMs);
  // The claim waits in vain for as long as a lock may be waited for, and is tried again by the next slot.
  await store.claim(claim).catch((error: unknown) => expect(error).toMatchObject({ code: "55P03" }));
  const next = claimOf("probe-1", noonMs + 60_000);
  expect(await store.claim(next)).toEqual({ kind: "claimed" });
  const opening = openedFor(incidentOf("probe-1", noonMs + 60_000), ["pager"]);
  expect(await store.commit(finishOf(next), () => opening)).toEqual(opening);
  expect(performance.now() - startMs).toBeLessThan(15_000);
  client.release(true);
});

test("a connection on which nobody answers any more ends its query, and the next one goes on", async () => {
  const url = new URL(await database());
  const sockets = new Set<net.Socket>();
  const [host, upstreamPort] = [url.hostname, Number(url.port)];
  let isCut = false;
  const proxy = net.createServer((socket) => {
    const upstream = net.connect(upstreamPort, host);
    for (const one of [socket, upstream]) one.on("error", () => {});
    socket.on("data", (chunk) => isCut || upstream.write(chunk));
    upstream.on("data", (chunk) => isCut || socket.write(chunk));
    socket.on("close", () => upstream.destroy());
    sockets.add(socket);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  const { port } = proxy.address() as net.AddressInfo;
  url.port = String(port);
  url.hostname = "127.0.0.1";
  const { store } = await opened(url.href);
  isCut = true;
  const startMs = performance.now();
  await expect(store.pauses()).rejects.toThrow(StoreUnavailable);
  expect(performance.now() - startMs).toBeLessThan(15_000);
  isCut = false;
  expect(await store.pauses()).toEqual([]);
});
