import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deliveryDuty } from "../../src/notify/deliver/lost-delivery.ts";
import { applySelfReport, dutyFingerprint } from "../../src/notify/self-incident.ts";
import { incidentId } from "../../src/incident/incident.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { closeOrphans, type OrphanWorld } from "../../src/upkeep/close-orphans.ts";
import { checkCapacity } from "../../src/upkeep/check-capacity.ts";
import { checkMonitor, type MonitorWorld } from "../../src/upkeep/check-monitor.ts";
import { openStorePool } from "../setup/databases.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { slotOf } from "../../src/probe/slot.ts";
import { probe as sample } from "../probe/samples.ts";
import { claimOf, finishOf, freshName, incidentOf, noonMs, nothingNew, openedFor } from "../store/samples.ts";

const minuteMs = 60_000;
let pool: StorePool;
let store: Store;
beforeAll(async () => {
  pool = await openStorePool();
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

test("slots that are left out are one incident, and their probes none, until workers keep up (I14)", async () => {
  const probes = [probeCalled(freshName("crowded")), probeCalled(freshName("crowded"))];
  const world = { store, probes, receivers: ["pager"], startedAtMs: noonMs - minuteMs };
  const leftOut = async (): Promise<readonly string[]> =>
    (await store.incidents(false, 100)).flatMap(({ label, findings }) =>
      label.startsWith("workers keep up") ? findings.map(({ observed }) => observed) : [],
    );
  for (let minute = 0; minute < 5; minute += 1) {
    const slots = probes.map((probe) => slotOf(probe, noonMs + minute * minuteMs));
    await store.recordMissed(slots, new Map(), "overload");
    await store.recordMissed(slots, new Map(), "overload");
  }
  await checkMonitor(world, noonMs + 5 * minuteMs);
  await checkCapacity(world, noonMs + 5 * minuteMs);
  expect(await ours()).toEqual([]);
  expect(await leftOut()).toEqual(["workers at eu can't keep up: 10 slots were dropped within 5 min"]);
  const { incidents } = await store.vitals(noonMs + 5 * minuteMs, noonMs);
  expect(incidents.map(({ label }) => label)).toContain("workers keep up with the schedule");

  await checkMonitor(world, noonMs + 9 * minuteMs);
  expect((await ours())[0]?.findings.map(({ subject }) => subject)).toEqual(probes.map(({ id }) => id));
  await checkCapacity(world, noonMs + 10 * minuteMs);
  expect(await leftOut()).toEqual([]);
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

test.each([
  ["0 3 * * 1", "UTC", "2026-11-02T03:00Z", "2026-11-09T03:00Z"],
  ["0 9 * * *", "Europe/Berlin", "2026-10-24T07:00Z", "2026-10-25T08:00Z"],
  ["30 2 * * *", "Europe/Berlin", "2026-03-28T01:30Z", "2026-03-29T01:30Z"],
  ["0 0 1 1 *", "Asia/Tokyo", "2025-12-31T15:00Z", "2026-12-31T15:00Z"],
])("%s in %s is late an hour after its own next slot, and not before", async (pattern, tz, slot, next) => {
  const cadence = { kind: "cron", pattern, tz } as const;
  const probe = { ...probeCalled(freshName("cron")), cadence };
  const [doneMs, nextMs] = [Date.parse(slot) + 1_500, Date.parse(next)];
  const world: MonitorWorld = {
    store: { ...store, lastDone: () => Promise.resolve(new Map([[probe.id, doneMs]])) },
    probes: [probe],
    receivers: [],
    startedAtMs: 0,
  };
  for (let atMs = doneMs; atMs <= nextMs + 3_600_000; atMs += (nextMs - doneMs) / 20) {
    await checkMonitor(world, Math.min(atMs, nextMs + 3_600_000));
  }
  expect(await ours()).toEqual([]);
  await checkMonitor(world, nextMs + 3_600_001);
  expect((await ours())[0]?.findings[0]).toMatchObject({
    subject: probe.id,
    expected: `a run at ${new Date(nextMs).toISOString()}`,
  });
  await checkMonitor({ ...world, probes: [] }, nextMs + 3_600_002);
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
    await store.concludeIncident({ fingerprint: dutyFingerprint(duty), nowMs: noonMs, conclude });
    const world: MonitorWorld & OrphanWorld = { store, probes: [], receivers: ["old-pager"], startedAtMs: noonMs };
    expect(await closeOrphans(world, noonMs)).toBe(0);
    expect(await closeOrphans({ ...world, receivers: ["new-pager"] }, noonMs)).toBe(1);
  });
});
