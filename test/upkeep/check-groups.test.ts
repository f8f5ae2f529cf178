import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { incidentId } from "../../src/incident/incident.ts";
import { createOperations } from "../../src/operate/operations.ts";
import { openStorePool } from "../setup/databases.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { noonMs } from "../store/samples.ts";
import { asia, dayMs, eu, learnedDay, minuteMs, said, us } from "../run/learned-day.ts";

let pool: StorePool;
let store: Store;
beforeEach(async () => {
  pool = await openStorePool();
  store = await openStore(pool, noonMs - dayMs, 90);
});
afterEach(() => pool.close());

const isGroup = { group: expect.objectContaining({ reason: "moved-together" }) };

describe("two locations of one target become slower", () => {
  test("that is one message, its members are quiet and attached, and so is its end", async () => {
    const day = await learnedDay(store, [eu, us]);
    await day.minutes(5);
    expect(day.story.told).toEqual([]);
    for (const { id } of [eu, us]) day.slower.set(id, 2);
    await day.minutes(12);
    expect(said(day.story.told)).toEqual(["opened: mini: total time up in 2 of 2 probes"]);

    const open = await store.incidents(false, 99);
    const cover = open.find(({ group }) => group !== undefined)!;
    expect(cover).toMatchObject({
      kind: "latency",
      severity: "risky",
      tier: "ticket",
      target: "mini",
      location: "all",
    });
    expect(cover.group?.members).toEqual(["valid-request from eu", "valid-request from us"]);
    expect(cover.group?.headline).toMatch(/ 2 of 2 probes, ×(1\.9 to ×)?2\.\d$/);
    // A single probe's interval may still hold ×1: then its own message says "most runs".
    for (const [index, place] of ["eu", "us"].entries()) {
      const { subject, observed } = cover.findings[index] ?? { subject: "", observed: "" };
      expect(`${subject}: ${observed.replaceAll(/\d/g, "0")}`).toMatch(
        new RegExp(
          `^total time, valid-request from ${place}: 000 ms ` +
            "\\(×0\\.0, (most runs|00 % interval ×0\\.0 to ×0\\.0)\\), (since|began between 0000-00-00 00:00 UTC and) 0000-00-00 00:00 UTC$",
        ),
      );
    }
    expect(cover.findings).toHaveLength(2);
    const members = open.filter(({ group }) => group === undefined);
    expect(members.map(({ location }) => location).toSorted()).toEqual(["eu", "us"]);
    for (const one of members) {
      expect(one.notifications?.muted).toEqual({ reason: "moved-together", by: incidentId(cover) });
      const { deliveries } = (await store.history(incidentId(one)))!;
      expect(deliveries.map(({ state }) => state)).toEqual(["superseded"]);
    }

    const operations = createOperations({
      store,
      clock: { nowMs: () => noonMs, monotonicMs: () => noonMs },
      freshId: () => "id",
      probes: [eu, us],
      enqueue: () => Promise.resolve(),
      receiversOf: () => ["pager"],
      nudge: () => {},
    });
    for (const act of [operations.baselines.accept, operations.feedback.noise, operations.feedback.exclude]) {
      expect(await act(incidentId(cover), "ann", "x")).toMatchObject({
        kind: "refused",
        reason: expect.stringContaining("this is a group incident: name one of its members"),
      });
    }

    day.slower.delete(eu.id);
    await day.minutes(15);
    expect(day.story.told).toHaveLength(1);
    expect((await store.incidents(false, 99)).find(({ group }) => group !== undefined)?.group?.members).toEqual([
      "valid-request from us",
    ]);
    day.slower.delete(us.id);
    await day.minutes(15);
    expect(said(day.story.told.slice(1))).toEqual([
      "resolved: resolved after 29 min, it was: mini: total time up in 1 of 2 probes",
    ]);
    expect(await store.incidents(false, 99)).toEqual([]);
  });

  test("who was told of by itself is named as such, and who moves after it is not told of", async () => {
    const day = await learnedDay(store, [eu, us]);
    day.slower.set(eu.id, 2);
    await day.minutes(10);
    expect(said(day.story.told)).toEqual(["opened: mini valid-request: total time"]);
    day.slower.set(us.id, 2);
    await day.minutes(10);
    expect(said(day.story.told.slice(1))).toEqual(["opened: mini: total time up in 2 of 2 probes"]);
    const [cover] = (await store.incidents(false, 99)).filter(({ group }) => group !== undefined);
    expect(cover?.group?.members).toEqual([
      expect.stringMatching(/^valid-request from eu, notified at 12:0\d UTC$/),
      "valid-request from us",
    ]);
  });
});

test("another tokenizer is one message as well", async () => {
  const day = await learnedDay(store, [eu, us]);
  day.shown.promptTokens = 57;
  await day.minutes(6);
  const [opened, ...more] = day.story.told;
  expect([opened?.split(" pager ")[1], more]).toEqual(["opened: mini: prompt tokens up in 2 of 2 probes", []]);
  const [cover] = (await store.incidents(false, 99)).filter(({ group }) => group !== undefined);
  expect(cover).toMatchObject({ kind: "usage", label: "prompt tokens" });
  expect(cover?.findings.map(({ expected, observed }) => `${expected} → ${observed}`)).toEqual(["9 → 57", "9 → 57"]);
});

test("one location alone is told of by itself, when the others had time to show it as well", async () => {
  const day = await learnedDay(store, [eu, us, asia]);
  day.slower.set(us.id, 2);
  await day.minutes(12);
  expect(said(day.story.told)).toEqual(["opened: mini valid-request: total time"]);
  expect(await store.incidents(false, 99)).not.toContainEqual(expect.objectContaining(isGroup));
});

test("other scenarios of the target belong to it", async () => {
  const day = await learnedDay(store, [eu, asia]);
  for (const { id } of [eu, asia]) day.slower.set(id, 2);
  await day.minutes(12);
  expect(said(day.story.told)).toEqual(["opened: mini: total time up in 2 of 2 probes"]);
  const [cover] = (await store.incidents(false, 99)).filter(({ group }) => group !== undefined);
  expect(cover?.group?.members).toEqual(["plumb from asia", "valid-request from eu"]);
});

test("what is silenced is no part of it, and nothing is told twice when the silence ends", async () => {
  const day = await learnedDay(store, [eu, us]);
  const act = { by: "ann", what: "silence", subject: "s", why: "moving house", atMs: noonMs } as const;
  const times = { startsAtMs: noonMs, endsAtMs: noonMs + 15 * minuteMs };
  await store.addSilence({ id: "sil", matcher: { location: "eu" }, ...times, by: "ann", why: "moving house" }, act);
  for (const { id } of [eu, us]) day.slower.set(id, 2);
  await day.minutes(14);
  const [first, ...more] = day.story.told;
  expect([said([first!]), more]).toEqual([["opened: mini valid-request: total time"], []]);
  await day.minutes(5);
  expect(said(day.story.told)).toEqual([
    "opened: mini valid-request: total time",
    "opened: mini valid-request: total time",
  ]);
});
