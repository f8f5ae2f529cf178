import { expect, test } from "vitest";
import type { Bench } from "./conformance.ts";
import { claimOf, dayMs, finishOf, freshName, incidentOf, noonMs, nothingNew, openedFor } from "./samples.ts";

export function slotsConform(bench: () => Bench): void {
  test("I1: a claim past its deadline becomes interrupted; its late result is committed once, and it is not claimed again", async () => {
    const claim = claimOf(freshName("probe"), noonMs);
    await bench().store.claim(claim);
    expect(await bench().store.sweepInterrupted(claim.deadlineMs - 1)).not.toContain(claim.runId);
    expect(await bench().store.sweepInterrupted(claim.deadlineMs + 1)).toContain(claim.runId);
    expect(await bench().store.sweepInterrupted(claim.deadlineMs + 1)).not.toContain(claim.runId);
    expect(await bench().store.claim(claim)).toEqual({ kind: "taken" });
    expect(await rowsOf(claim.probeId)).toEqual([["interrupted", null]]);
    const late = { ...finishOf(claim), spent: { microUsd: 1, tokens: 2, requests: 1 } };
    expect(await bench().store.commit(late, () => nothingNew)).toEqual(nothingNew);
    expect(await bench().store.commit(late, () => nothingNew)).toBeUndefined();
    expect(await bench().store.claim(claim)).toEqual({ kind: "taken" });
    expect(await rowsOf(claim.probeId)).toEqual([["done", null]]);
  });

  test("a late result of an interrupted run corrects the ledger: known once, unknown once if it stays unknown", async () => {
    const [target, probeId] = [freshName("target"), freshName("probe")];
    const reserve = {
      microUsd: 100,
      tokens: 300,
      requests: 2,
      caps: [{ scope: `target/${target}`, span: "day", tokens: 9000 }],
    } as const;
    const spend = async () =>
      (
        await bench().rows(
          "SELECT micro_usd::int, tokens::int, requests::int, unknown_runs::int FROM plumbline.spend WHERE target = $1",
          [target],
        )
      )[0];
    const claims = [0, 1].map((n) => claimOf(`${probeId}-late-${n}`, noonMs, { target, reserve }));
    for (const claim of claims) await bench().store.claim(claim);
    await bench().store.sweepInterrupted((claims[0]?.deadlineMs ?? 0) + 1);
    expect(await spend()).toEqual({ micro_usd: 200, tokens: 600, requests: 4, unknown_runs: 2 });
    const [known, unknown] = claims.map((claim) => finishOf(claim));
    if (known === undefined || unknown === undefined) throw new Error("two claims");
    await bench().store.commit({ ...known, spent: { microUsd: 7, tokens: 20, requests: 1 } }, () => nothingNew);
    expect(await spend()).toEqual({ micro_usd: 107, tokens: 320, requests: 3, unknown_runs: 1 });
    await bench().store.commit(
      { ...unknown, spent: { microUsd: undefined, tokens: undefined, requests: 2 } },
      () => nothingNew,
    );
    expect(await spend()).toEqual({ micro_usd: 107, tokens: 320, requests: 3, unknown_runs: 1 });
    const [used] = await bench().store.usedUnder([...reserve.caps], noonMs);
    expect(used).toEqual({ microUsd: 107, tokens: 320, requests: 3 });
  });

  test("vitals: roles with their newest lease, and the oldest alert that nobody attempts", async () => {
    const { store } = bench();
    const nowMs = noonMs + 10 * dayMs;
    await store.holdLease("role/worker/eu/one", "one", 1_000, nowMs - 60_000);
    await store.holdLease("role/worker/eu/two", "two", 30_000, nowMs);
    await store.holdLease("role/notifier/one", "one", 30_000, nowMs - 2 * dayMs);
    const { roles } = await store.vitals(nowMs, nowMs - dayMs);
    expect(roles).toEqual([{ role: "worker/eu", untilMs: nowMs + 30_000 }]);

    // Older than what other tests leave behind, so that it is the only oldest one.
    const earlyMs = noonMs - 12_345_678;
    const claim = claimOf(freshName("probe"), earlyMs);
    await store.claim(claim);
    const incident = incidentOf(claim.probeId, earlyMs);
    await store.commit(finishOf(claim), () => openedFor(incident, [freshName("receiver")]));
    const dueMs = (await store.vitals(nowMs, nowMs)).oldestDueMs ?? Number.NaN;
    const [first] = await store.due(nowMs, 1);
    expect(dueMs).toBeLessThanOrEqual(incident.lastSlotMs + 900 + incident.sequence);
    expect((await store.vitals(dueMs - 1, nowMs)).oldestDueMs).toBeUndefined();
    await store.lease(first?.entry.id ?? "", nowMs, 30_000);
    expect((await store.vitals(nowMs, nowMs)).oldestDueMs).not.toBe(dueMs);
    expect((await store.vitals(nowMs + 30_001, nowMs)).oldestDueMs).toBe(dueMs);
  });

  test("I2: slots without a row become missed, whatever has a row stays as it is", async () => {
    const probeId = freshName("probe");
    const claim = claimOf(probeId, noonMs);
    await bench().store.claim(claim);
    const slots = [0, 1, 2].map((minute) => ({
      probeId,
      slotMs: noonMs + minute * 60_000,
      location: "here",
      target: claim.target,
      model: "m",
      scenario: "s",
    }));
    const nothing = new Map<string, number>();
    expect(await bench().store.recordMissed(slots, nothing)).toBe(2);
    expect(await bench().store.recordMissed(slots, nothing)).toBe(0);
    expect(await bench().store.recordMissed([], nothing)).toBe(0);
    expect(await rowsOf(probeId)).toEqual([
      ["claimed", null],
      ["missed", "no-worker"],
      ["missed", "no-worker"],
    ]);
    expect(await bench().store.claim(claimOf(probeId, noonMs + 60_000))).toEqual({ kind: "taken" });
    expect((await bench().store.accountedUntil()).get(probeId)).toBe(noonMs + 120_000);
  });

  test("I2: up to when all is accounted for is kept with the rows, to the minutes", async () => {
    const probeId = freshName("probe");
    const { store } = bench();
    const known = async (): Promise<number | undefined> => (await store.accountedUntil()).get(probeId);
    const accountFor = (untilMs: number): Promise<number> => store.recordMissed([], new Map([[probeId, untilMs]]));
    expect(await known()).toBeUndefined();
    await accountFor(noonMs);
    expect(await known()).toBe(noonMs);
    // A newer row says nothing of the slots before it.
    await store.claim(claimOf(probeId, noonMs + 120_000));
    expect(await known()).toBe(noonMs);
    await accountFor(noonMs + 60_000);
    expect(await known()).toBe(noonMs);
    await accountFor(noonMs + 300_000);
    expect(await known()).toBe(noonMs + 300_000);
    // The clock was set back.
    await accountFor(noonMs + 10_000);
    expect(await known()).toBe(noonMs + 10_000);
  });

  test("I2: a stale slot is missed with its reason, once", async () => {
    const claim = claimOf(freshName("probe"), noonMs);
    await bench().store.miss(claim, "stale");
    await bench().store.miss(claim, "no-worker");
    expect(await rowsOf(claim.probeId)).toEqual([["missed", "stale"]]);
  });

  test("a lease has one holder until it runs out or is given back", async () => {
    const name = freshName("lease");
    const { store } = bench();
    const tries = await Promise.all(Array.from({ length: 10 }, (_, i) => store.holdLease(name, `h${i}`, 1000, noonMs)));
    expect(tries.filter(Boolean)).toHaveLength(1);
    const holder = `h${tries.indexOf(true)}`;
    expect(await store.holdLease(name, holder, 1000, noonMs + 900)).toBe(true);
    expect(await store.holdLease(name, "other", 1000, noonMs + 1899)).toBe(false);
    expect(await store.holdLease(name, "other", 1000, noonMs + 1900)).toBe(true);
    await store.releaseLease(name, holder);
    expect(await store.holdLease(name, "third", 1000, noonMs + 1901)).toBe(false);
    await store.releaseLease(name, "other");
    expect(await store.holdLease(name, "third", 1000, noonMs + 1901)).toBe(true);
  });

  async function rowsOf(probeId: string): Promise<unknown[]> {
    const rows = await bench().rows("SELECT state, reason FROM plumbline.runs WHERE probe_id = $1 ORDER BY slot", [
      probeId,
    ]);
    return rows.map((row) => [row["state"], row["reason"]]);
  }
}
