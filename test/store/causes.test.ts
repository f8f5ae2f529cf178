import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { incidentId } from "../../src/incident/incident.ts";
import { type Alerting, plainAlerting } from "../../src/probe/alerting.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { clockReport } from "../../src/upkeep/outage-report.ts";
import { put } from "../../src/upkeep/check-outages.ts";
import { sweepIncidents } from "../../src/upkeep/sweep-incidents.ts";
import { openStorePool } from "../setup/databases.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { alerting, night, probeOf } from "./night.ts";
import { claimOf, finishOf, noonMs, nothingNew, observation } from "./samples.ts";

const minuteMs = 60_000;
const atOnce = { fire: { bad: 1, of: 1 }, resolveAfter: 1, remindMs: 14_400_000, reopenWithinMs: 0 };

let pool: StorePool;
let store: Store;

const names = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `target-${String(n).padStart(3, "0")}`);

beforeAll(async () => {
  pool = await openStorePool();
  store = await openStore(pool, noonMs, 30);
});
afterAll(() => pool.close());
beforeEach(async () => {
  const tables = ["incidents", "transitions", "outbox", "runs", "silences"].map((name) => `plumbline.${name}`);
  await pool.pool.query(`TRUNCATE ${tables.join(", ")}`, []);
});

describe("many targets of one provider go down (fault 38)", () => {
  test("200 at once are one message that names them all, and each can be asked about", async () => {
    const probes = names(200).map((name) => probeOf(name, "api.example.com", { incident: atOnce }));
    const story = night(store, probes);
    for (const one of probes) await story.slot(one, "bad", noonMs + minuteMs);
    await story.ticks(noonMs + minuteMs, noonMs + 2 * minuteMs);
    expect(story.told).toEqual(["+80s pager opened: api.example.com is down from eu: 200 of 200 targets do not reply"]);
    const open = await store.incidents(false, 1000);
    const cover = open.find(({ group }) => group !== undefined);
    expect(open).toHaveLength(201);
    const [row] = (await pool.pool.query("SELECT alert FROM plumbline.outbox WHERE state = 'delivered'", [])).rows;
    const { alert } = row as { alert: { members: string[]; moreMembers: number } };
    expect([alert.members.length, alert.moreMembers]).toEqual([200, 0]);
    expect(alert.members).toContain("target-199");
    const one = open.find(({ target }) => target === "target-007");
    const history = one && (await store.history(incidentId(one)));
    expect(history?.deliveries.map(({ state }) => state)).toEqual(["superseded"]);
    expect(history?.incident.notifications?.muted?.by).toBe(cover && incidentId(cover));

    for (const one of probes) await story.slot(one, "good", noonMs + 3 * minuteMs);
    await story.ticks(noonMs + 3 * minuteMs, noonMs + 4 * minuteMs);
    expect(story.told.slice(1)).toEqual([
      "+180s pager resolved: resolved after 2 min, it was: api.example.com is down from eu: 200 of 200 targets do not reply",
    ]);
  });

  test("a cap neither hides any of them nor makes a digest of them", async () => {
    const capped: Alerting = { ...alerting, policies: { pager: { maxPerHour: 10 } } };
    const probes = names(30).map((name) => probeOf(name, "api.example.com", { alerting: capped }));
    const story = night(store, probes);
    for (const one of probes) for (const minute of [0, 1]) await story.slot(one, "bad", noonMs + minute * minuteMs);
    await story.ticks(noonMs + minuteMs, noonMs + 3 * minuteMs);
    expect(story.told).toEqual(["+80s pager opened: api.example.com is down from eu: 30 of 30 targets do not reply"]);
    const last = probes.at(-1);
    for (const one of probes) {
      for (const minute of [4, 5]) await story.slot(one, one === last ? "bad" : "good", noonMs + minute * minuteMs);
    }
    await story.ticks(noonMs + 5 * minuteMs, noonMs + 6 * minuteMs);
    expect(story.told.slice(1).map((line) => line.split(" no reply")[0])).toEqual([
      "+300s pager resolved: resolved after 5 min, it was: api.example.com is down from eu: 30 of 30 targets do not reply",
      "+300s pager opened: target-029 valid-request:",
    ]);
  });

  test("a page among them makes it a page, goes where pages go, and is handed on when nobody acknowledges", async () => {
    const routes = [
      {
        name: "pages",
        match: { tier: ["page"] },
        receivers: ["pager"],
        escalate: { afterMs: 10 * minuteMs, receivers: ["lead"] },
      },
      { name: "tickets", match: { tier: ["ticket"] }, receivers: ["team"] },
    ];
    const over = { alerting: { ...alerting, routes }, receivers: ["pager", "team", "lead"] };
    const probes = [
      probeOf("a", "api.example.com", over),
      probeOf("b", "api.example.com", { ...over, tier: "ticket" }),
    ];
    const story = night(store, probes, over.receivers);
    for (const minute of [0, 1, 9]) for (const one of probes) await story.slot(one, "bad", noonMs + minute * minuteMs);
    await story.ticks(noonMs + minuteMs, noonMs + 13 * minuteMs);
    expect(story.told).toEqual([
      "+80s pager opened: api.example.com is down from eu: 2 of 2 targets do not reply",
      "+680s lead unacknowledged: not acknowledged: api.example.com is down from eu: 2 of 2 targets do not reply",
    ]);
  });

  test("a provider that flaps is one incident, told once as back again, and over when it stayed up", async () => {
    const probes = ["a", "b"].map((name) => probeOf(name, "api.example.com", { incident: atOnce }));
    const story = night(store, probes);
    for (let minute = 0; minute < 40; minute += 4) {
      for (const one of probes) await story.slot(one, "bad", noonMs + minute * minuteMs);
      await story.tick(noonMs + (minute + 1) * minuteMs);
      for (const one of probes) await story.slot(one, "good", noonMs + (minute + 2) * minuteMs);
      await story.tick(noonMs + (minute + 3) * minuteMs);
    }
    await story.tick(noonMs + 60 * minuteMs);
    await story.tick(noonMs + 70 * minuteMs);
    expect(story.told.map((line) => line.split(":")[0])).toEqual([
      "+60s pager opened",
      "+180s pager resolved",
      "+300s pager reopened",
      "+4200s pager resolved",
    ]);
  });

  test("one target alone is told by itself, after the wait", async () => {
    const [a, b] = [probeOf("a", "api.example.com"), probeOf("b", "api.example.com")];
    const story = night(store, [a, b]);
    for (const minute of [0, 1]) await story.slot(a, "bad", noonMs + minute * minuteMs);
    await story.ticks(noonMs + minuteMs, noonMs + 2 * minuteMs);
    expect(story.told).toEqual(["+90s pager opened: a valid-request: no reply: connect, 2 of 2 runs"]);
  });

  test("who joins later is not told by itself; the message comes again when it reaches twice as far", async () => {
    const probes = names(6).map((name) => probeOf(name, "api.example.com"));
    const story = night(store, probes);
    const fail = async (those: readonly Probe[], atMs: number): Promise<void> => {
      for (const one of those) for (const later of [0, minuteMs]) await story.slot(one, "bad", atMs + later);
    };
    await fail(probes.slice(0, 2), noonMs);
    await story.ticks(noonMs + minuteMs, noonMs + 2 * minuteMs);
    await fail(probes.slice(2, 3), noonMs + 3 * minuteMs);
    await story.ticks(noonMs + 4 * minuteMs, noonMs + 5 * minuteMs);
    await fail(probes.slice(3), noonMs + 6 * minuteMs);
    await story.ticks(noonMs + 7 * minuteMs, noonMs + 8 * minuteMs);
    expect(story.told).toEqual([
      "+80s pager opened: api.example.com is down from eu: 2 of 6 targets do not reply",
      "+420s pager reminded: still firing after 7 min: api.example.com is down from eu: 6 of 6 targets do not reply",
    ]);
  });

  test("the common cause is over and one is still down: that one is told then", async () => {
    const probes = names(3).map((name) => probeOf(name, "api.example.com"));
    const story = night(store, probes);
    for (const one of probes) for (const minute of [0, 1]) await story.slot(one, "bad", noonMs + minute * minuteMs);
    await story.ticks(noonMs + minuteMs, noonMs + 2 * minuteMs);
    for (const minute of [3, 4]) {
      for (const [index, one] of probes.entries()) {
        await story.slot(one, index === 0 ? "bad" : "good", noonMs + minute * minuteMs);
      }
    }
    await story.ticks(noonMs + 4 * minuteMs, noonMs + 5 * minuteMs);
    expect(story.told.map((line) => line.split(":")[0])).toEqual([
      "+80s pager opened",
      "+240s pager resolved",
      "+240s pager opened",
    ]);
    expect(story.told.at(-1)).toContain("target-000 valid-request: no reply: connect");
  });
});

