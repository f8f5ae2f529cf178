import { expect, test } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { incidentId } from "../../src/incident/incident.ts";
import type { Bench } from "./conformance.ts";
import {
  claimOf,
  dayMs,
  entryOf,
  finishOf,
  freshName,
  incidentOf,
  noonMs,
  nothingNew,
  openedFor,
  seriesOf,
} from "./samples.ts";

export function retentionConforms(bench: () => Bench): void {
  test("what was leased for a while is forgotten with everything else of its time, not before", async () => {
    const { store, rows } = bench();
    const [old, fresh] = [freshName("lease"), freshName("lease")];
    await store.holdLease(old, "a", 1000, noonMs - 40 * dayMs);
    await store.holdLease(fresh, "a", 1000, noonMs - dayMs);
    await store.retain(noonMs, 30);
    const left = await rows("SELECT name FROM plumbline.leases WHERE name = ANY($1)", [[old, fresh]]);
    expect(left).toEqual([{ name: fresh }]);
  });

  test("hours of the ledger go with everything else of their time; what a run took too much is known for a month more", async () => {
    const { store, rows } = bench();
    const target = freshName("target");
    const probeOf = new Map([70, 40, 20].map((days) => [days, freshName(`probe ${days}`)]));
    for (const [days, probeId] of probeOf) {
      const atMs = noonMs - days * dayMs;
      const reserve = { microUsd: 500, tokens: 100, requests: 1, caps: [] };
      const claim = claimOf(probeId, atMs, { target, atMs, reserve });
      await store.claim(claim);
      const spent = { microUsd: 900, tokens: 400, requests: 1 };
      await store.commit(finishOf(claim, { spent }), () => nothingNew);
    }
    await store.retain(noonMs, 30);
    const hours = await rows("SELECT hour FROM plumbline.spend_hours WHERE target = $1", [target]);
    expect(hours).toHaveLength(1);
    const overdrafts = await rows("SELECT probe_id FROM plumbline.overdrafts WHERE target = $1 ORDER BY at", [target]);
    expect(overdrafts).toEqual([40, 20].map((days) => ({ probe_id: probeOf.get(days) })));
  });

  test("the overview has the newest sixty runs of a probe, oldest first, with what they measured and used", async () => {
    const probeId = freshName("probe");
    // No other probe has run within a day of then: a page of many shows fewer runs of each.
    const thenMs = noonMs + 2 * 86_400_000;
    const slots = Array.from({ length: 65 }, (_, i) => thenMs + i * 1000);
    for (const slotMs of slots) {
      const claim = claimOf(probeId, slotMs);
      await bench().store.claim(claim);
      await bench().store.commit(finishOf(claim), () => nothingNew);
    }
    const probe = (await bench().store.overview(thenMs + 100_000)).probes.find((found) => found.probeId === probeId);
    expect(probe?.recent.map(({ slotMs }) => slotMs)).toEqual(slots.slice(5));
    expect(probe?.recent.at(-1)).toMatchObject({
      state: "done",
      verdict: "ok",
      totalMs: 812.5,
      firstContentMs: 640.25,
      tokens: 33,
      microUsd: 120,
    });
    expect(probe).toMatchObject({
      target: `target of ${probeId}`,
      model: "some-model",
      scenario: "valid-request",
      location: "here",
    });
    expect(probe?.learning).toBeUndefined();
  });

  test("learning shows the series that is furthest behind, until all have their baseline", async () => {
    const probeId = freshName("probe");
    const learning = async (
      slotMs: number,
      states: readonly (readonly [number, number] | undefined)[],
    ): Promise<unknown> => {
      const claim = claimOf(probeId, slotMs);
      await bench().store.claim(claim);
      const series = states.map((step, i) => ({
        series: { ...seriesOf(probeId), id: `${probeId} ${i}` },
        state: step === undefined ? { v: 1 } : { v: 1, n: step[0], of: step[1] },
      }));
      await bench().store.commit(finishOf(claim), () => ({ ...nothingNew, series }));
      return (await bench().store.overview(slotMs + 1000)).probes.find((found) => found.probeId === probeId)?.learning;
    };
    expect(
      await learning(noonMs + 2 * 86_400_000, [
        [14, 30],
        [9, 30],
      ]),
    ).toEqual({ done: 9, of: 30 });
    expect(await learning(noonMs + 2 * 86_400_000 + 60_000, [undefined, undefined])).toBeUndefined();
  });

  test("old days are dropped whole; days to come have room; doing it again changes nothing", async () => {
    const probeId = freshName("probe");
    const { store, rows } = bench();
    const oldMs = noonMs - 40 * dayMs;
    for (const slotMs of [oldMs, noonMs - 5 * dayMs, noonMs, noonMs + 3 * dayMs])
      await store.claim(claimOf(probeId, slotMs));
    const slots = async (): Promise<number[]> =>
      (
        await rows(
          "SELECT extract(epoch FROM slot) * 1000 AS ms FROM plumbline.runs WHERE probe_id = $1 ORDER BY slot",
          [probeId],
        )
      ).map((row) => Number(row["ms"]));
    await store.retain(noonMs, 30);
    await store.retain(noonMs, 30);
    expect(await slots()).toEqual([noonMs - 5 * dayMs, noonMs, noonMs + 3 * dayMs]);
    await store.retain(noonMs + 32 * dayMs, 30);
    expect(await slots()).toEqual([noonMs + 3 * dayMs]);
    const left = await rows("SELECT count(*)::int AS n FROM plumbline.runs_other WHERE probe_id = $1", [probeId]);
    expect(left).toEqual([{ n: 0 }]);
  });

  test("a monitor that was away for a week makes room for days that already have rows", async () => {
    const { store } = bench();
    const backMs = noonMs + 60 * dayMs;
    const claim = claimOf(freshName("probe"), backMs);
    expect(await store.claim(claim)).toEqual({ kind: "claimed" });
    await store.retain(backMs, 30);
    expect(await store.commit(finishOf(claim), () => nothingNew)).toEqual(nothingNew);
    expect(await store.claim(claim)).toEqual({ kind: "taken" });
  });

  test("what was delivered long ago is cleared; what is pending and what an open incident tells of itself stays", async () => {
    const { store, rows } = bench();
    const oldMs = noonMs - 40 * dayMs;
    const [over, open] = [incidentOf(freshName("over"), oldMs), incidentOf(freshName("open"), oldMs)];
    for (const incident of [over, open]) {
      const claim = claimOf(incident.probeId, oldMs);
      await store.claim(claim);
      await store.commit(finishOf(claim), () => openedFor(incident, ["pager", "dead"]));
      const delivered = { receiver: "pager", ordinal: 1, startedAtMs: oldMs, durationMs: 1 };
      const outcome = { kind: "delivered", status: 200 } as const;
      await store.record({ ...delivered, outboxId: entryOf(incident, "pager").id, outcome });
    }
    const resolved = { ...over, state: "resolved", sequence: 2 } as const;
    const later = claimOf(over.probeId, oldMs + 60_000);
    await store.claim(later);
    await store.commit(finishOf(later), () => ({ ...nothingNew, incidents: [resolved] }));
    await store.retain(noonMs, 30);
    const left = async (query: string) =>
      (await rows(query, [[over.fingerprint, open.fingerprint]])).map(Object.values).flat();
    const ids = [incidentId(over), incidentId(open)];
    const pending = await rows("SELECT receiver FROM plumbline.outbox WHERE incident_id = ANY($1)", [ids]);
    expect(pending).toEqual([{ receiver: "dead" }, { receiver: "dead" }]);
    expect(await left("SELECT fingerprint FROM plumbline.transitions WHERE fingerprint = ANY($1)")).toEqual([
      open.fingerprint,
    ]);
    const attempts = await rows("SELECT 1 FROM plumbline.delivery_attempts WHERE outbox_id = ANY($1)", [
      [over, open].map((incident) => entryOf(incident, "pager").id),
    ]);
    expect(attempts).toEqual([]);
  });

  test("several processes start at once", async () => {
    const stores = await Promise.all(
      Array.from({ length: 6 }, () => openStore(bench().pool, noonMs + 90 * dayMs, 365)),
    );
    const claim = claimOf(freshName("probe"), noonMs + 90 * dayMs);
    const results = await Promise.all(stores.map((store) => store.claim(claim)));
    expect(results.filter(({ kind }) => kind === "claimed")).toHaveLength(1);
  });
}
