import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deliveryDuty } from "../../src/notify/deliver/lost-delivery.ts";
import { applySelfReport, dutyFingerprint } from "../../src/notify/self-incident.ts";
import { incidentId } from "../../src/incident/incident.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { closeOrphans, type OrphanWorld } from "../../src/upkeep/close-orphans.ts";
import { checkMonitor, type MonitorWorld } from "../../src/upkeep/check-monitor.ts";
import { openMemoryPool } from "../setup/pglite-stores.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { probe as sample } from "../probe/samples.ts";
import { claimOf, finishOf, freshName, incidentOf, noonMs, nothingNew, openedFor } from "../store/samples.ts";

const minuteMs = 60_000;
let pool: StorePool;
let store: Store;
beforeAll(async () => {
  pool = await openMemoryPool();
  store = await openStore(pool, noonMs, 30);
});
afterAll(() => pool.close());

async function run(probeId: string, slotMs: number, decision = nothingNew): Promise<void> {
  const claim = claimOf(probeId, slotMs);
  await store.claim(claim);
  await store.commit(finishOf(claim), () => decision);
}

const probeCalled = (id: string): Probe => ({ ...sample, id, cadence: { kind: "every", everyMs: minuteMs } });
const ours = async () =>
  (await store.incidents(false, 100)).filter(({ kind, label }) => kind === "monitor" && label.startsWith("probes"));

test("probes that do not run for three intervals are one incident of ours; it resolves when they run again", async () => {
  const probes = [probeCalled(freshName("slow")), probeCalled(freshName("slow")), probeCalled(freshName("fine"))];
  const world: MonitorWorld & OrphanWorld = { store, probes, receivers: ["pager"], startedAtMs: noonMs - minuteMs };
  const [slow, slower, fine] = probes.map(({ id }) => id) as [string, string, string];
  for (const id of [slow, slower, fine]) await run(id, noonMs);
  await checkMonitor(world, noonMs + 2 * minuteMs);
  expect(await ours()).toEqual([]);

  await run(fine, noonMs + 4 * minuteMs);
  await checkMonitor(world, noonMs + 5 * minuteMs);
  await checkMonitor(world, noonMs + 6 * minuteMs);
  const [incident] = await ours();
  expect(incident?.findings.map(({ subject }) => subject)).toEqual([slow, slower]);
  expect(incident?.findings[0]?.observed).toMatch(/^no run for 6 min, 2 probes in all$/);
  const notified = async () => (await store.history(incidentId(incident!)))?.deliveries.map(({ summary }) => summary);
  expect(await notified()).toHaveLength(1);

  for (const id of [slow, slower, fine]) await run(id, noonMs + 7 * minuteMs);
  await checkMonitor(world, noonMs + 7 * minuteMs);
  expect(await ours()).toEqual([]);
  expect((await notified())?.[0]).toMatch(/^plumbline itself: resolved/);
});

test("a monitor that has just begun has patience with probes that never ran", async () => {
  const probes = [probeCalled(freshName("new"))];
  const world: MonitorWorld & OrphanWorld = { store, probes, receivers: [], startedAtMs: noonMs };
  await checkMonitor(world, noonMs + 2 * minuteMs);
  expect(await ours()).toEqual([]);
  await checkMonitor(world, noonMs + 4 * minuteMs);
  expect(await ours()).toHaveLength(1);
  await checkMonitor({ ...world, probes: [] }, noonMs + 5 * minuteMs);
  expect(await ours()).toEqual([]);
});

describe("incidents that nothing can resolve any more", () => {
  test("those of a removed probe are closed with that reason, and told; others stay", async () => {
    const [gone, kept] = [freshName("gone"), freshName("kept")].map((id) => ({
      ...incidentOf(id, noonMs),
      notifications: { lastNotifiedAtMs: noonMs },
    })) as [ReturnType<typeof incidentOf>, ReturnType<typeof incidentOf>];
    for (const incident of [gone, kept]) await run(incident.probeId, noonMs, openedFor(incident, []));
    const probes = [probeCalled(kept.probeId)];
    const world: MonitorWorld & OrphanWorld = { store, probes, receivers: ["pager"], startedAtMs: noonMs };
    expect(await closeOrphans(world, noonMs + minuteMs)).toBe(1);
    expect(await closeOrphans(world, noonMs + minuteMs)).toBe(0);
    const history = await store.history(incidentId(gone));
    expect(history?.incident.state).toBe("resolved");
    expect(history?.transitions.at(-1)).toMatchObject({
      reason: "by plumbline: no longer configured",
      routes: [{ receiver: "pager", notified: true, reason: "resolved" }],
    });
    expect((await store.history(incidentId(kept)))?.incident.state).toBe("open");
    await closeOrphans({ ...world, probes: [] }, noonMs + minuteMs);
  });

  test("so is the one about a receiver that is no longer configured", async () => {
    const duty = deliveryDuty("old-pager");
    const trouble = { subject: duty.label, expected: "delivered", observed: "disabled" };
    const report = { duty, troubles: [trouble], evidence: { runId: "r" }, nowMs: noonMs };
    const conclude = (before: Parameters<typeof applySelfReport>[0]) => applySelfReport(before, report, []);
    await store.concludeIncident({ fingerprint: dutyFingerprint(duty), conclude });
    const world: MonitorWorld & OrphanWorld = { store, probes: [], receivers: ["old-pager"], startedAtMs: noonMs };
    expect(await closeOrphans(world, noonMs)).toBe(0);
    expect(await closeOrphans({ ...world, receivers: ["new-pager"] }, noonMs)).toBe(1);
  });
});