test("every host at once is our own way out: a self-alert to everybody, and no provider is blamed", async () => {
  const probes = [
    ...names(3).map((name) => probeOf(name, "a.example.com")),
    ...names(2).map((name) => probeOf(`b-${name}`, "b.example.com")),
  ];
  const story = night(store, probes, ["pager", "team"]);
  for (const one of probes) for (const minute of [0, 1]) await story.slot(one, "bad", noonMs + minute * minuteMs);
  await story.ticks(noonMs + minuteMs, noonMs + 3 * minuteMs);
  const expected = "opened: no connectivity from eu: 5 of 5 targets at 2 hosts do not reply";
  expect(story.told.toSorted()).toEqual([`+80s pager ${expected}`, `+80s team ${expected}`]);
  for (const one of probes) for (const minute of [4, 5]) await story.slot(one, "good", noonMs + minute * minuteMs);
  await story.ticks(noonMs + 5 * minuteMs, noonMs + 6 * minuteMs);
  expect(story.told.slice(2).map((line) => line.split(":")[0])).toEqual([
    "+300s pager resolved",
    "+300s team resolved",
  ]);
});

test("a monitor that stalls in most of its runs says so, and blames nobody meanwhile", async () => {
  const one = probeOf("a", "api.example.com");
  const story = night(store, [one]);
  for (let minute = 0; minute < 6; minute += 1) {
    const claim = claimOf("b@eu", noonMs + minute * minuteMs, { target: "b", location: "eu" });
    await store.claim(claim);
    await store.commit(finishOf(claim, { observations: [{ ...observation, maxLoopDelayMs: 2300 }] }), () => nothingNew);
  }
  await story.tick(noonMs + 6 * minuteMs);
  for (const minute of [7, 8]) await story.slot(one, "bad", noonMs + minute * minuteMs);
  await story.ticks(noonMs + 8 * minuteMs, noonMs + 8 * minuteMs + 45_000);
  expect(story.told).toEqual(["+360s pager opened: Plumbline is overloaded at eu: it stalled in 6 of 6 runs"]);
  const [outage] = (await store.incidents(false, 10)).filter(({ group }) => group === undefined);
  const history = outage && (await store.history(incidentId(outage)));
  expect(history?.transitions[0]?.routes).toMatchObject([{ notified: false, reason: "monitor-overloaded" }]);
});

