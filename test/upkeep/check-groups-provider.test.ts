import { afterEach, beforeEach, expect, test } from "vitest";
import { incidentId } from "../../src/incident/incident.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { openStorePool } from "../setup/databases.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { probe as sample } from "../probe/samples.ts";
import { noonMs } from "../store/samples.ts";
import { dayMs, learnedDay, probeAt, said } from "../run/learned-day.ts";

let pool: StorePool;
let store: Store;
beforeEach(async () => {
  pool = await openStorePool();
  store = await openStore(pool, noonMs - dayMs, 90);
});
afterEach(() => pool.close());

const targetAt = (name: string, host = "api.example.com"): Probe => {
  const target = { ...sample.target, name, model: `model-${name}`, baseUrl: `https://${host}/v1` };
  return probeAt("default", { id: `valid-${name}@default`, target });
};
const four = ["large", "mini", "nano", "vision"].map((name) => targetAt(name));
const covers = async () => (await store.incidents(false, 99)).filter(({ group }) => group !== undefined);

test("four targets of a provider slow down together: one message, and one when all are back", async () => {
  const day = await learnedDay(store, four);
  for (const { id } of four) day.slower.set(id, 2);
  await day.minutes(12);
  // Not all have been asked again when it is sent; the incident names them as they show it.
  expect(said(day.story.told)).toEqual(["opened: api.example.com: latency up in 2 of 4 targets"]);
  expect(day.story.told[0]).toMatch(/ targets, ×(1\.[89] to ×)?2\.\d/);

  const [cover] = await covers();
  expect(cover?.group?.headline).toMatch(/^api\.example\.com: latency up in 4 of 4 targets, ×/);
  expect(cover).toMatchObject({ kind: "latency", target: "api.example.com", label: "latency", tier: "ticket" });
  expect(cover?.group?.members).toEqual(["large", "mini", "nano", "vision"]);
  expect(cover?.findings.map(({ subject }) => subject)).toContain("total time, nano: valid-request");
  const own = (await store.incidents(false, 99)).filter(({ group }) => group === undefined);
  expect(own).toHaveLength(4);
  for (const { notifications } of own) {
    expect(notifications?.muted).toEqual({ reason: "moved-together", by: incidentId(cover!) });
  }

  day.slower.clear();
  await day.minutes(15);
  expect(said(day.story.told.slice(1))).toEqual([
    "resolved: resolved after 14 min, it was: api.example.com: latency up in 1 of 4 targets",
  ]);
  expect(await store.incidents(false, 99)).toEqual([]);
});
