import { afterEach, beforeEach, expect, test } from "vitest";
import { incidentId } from "../../src/incident/incident.ts";
import { openStorePool } from "../setup/databases.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { noonMs } from "../store/samples.ts";
import { asia, dayMs, eu, learnedDay, said, us } from "../run/learned-day.ts";

let pool: StorePool;
let store: Store;
beforeEach(async () => {
  pool = await openStorePool();
  store = await openStore(pool, noonMs - dayMs, 90);
});
afterEach(() => pool.close());

test("two locations fail more often together: one message, its members quiet and attached, and one end", async () => {
  const day = await learnedDay(store, [eu, us]);
  for (const { id } of [eu, us]) day.retried.add(id);
  await day.minutes(60);
  expect(said(day.story.told)).toEqual(["opened: mini: error rate up in 2 of 2 probes"]);

  const open = await store.incidents(false, 99);
  const cover = open.find(({ group }) => group !== undefined)!;
  expect(cover).toMatchObject({ kind: "availability", severity: "risky", tier: "ticket", location: "all" });
  expect(cover.group?.members).toEqual(["valid-request from eu", "valid-request from us"]);
  expect(cover.findings.map(({ subject }) => subject)).toEqual([
    "error rate, valid-request from eu",
    "error rate, valid-request from us",
  ]);
  for (const { expected, observed } of cover.findings) {
    expect(expected).toBe("0.0 % of runs");
    expect(observed).toMatch(/^\d+ % of runs, since \d{4}-\d\d-\d\d (?:11:59|12:0\d) UTC$/);
  }
  const members = open.filter(({ group }) => group === undefined);
  expect(members.map(({ label, location }) => `${label} ${location}`).toSorted()).toEqual([
    "error rate eu",
    "error rate us",
  ]);
  for (const one of members) {
    expect(one.notifications?.muted).toEqual({ reason: "moved-together", by: incidentId(cover) });
    // Who was found after the message about both has nothing of its own to carry.
    const { deliveries } = (await store.history(incidentId(one)))!;
    expect(deliveries.filter(({ state }) => state !== "superseded")).toEqual([]);
  }

  day.retried.clear();
  await day.minutes(60);
  expect(said(day.story.told.slice(1))).toEqual([
    expect.stringMatching(/^resolved: resolved after [\d hmin]+, it was: mini: error rate up in [12] of 2 probes$/),
  ]);
  expect(await store.incidents(false, 99)).toEqual([]);
});

test("one that fails more often alone, of three, is told of by itself", async () => {
  const day = await learnedDay(store, [eu, us, asia]);
  day.retried.add(us.id);
  await day.minutes(60);
  expect(said(day.story.told)).toEqual([
    expect.stringMatching(/^opened: mini valid-request: error rate 0\.0 % of runs → \d+ % of runs, over many runs$/),
  ]);
  const open = await store.incidents(false, 99);
  expect(
    open.map(({ location, label, notifications, group }) => ({ location, label, muted: notifications?.muted, group })),
  ).toEqual([{ location: "us", label: "error rate", muted: undefined, group: undefined }]);
});