test("a clock that is wrong says so once, keeps everything quiet, and is forgotten when nobody confirms it", async () => {
  const one = probeOf("a", "api.example.com", { alerting: plainAlerting });
  const story = night(store, [one]);
  const world = { store, probes: [one], receivers: ["pager"], alerting: plainAlerting };
  const report = (trouble: string | undefined, atMs: number): Promise<void> =>
    put(world, clockReport("host-1", trouble, atMs), [], ["pager"], atMs);
  await report("90 s behind of the queue's", noonMs);
  await report("91 s behind of the queue's", noonMs + 30_000);
  for (const minute of [1, 2]) await story.slot(one, "bad", noonMs + minute * minuteMs);
  await story.tick(noonMs + 2 * minuteMs);
  expect(story.told).toEqual(["+120s pager opened: the clock of host-1 is wrong: 90 s behind of the queue's"]);
  await story.slot(one, "bad", noonMs + 20 * minuteMs);
  await story.tick(noonMs + 20 * minuteMs);
  expect(
    story.told
      .slice(1)
      .map((line) => line.split(":")[0])
      .toSorted(),
  ).toEqual(["+1200s pager opened", "+1200s pager resolved"]);
});

test("over its cap a receiver gets a digest that names the rest, and no more than that", async () => {
  const capped: Alerting = { ...plainAlerting, policies: { pager: { maxPerHour: 3 } } };
  const probes = names(20).map((name, index) => probeOf(name, `host-${index}.example.com`, { alerting: capped }));
  const healthy = names(30).map((name, index) =>
    probeOf(`fine-${name}`, `fine-${index}.example.com`, { alerting: capped }),
  );
  const story = night(store, [...probes, ...healthy]);
  for (const one of probes) for (const minute of [0, 1]) await story.slot(one, "bad", noonMs + minute * minuteMs);
  await story.ticks(noonMs + minuteMs, noonMs + 2 * minuteMs);
  expect(story.told.filter((line) => line.includes("valid-request: no reply"))).toHaveLength(3);
  const [digest, ...more] = story.told.filter((line) => line.includes("not paged one by one"));
  expect(digest).toMatch(/^\+60s pager opened: 17 more incidents not paged one by one: target-\d{3} valid-request: /);
  expect(more).toEqual([]);
  expect(story.told).toHaveLength(4);
});

