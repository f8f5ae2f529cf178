import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { incidentId } from "../../src/incident/incident.ts";
import type { Decision, ProbeMemory } from "../../src/run/world.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { alertsConform } from "./conformance-alerts.ts";
import { controlConforms } from "./conformance-control.ts";
import { ledgerConforms } from "./conformance-ledger.ts";
import { groupsConform } from "./conformance-groups.ts";
import { newCapsConform } from "./conformance-new-caps.ts";
import { overdraftsConform } from "./conformance-overdrafts.ts";
import { retentionConforms } from "./conformance-retention.ts";
import { slotsConform } from "./conformance-slots.ts";
import { spendConforms } from "./conformance-spend.ts";
import { standingConforms } from "./conformance-standing.ts";
import { claimOf, dayMs, finishOf, freshName, incidentOf, noonMs, nothingNew, openedFor, seriesOf } from "./samples.ts";

/** What the parts of the suite share: one store, opened once, in which every test uses names of its own. */
export interface Bench {
  readonly store: Store;
  readonly pool: StorePool;
  rows(text: string, params?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

/** What every store must do, whatever it runs on. */
export function storeConforms(engine: string, openPool: () => Promise<StorePool>): void {
  describe(`store on ${engine}`, () => {
    let opened: Bench;
    const bench = (): Bench => opened;
    beforeAll(async () => {
      const pool = await openPool();
      opened = {
        pool,
        store: await openStore(pool, noonMs, 30).then(async (store) => {
          // Ids of messages then are as the alert alone makes them.
          await pool.pool.query("UPDATE plumbline.installation SET id = ''");
          return store;
        }),
        rows: async (text, params = []) => (await pool.pool.query(text, params)).rows,
      };
    });
    afterAll(() => opened.pool.close());

    describe("claim and commit", () => runsConform(bench));
    describe("slots and leases", () => slotsConform(bench));
    describe("spend", () => spendConforms(bench));
    describe("ledger", () => ledgerConforms(bench));
    describe("caps that are new", () => newCapsConform(bench));
    describe("overdrafts", () => overdraftsConform(bench));
    describe("incidents and outbox", () => alertsConform(bench));
    describe("what people do", () => controlConforms(bench));
    describe("what is told again", () => standingConforms(bench));
    describe("what moves together", () => groupsConform(bench));
    describe("retention and overview", () => retentionConforms(bench));
  });
}

function runsConform(bench: () => Bench): void {
  test("I1: twenty workers want one slot, one of them gets it, once and for all", async () => {
    const claim = claimOf(freshName("probe"), noonMs);
    const results = await Promise.all(Array.from({ length: 20 }, () => bench().store.claim(claim)));
    expect(results.map(({ kind }) => kind).toSorted()).toEqual(["claimed", ...Array<string>(19).fill("taken")]);
    await bench().store.commit(finishOf(claim), () => nothingNew);
    expect(await bench().store.claim(claim)).toEqual({ kind: "taken" });
  });

  test("I1: a claim is committed once; the second commit writes and decides nothing", async () => {
    const claim = claimOf(freshName("probe"), noonMs);
    await bench().store.claim(claim);
    expect(await bench().store.commit(finishOf(claim), () => nothingNew)).toEqual(nothingNew);
    let asked = false;
    const again = await bench().store.commit(finishOf(claim), () => {
      asked = true;
      return { ...nothingNew, verdict: "fail" };
    });
    expect([again, asked]).toEqual([undefined, false]);
    expect(await runOf(claim.probeId)).toMatchObject({ state: "done", verdict: "ok" });
  });

  test("runs that begin and end together: each gets its own answer, and one that the store refuses fails alone", async () => {
    const claims = Array.from({ length: 30 }, () =>
      claimOf(freshName("probe"), noonMs, { target: freshName("target") }),
    );
    const taken = claims.slice(0, 3);
    const results = await Promise.all([...claims, ...taken].map((claim) => bench().store.claim(claim)));
    expect(results.map(({ kind }) => kind)).toEqual([
      ...Array<string>(30).fill("claimed"),
      ...Array<string>(3).fill("taken"),
    ]);
    const commits = claims.map((claim, place) =>
      bench().store.commit(finishOf(claim), () => ({
        ...nothingNew,
        // No text of PostgreSQL holds this.
        unjudged: place === 17 ? ["\u0000"] : [],
        series: [{ series: seriesOf(claim.probeId), state: { place } }],
      })),
    );
    const ended = await Promise.allSettled(commits);
    expect(ended.flatMap(({ status }, place) => (status === "rejected" ? place : []))).toEqual([17]);
    const memories = await bench().store.seriesOfProbes(claims.map(({ probeId }) => probeId));
    expect(memories).toHaveLength(29);
    for (const { series, state } of memories) {
      expect(claims[(state as { place: number }).place]?.probeId).toBe(series.probeId);
    }
    const spent = await bench().rows(
      "SELECT count(*)::int AS n, sum(tokens)::int AS tokens FROM plumbline.spend WHERE target = ANY($1)",
      [claims.map(({ target }) => target)],
    );
    expect(spent).toEqual([{ n: 30, tokens: 29 * 33 + 100 }]);
  });

  test("a slot of a probe whose run is still open is skipped as overlap, and not for ever", async () => {
    const first = claimOf(freshName("probe"), noonMs);
    await bench().store.claim(first);
    const during = claimOf(first.probeId, noonMs + 30_000);
    expect(await bench().store.claim(during)).toEqual({ kind: "skipped", reason: "overlap" });
    expect(await bench().store.claim(during)).toEqual({ kind: "taken" });
    const afterDeadline = claimOf(first.probeId, noonMs + 120_000);
    expect(await bench().store.claim(afterDeadline)).toEqual({ kind: "claimed" });
    const states = await bench().rows("SELECT state, reason FROM plumbline.runs WHERE probe_id = $1 ORDER BY slot", [
      first.probeId,
    ]);
    expect(states.map((row) => [row["state"], row["reason"]])).toEqual([
      ["claimed", null],
      ["skipped", "overlap"],
      ["claimed", null],
    ]);
  });

  test("what a run leaves behind is what the next one remembers", async () => {
    const probeId = freshName("probe");
    const series = seriesOf(probeId);
    const incident = incidentOf(probeId, noonMs);
    const accept = { learned: { median: 800 }, n: 30, why: "learned from the first 30 runs" };
    await run(probeId, noonMs, () => ({
      ...openedFor(incident, ["pager"]),
      series: [{ series, state: { v: 1 }, accept }],
    }));
    let memory: ProbeMemory | undefined;
    await run(probeId, noonMs + 60_000, (found) => {
      memory = found;
      return { ...nothingNew, series: [{ series, state: { v: 2 }, accept: { ...accept, learned: { median: 900 } } }] };
    });
    expect(memory?.incidents).toEqual([incident]);
    expect(memory?.series).toMatchObject([
      {
        series,
        state: { v: 1 },
        lastSlotMs: noonMs,
        baseline: { version: 1, n: 30, learned: { median: 800 }, by: "plumbline", why: accept.why },
      },
    ]);
    const versions = await bench().rows(
      "SELECT version FROM plumbline.baselines WHERE series_id = $1 ORDER BY version",
      [series.id],
    );
    expect(versions.map((row) => row["version"])).toEqual([1, 2]);
  });

  test("I3: a late slot changes neither the state nor the baseline of a series", async () => {
    const probeId = freshName("probe");
    const series = seriesOf(probeId);
    const accept = { learned: { median: 1 }, n: 30, why: "late" };
    await run(probeId, noonMs, () => ({ ...nothingNew, series: [{ series, state: { from: "newer" } }] }));
    await run(probeId, noonMs - 60_000, () => ({
      ...nothingNew,
      series: [{ series, state: { from: "older" }, accept }],
    }));
    expect(await bench().store.oneSeries(series.id)).toMatchObject({ state: { from: "newer" }, lastSlotMs: noonMs });
    expect(await bench().rows("SELECT version FROM plumbline.baselines WHERE series_id = $1", [series.id])).toEqual([]);
  });

  test("one transaction: when deciding throws, the claim is open as before and nothing is written", async () => {
    const claim = claimOf(freshName("probe"), noonMs);
    await bench().store.claim(claim);
    const thrown = bench().store.commit(finishOf(claim), () => {
      throw new Error("a bug in a judge");
    });
    await expect(thrown).rejects.toThrow("a bug in a judge");
    expect(await runOf(claim.probeId)).toMatchObject({ state: "claimed", verdict: null });
    expect(await bench().store.commit(finishOf(claim), () => nothingNew)).toEqual(nothingNew);
  });

  test("one transaction: when its last write fails, none of the earlier ones stays", async () => {
    const probeId = freshName("probe");
    const claim = claimOf(probeId, noonMs);
    await bench().store.claim(claim);
    const incident = incidentOf(probeId, noonMs);
    const decision = openedFor(incident, ["pager"]);
    // The database refuses the very last thing that is written: an alert without a receiver.
    const broken: Decision = {
      ...decision,
      series: [{ series: seriesOf(probeId), state: {}, accept: { learned: {}, n: 1, why: "x" } }],
      outbox: decision.outbox.map((entry) => ({ ...entry, receiver: null as unknown as string })),
    };
    await expect(bench().store.commit(finishOf(claim), () => broken)).rejects.toThrow(/receiver/);
    expect(await runOf(probeId)).toMatchObject({ state: "claimed", tokens: null });
    expect(await counts(probeId)).toEqual({ series: 0, baselines: 0, incidents: 0, transitions: 0, outbox: 0 });
    const [spend] = await bench().rows("SELECT tokens::int FROM plumbline.spend WHERE target = $1", [claim.target]);
    expect(spend).toEqual({ tokens: 100 });
  });

  test("commits of one probe that come together take turns: none reads what another is about to overwrite", async () => {
    const probeId = freshName("probe");
    const series = seriesOf(probeId);
    const slots = Array.from({ length: 12 }, (_, i) => noonMs + (i * dayMs) / 1000);
    // Each has outlived the one before it, so that all are open at once.
    for (const slotMs of slots) await bench().store.claim(claimOf(probeId, slotMs, { deadlineMs: slotMs + 10 }));
    await Promise.all(
      slots.map((slotMs) =>
        bench().store.commit(finishOf(claimOf(probeId, slotMs)), (memory) => {
          const state = memory.series[0]?.state as { seen: number[] } | undefined;
          return {
            ...nothingNew,
            series: [
              {
                series: { ...series, id: `${series.id} ${slotMs}` },
                state: { seen: [...(state?.seen ?? []), memory.series.length] },
              },
            ],
          };
        }),
      ),
    );
    const memories = await bench().store.series(probeId);
    const found = memories.map(({ state }) => (state as { seen: number[] }).seen.at(-1) ?? -1);
    expect(found.toSorted((a, b) => a - b)).toEqual(slots.map((_, i) => i));
  });

  async function run(probeId: string, slotMs: number, decide: (memory: ProbeMemory) => Decision): Promise<void> {
    const claim = claimOf(probeId, slotMs);
    expect(await bench().store.claim(claim)).toEqual({ kind: "claimed" });
    await bench().store.commit(finishOf(claim), decide);
  }

  async function runOf(probeId: string): Promise<Record<string, unknown> | undefined> {
    return (await bench().rows("SELECT * FROM plumbline.runs WHERE probe_id = $1", [probeId]))[0];
  }

  async function counts(probeId: string): Promise<Record<string, unknown> | undefined> {
    const incident = incidentId(incidentOf(probeId, noonMs));
    const text = `SELECT (SELECT count(*)::int FROM plumbline.series WHERE probe_id = $1) AS series,
      (SELECT count(*)::int FROM plumbline.baselines WHERE series_id = $2) AS baselines,
      (SELECT count(*)::int FROM plumbline.incidents WHERE probe_id = $1) AS incidents,
      (SELECT count(*)::int FROM plumbline.transitions WHERE incident_id = $3) AS transitions,
      (SELECT count(*)::int FROM plumbline.outbox WHERE incident_id = $3) AS outbox`;
    return (await bench().rows(text, [probeId, seriesOf(probeId).id, incident]))[0];
  }
}
