import { afterAll, beforeAll, expect, test } from "vitest";
import type { OutboxEntry } from "../../src/notify/compose/alert.ts";
import { renderAlertText } from "../../src/notify/compose/render-text.ts";
import type { Probe } from "../../src/probe/probe.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { checkBlindness } from "../../src/upkeep/check-blindness.ts";
import { watchedProbes } from "../../src/upkeep/blindness.ts";
import { digestNow } from "../../src/upkeep/digest.ts";
import { openStorePool } from "../setup/databases.ts";
import { probeOf } from "../store/night.ts";
import { claimOf, finishOf, noonMs, nothingNew } from "../store/samples.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
let pool: StorePool;
let store: Store;
beforeAll(async () => {
  pool = await openStorePool();
  store = await openStore(pool, noonMs, 30);
});
afterAll(() => pool.close());

const ofTarget = (id: string, name: string, maxBlindMs?: number): Probe => {
  const { target, ...probe } = probeOf(name, "api.example.com");
  return { ...probe, id, target: { ...target, maxBlindMs }, cadence: { kind: "every", everyMs: 30 * minuteMs } };
};
const probes = [
  ofTarget("a@here", "mini", 2 * hourMs),
  ofTarget("b@here", "mini", 2 * hourMs),
  ofTarget("c@here", "large"),
];
const [a, b, c] = probes as [Probe, Probe, Probe];
const world = () => ({ store, probes, receivers: ["pager"] });

async function checked({ id, target }: Probe, slotMs: number): Promise<void> {
  const claim = claimOf(id, slotMs, { target: target.name });
  await store.claim(claim);
  await store.commit(finishOf(claim), () => nothingNew);
}
const missed = async ({ id, target }: Probe, slotMs: number): Promise<void> => {
  await store.miss(claimOf(id, slotMs, { target: target.name }), "stale");
};
const alerts = async (): Promise<OutboxEntry["alert"][]> =>
  (await pool.pool.query("SELECT alert FROM plumbline.outbox ORDER BY created_at", [])).rows.map(
    ({ alert }) => alert as OutboxEntry["alert"],
  );

test("of each hour the probe that saw most counts; more than the limit is one message that says since when and why", async () => {
  const night = noonMs - 6 * hourMs;
  const lastMs = night + 50 * minuteMs;
  await checked(a, lastMs);
  for (let hour = 1; hour <= 4; hour += 1) {
    for (const probe of probes)
      for (const part of [0, 30]) await missed(probe, night + hour * hourMs + part * minuteMs);
  }
  // One of two slots of one of the probes: half of that hour was seen.
  await checked(b, night + hourMs + 10 * minuteMs);
  await checked(b, night + hourMs + 20 * minuteMs);
  const pause = { probeId: b.id, by: "ann", why: "deploy", sinceMs: lastMs };
  await store.pause(pause, { by: "ann", what: "pause", subject: b.id, why: "deploy", atMs: lastMs });
  const nowMs = night + 5 * hourMs;
  expect(Object.fromEntries(await store.blindMinutes(watchedProbes(probes), night, nowMs))).toEqual({
    mini: 30 + 3 * 60,
    large: 4 * 60,
  });

  await checkBlindness(world(), nowMs);
  await checkBlindness(world(), nowMs + minuteMs);
  const [alert, ...more] = await alerts();
  expect(more).toEqual([]);
  expect(alert).toMatchObject({ kind: "budget", tier: "ticket", target: "mini" });
  expect(renderAlertText(alert!, { columns: 200 })).toMatch(
    /checks of mini: missing for 3 h 30 min of the last 24 h; none since \d{4}-\d\d-\d\d 07:20 UTC \(paused by ann\)/,
  );
  expect((await digestNow({ store, probes }, nowMs)).blind).toEqual([
    { target: "large", minutes: 240 },
    { target: "mini", minutes: 210 },
  ]);
  expect(c.target.maxBlindMs).toBeUndefined();
});

test("it resolves when the day before was watched well enough", async () => {
  await checkBlindness(world(), noonMs + 24 * hourMs);
  expect((await alerts()).map(({ event }) => event)).toEqual(["opened", "resolved"]);
});

test("a probe that has just begun was blind for what its slots stand for, and not for the hour before", async () => {
  const young = { ...a, id: "young@here", cadence: { kind: "every", everyMs: 5 * minuteMs } } as const;
  const startMs = noonMs + 30 * hourMs + 50 * minuteMs;
  await checked(young, startMs);
  await missed(young, startMs + 5 * minuteMs);
  const minutes = await store.blindMinutes(watchedProbes([young]), startMs - hourMs, startMs + hourMs);
  expect(Object.fromEntries(minutes)).toEqual({ mini: 5 });
});
