import { expect, test } from "vitest";
import { incidentId } from "../../src/incident/incident.ts";
import type { Surroundings } from "../../src/incident/inhibit.ts";
import { createOperations, type Operations } from "../../src/operate/operations.ts";
import type { Bench } from "./conformance.ts";
import { claimOf, entryOf, finishOf, freshName, incidentOf, noonMs, nothingNew, openedFor } from "./samples.ts";

/** What people ask and do, over the real store. */
export function controlConforms(bench: () => Bench): void {
  let atMs = noonMs + 3_600_000;
  const operations = (): Operations =>
    createOperations({
      store: bench().store,
      clock: { nowMs: () => atMs, monotonicMs: () => atMs },
      freshId: () => freshName("sil"),
      probes: [],
      enqueue: () => Promise.resolve(),
      receiversOf: () => ["pager"],
      nudge: () => {},
    });
  async function open() {
    const incident = { ...incidentOf(freshName("held"), noonMs), notifications: { lastNotifiedAtMs: noonMs } };
    const claim = claimOf(incident.probeId, noonMs);
    await bench().store.claim(claim);
    await bench().store.commit(finishOf(claim), () => openedFor(incident, ["pager"]));
    return incident;
  }
  /** Of a run that finds something: without, nobody needs to know them. */
  const surroundingsSeenBy = async (probeId: string, target: string): Promise<Surroundings> => {
    const claim = claimOf(probeId, atMs, { target });
    await bench().store.claim(claim);
    let seen: Surroundings = { silences: [], outages: [] };
    await bench().store.commit(finishOf(claim), (memory) => {
      seen = memory.surroundings;
      return openedFor(incidentOf(probeId, atMs, { target: freshName("elsewhere") }), []);
    });
    return seen;
  };

  test("a suspicion that was dropped is no incident, nor is it one of its probe", async () => {
    const probeId = freshName("dropped");
    const claim = claimOf(probeId, noonMs);
    await bench().store.claim(claim);
    const dropped = incidentOf(probeId, noonMs, { state: "resolved", episode: 0, sequence: 0 });
    await bench().store.commit(finishOf(claim), () => ({ ...nothingNew, incidents: [dropped] }));
    const listed = await operations().incidents.list(true, 500);
    expect(listed.filter((incident) => incident.probeId === probeId)).toEqual([]);
    expect(await bench().store.incidentsOfProbe(probeId, 10)).toEqual([]);
  });

  test("acknowledging changes the incident, tells who was told, and is on record", async () => {
    const incident = await open();
    const id = incidentId(incident);
    expect(await operations().incidents.acknowledge(id, "ann", "looking")).toMatchObject({ kind: "done" });
    const history = await operations().incidents.get(id);
    expect(history?.incident).toMatchObject({ state: "acknowledged", acknowledged: { by: "ann", why: "looking" } });
    expect(history?.transitions.map(({ kind, reason }) => [kind, reason])).toEqual([
      ["opened", "2-of-3-slots-bad"],
      ["acknowledged", "by ann: looking"],
    ]);
    expect(history?.transitions[1]?.routes).toEqual([{ receiver: "pager", notified: true, reason: "acknowledged" }]);
    expect(history?.deliveries.map(({ sequence, receiver, state }) => [sequence, receiver, state])).toEqual([
      [2, "pager", "pending"],
      [1, "pager", "pending"],
    ]);
    const acts = await bench().rows("SELECT by, what, why FROM plumbline.acts WHERE subject = $1", [id]);
    expect(acts).toEqual([{ by: "ann", what: "acknowledge", why: "looking" }]);
    expect(await operations().incidents.acknowledge(id, "bob", "me too")).toEqual({
      kind: "refused",
      reason: "ann has already acknowledged the incident",
    });
  });

  test("of ten people who resolve it at once one has done it", async () => {
    const id = incidentId(await open());
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, n) => operations().incidents.resolve(id, `person-${n}`, "over")),
    );
    expect(results.filter((result) => result?.kind === "done")).toHaveLength(1);
    expect((await operations().incidents.get(id))?.transitions.map(({ kind }) => kind)).toEqual(["opened", "resolved"]);
    expect((await operations().incidents.list(false)).map((it) => incidentId(it))).not.toContain(id);
    expect((await operations().incidents.list(true)).map((it) => incidentId(it))).toContain(id);
    expect(await operations().incidents.resolve("nothing-1", "ann", "?")).toBeUndefined();
  });

  test("an earlier episode is shown as it was, and can't be acted on", async () => {
    const incident = await open();
    const second = { ...incident, episode: 2, lastSlotMs: noonMs + 60_000 };
    const claim = claimOf(incident.probeId, noonMs + 60_000);
    await bench().store.claim(claim);
    await bench().store.commit(finishOf(claim), () => openedFor(second, []));
    expect((await operations().incidents.get(incidentId(incident)))?.incident.episode).toBe(1);
    expect(await operations().incidents.resolve(incidentId(incident), "ann", "late")).toMatchObject({
      kind: "refused",
    });
  });

  test("a silence ends with its incident, and can be extended before", async () => {
    const incident = await open();
    const id = incidentId(incident);
    const wanted = { matcher: { probe: incident.probe }, durationMs: 60_000, why: "known", endsWith: id };
    const silence = await operations().silences.create(wanted, "ann");
    expect(await operations().silences.extend(silence.id, 3_600_000, "longer", "ann")).toEqual({
      endsAtMs: atMs + 3_600_000,
    });
    const isListed = async (): Promise<boolean> =>
      (await operations().silences.list()).some((one) => one.id === silence.id);
    expect(await isListed()).toBe(true);
    await operations().incidents.resolve(id, "ann", "over");
    expect(await isListed()).toBe(false);
  });

  test("a list of all has every episode, the earlier one too", async () => {
    const first = await open();
    await operations().incidents.resolve(incidentId(first), "ann", "over");
    const second = { ...first, episode: first.episode + 1, openedAtMs: noonMs + 60_000 };
    const claim = claimOf(first.probeId, noonMs + 60_000);
    await bench().store.claim(claim);
    await bench().store.commit(finishOf(claim), () => openedFor(second, ["pager"]));
    const found = (await operations().incidents.list(true, 5000)).filter(
      (one) => one.fingerprint === first.fingerprint,
    );
    expect(found.map(({ episode, state }) => [episode, state])).toEqual([
      [2, "open"],
      [1, "resolved"],
    ]);
  });

  test("a silence is seen by the runs of its time, and no more when it has been ended", async () => {
    const target = freshName("target");
    const wanted = { matcher: { target }, durationMs: 3_600_000, why: "maintenance" };
    const { reach: _reach, ...silence } = await operations().silences.create(wanted, "ann");
    expect(await operations().silences.list()).toContainEqual(silence);
    atMs += 60_000;
    const during = await surroundingsSeenBy(freshName("probe"), target);
    expect(during.silences).toContainEqual(silence);
    expect(await operations().silences.expire(silence.id, "bob")).toEqual({ expired: true });
    expect(await operations().silences.expire(silence.id, "bob")).toBeUndefined();
    atMs += 60_000;
    const after = await surroundingsSeenBy(freshName("probe"), target);
    expect(after.silences.map(({ id }) => id)).not.toContain(silence.id);
  });

  test("a run sees the open outages of its target and location, and of no other", async () => {
    const outage = incidentOf(freshName("down"), noonMs, { kind: "availability" });
    const claim = claimOf(outage.probeId, noonMs);
    await bench().store.claim(claim);
    await bench().store.commit(finishOf(claim), () => openedFor(outage, []));
    const seen = await surroundingsSeenBy(freshName("probe"), outage.target);
    expect(seen.outages).toEqual([
      { fingerprint: outage.fingerprint, incidentId: incidentId(outage), openedAtMs: outage.openedAtMs },
    ]);
    expect((await surroundingsSeenBy(freshName("probe"), "another")).outages).toEqual([]);
  });

  test("a delivery that was given up is due again under its id, unless its receiver knows better", async () => {
    const incident = await open();
    const entry = entryOf(incident, "pager");
    const attempt = { outboxId: entry.id, receiver: "pager", ordinal: 9, startedAtMs: atMs, durationMs: 1 };
    expect(await operations().deliveries.retry(entry.id, "ann")).toMatchObject({ kind: "refused" });
    await bench().store.record({ ...attempt, outcome: { kind: "failed", reason: "status 500" } });
    expect(await operations().deliveries.list("failed")).toContainEqual(
      expect.objectContaining({ id: entry.id, lastOutcome: { kind: "failed", reason: "status 500" } }),
    );
    expect(await operations().deliveries.retry(entry.id, "ann")).toEqual({ retried: true });
    expect(await bench().store.lease(entry.id, atMs, 1000)).toMatchObject({ entry: { id: entry.id }, attempts: 0 });
    await bench().store.record({ ...attempt, outcome: { kind: "gone" } });
    await operations().incidents.resolve(incidentId(incident), "ann", "over");
    const [resolved] = (await operations().incidents.get(incidentId(incident)))?.deliveries ?? [];
    const delivered = { kind: "delivered", status: 200 } as const;
    await bench().store.record({ ...attempt, outboxId: resolved?.id ?? "", outcome: delivered });
    expect(await operations().deliveries.retry(entry.id, "ann")).toMatchObject({ kind: "refused" });
  });
}
