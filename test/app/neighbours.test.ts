import { afterAll, beforeAll, expect, test } from "vitest";
import { createNeighbours } from "../../src/app/neighbours.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { plainAlerting } from "../../src/probe/alerting.ts";
import type { RunReport } from "../../src/run/run.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { alertFacts } from "../../src/notify/compose/facts.ts";
import { openStorePool } from "../setup/databases.ts";
import { probeOf } from "../store/night.ts";
import { claimOf, entryOf, finishOf, incidentOf, noonMs, nothingNew, openedFor } from "../store/samples.ts";

const waitMs = 10_000;
let pool: StorePool;
let store: Store;
let nowMs = noonMs;
beforeAll(async () => {
  pool = await openStorePool();
  store = await openStore(pool, noonMs, 30);
});
afterAll(() => pool.close());

const alerting = { ...plainAlerting, neighbours: { most: 2, waitMs } };
const probeNamed = (name: string): Probe => ({
  ...probeOf("mini", "api.example.com"),
  id: name,
  name,
  cadence: { kind: "every", everyMs: 600_000 },
  alerting,
});
const probes = ["own", "a", "b", "c", "d"].map(probeNamed);
const [own, a, b] = probes as [Probe, Probe, Probe];

/** One process: what it added to the queue, and how often it woke whoever sends. */
function processOf() {
  const queued: string[] = [];
  let nudges = 0;
  const after = createNeighbours({
    store,
    probes,
    enqueue: (probe) => Promise.resolve(void queued.push(probe.id)),
    nudge: () => void (nudges += 1),
    clock: { nowMs: () => nowMs },
  });
  return { after, queued, nudges: () => nudges };
}
const slotOf = (probe: Probe, origin: "schedule" | "asked", slotMs = nowMs) => ({ probeId: probe.id, slotMs, origin });
const reporting = (...newTrouble: string[]) => ({ newTrouble }) as unknown as RunReport;

/** An incident whose alert waits. */
async function openedBy(probe: Probe, atMs: number, groupWaitMs = 0) {
  const incident = incidentOf(probe.id, atMs, { target: "mini", kind: "contract", lastGoodSlotMs: atMs - 600_000 });
  const claim = claimOf(probe.id, atMs, { target: "mini" });
  await store.claim(claim);
  const reach = { affected: [], moreAffected: 0, fine: [], moreFine: 0 };
  const entry = entryOf(incident, "pager");
  const held = {
    ...entry,
    alert: { ...entry.alert, reach },
    createdAtMs: atMs,
    heldUntilMs: atMs + Math.max(waitMs, groupWaitMs),
    ...(groupWaitMs < waitMs && { dueWhenAnsweredMs: atMs + groupWaitMs }),
  };
  await store.commit(finishOf(claim), () => ({ ...openedFor(incident, []), outbox: [held] }));
  return incident;
}
async function runOf(probe: Probe, slotMs: number, verdict: "ok" | "drift"): Promise<void> {
  const claim = claimOf(probe.id, slotMs, { target: "mini" });
  await store.claim(claim);
  const findings =
    verdict === "ok"
      ? []
      : [{ kind: "contract", severity: "breaking", subject: "x", expected: "1", observed: "2" } as const];
  await store.commit(finishOf(claim), () => ({ ...nothingNew, verdict, findings }));
}

test("the page waits for the two that were asked, goes out when both have answered, and says what they said, and when", async () => {
  nowMs = noonMs;
  const incident = await openedBy(own, noonMs);
  const { after, queued, nudges } = processOf();
  await after(own, slotOf(own, "schedule"), reporting(incident.fingerprint));
  expect([queued, nudges()]).toEqual([["a", "b"], 0]);
  expect(await store.due(noonMs + 5_000, 10)).toEqual([]);

  nowMs += 2_000;
  await runOf(a, noonMs, "drift");
  await after(a, slotOf(a, "asked", noonMs), reporting("another"));
  expect(await store.due(nowMs, 10)).toEqual([]);
  nowMs += 1_000;
  await runOf(b, noonMs, "ok");
  await after(b, slotOf(b, "asked", noonMs), reporting());
  expect([queued, nudges()]).toEqual([["a", "b"], 1]);
  const [due] = await store.due(nowMs, 10);
  const leased = await store.lease(due?.entry.id ?? "", nowMs, 1000);
  const { alert } = leased!.entry;
  expect(alert.reach).toMatchObject({
    affected: ["mini valid-request"],
    fine: ["mini valid-request"],
    checkedAt: new Date(noonMs).toISOString(),
  });
  expect(new Map(alertFacts(alert)).get("also affected")).toMatch(/^mini valid-request \(checked .* 12:00 UTC\)$/);
});

test("asked lately by any process, or paused by hand: not asked again; then nobody is waited for", async () => {
  nowMs = noonMs + 60_000;
  await store.pause(
    { probeId: "c", by: "ann", why: "x", sinceMs: nowMs },
    { by: "ann", what: "pause", subject: "c", why: "x", atMs: nowMs },
  );
  const [one, other] = [processOf(), processOf()];
  const incident = await openedBy(probes[4]!, nowMs);
  const own2 = { ...own, id: "own2" };
  await Promise.all([one, other].map(({ after }) => after(own2, slotOf(own2, "schedule"), reporting("x"))));
  expect([...one.queued, ...other.queued].toSorted()).toEqual(["d", "own"]);

  const last = processOf();
  await last.after(probes[4]!, slotOf(probes[4]!, "schedule"), reporting(incident.fingerprint));
  expect([last.queued, last.nudges()]).toEqual([[], 1]);
  const due = (await store.due(nowMs, 10)).map(({ entry }) => entry.alert.fingerprint);
  expect(due).toContain(incident.fingerprint);
});

test("no answer: the page goes out when the wait is over; one that waits for its group goes on waiting, even as long", async () => {
  nowMs = noonMs + 3_600_000;
  await openedBy(a, nowMs);
  const grouped = await openedBy(b, nowMs, 30_000);
  const asLong = await openedBy(probes[3]!, nowMs, waitMs);
  expect(await store.releaseAlerts([grouped.fingerprint, asLong.fingerprint], nowMs)).toBe(false);
  const dueFrom = async (atMs: number) => (await store.due(atMs, 10)).map(({ entry }) => entry.alert.fingerprint);
  expect(await dueFrom(nowMs + waitMs - 1)).not.toContain(incidentOf(a.id, nowMs).fingerprint);
  expect((await dueFrom(nowMs + waitMs)).length).toBeGreaterThan(0);
  expect(await dueFrom(nowMs + waitMs)).not.toContain(grouped.fingerprint);

  const shorter = await openedBy(probeNamed("e"), nowMs, 5_000);
  expect(await store.releaseAlerts([shorter.fingerprint], nowMs + 1_000)).toBe(true);
  expect(await dueFrom(nowMs + 4_999)).not.toContain(shorter.fingerprint);
  expect(await dueFrom(nowMs + 5_000)).toContain(shorter.fingerprint);
});

test("with askNeighbours: 0 nobody is asked", async () => {
  nowMs = noonMs + 7_200_000;
  const { after, queued } = processOf();
  const quiet = { ...own, alerting: { ...alerting, neighbours: { most: 0, waitMs } } };
  await after(quiet, slotOf(quiet, "schedule"), reporting("y"));
  expect(queued).toEqual([]);
});