test("a silence ends while it is still bad: told within seconds, not at the next slot", async () => {
  const one = probeOf("a", "api.example.com", { alerting: plainAlerting });
  const story = night(store, [one]);
  const act = { by: "ann", what: "silence", subject: "s", why: "x", atMs: noonMs } as const;
  const silence = {
    id: "sil-a",
    matcher: { target: "a" },
    startsAtMs: noonMs,
    endsAtMs: noonMs + 150_000,
    by: "ann",
    why: "x",
  };
  await store.addSilence(silence, act);
  for (const minute of [0, 1]) await story.slot(one, "bad", noonMs + minute * minuteMs);
  await story.ticks(noonMs + minuteMs, noonMs + 3 * minuteMs);
  expect(story.told).toEqual(["+150s pager opened: a valid-request: no reply: connect, 2 of 2 runs"]);
  const [incident] = await store.incidents(false, 1);
  const history = incident && (await store.history(incidentId(incident)));
  expect(history?.transitions.map(({ reason }) => reason)).toEqual(["3-of-3-attempts-failed", "silence-ended"]);
});

test("nobody acknowledges: handed on by the clock alone, once, also when two processes look", async () => {
  const routes = [
    { name: "all", match: {}, receivers: ["pager"], escalate: { afterMs: 10 * minuteMs, receivers: ["lead"] } },
  ];
  const one = probeOf("a", "api.example.com", {
    alerting: { ...plainAlerting, routes },
    receivers: ["pager", "lead"],
  });
  const story = night(store, [one], ["pager", "lead"]);
  for (const minute of [0, 1]) await story.slot(one, "bad", noonMs + minute * minuteMs);
  await story.tick(noonMs + minuteMs);
  for (let minute = 2; minute <= 11; minute += 1) await story.slot(one, "bad", noonMs + minute * minuteMs);
  const atMs = noonMs + 11 * minuteMs;
  const both = await Promise.all([sweepIncidents(store, [one], atMs), sweepIncidents(store, [one], atMs)]);
  expect(both.toSorted()).toEqual([0, 1]);
  await story.tick(atMs + 1000);
  expect(story.told.map((line) => line.split(": ").slice(0, 2).join(": "))).toEqual([
    "+60s pager opened: a valid-request",
    "+661s lead unacknowledged: a valid-request",
  ]);
});
