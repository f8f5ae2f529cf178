import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { digestEntries } from "../../src/notify/compose/digest-message.ts";
import type { Reading } from "../../src/baseline/reading.ts";
import type { Finding } from "../../src/judgement/judgement.ts";
import { type Alerting, plainAlerting } from "../../src/probe/alerting.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { digestNow } from "../../src/upkeep/digest.ts";
import { nextEndMs, sendDigest } from "../../src/upkeep/send-digest.ts";
import { openStorePool } from "../setup/databases.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { probeOf } from "../store/night.ts";
import {
  claimOf,
  dayMs,
  entryOf,
  finishOf,
  incidentOf,
  noonMs,
  nothingNew,
  seriesOf,
  transitionOf,
} from "../store/samples.ts";

const minuteMs = 60_000;
const quietDay = { fromMs: noonMs, samples: 100, sums: [], total: 50 };
const quiet: Reading = { group: "g", intervalMs: minuteMs, pages: "up", up: 1, down: 1, held: null, day: quietDay };

const noonsOf = (receivers: readonly string[]): Alerting => ({
  ...plainAlerting,
  digest: { atMinute: 12 * 60 + 30, tz: "UTC", receivers },
});
const names = Array.from({ length: 10 }, (_, index) => `target-${index}`);
const probes = names.map((name) => probeOf(name, "api.example.com"));
const [first, second] = probes as [Probe, Probe];

let pool: StorePool;
let store: Store;
beforeAll(async () => {
  pool = await openStorePool();
  store = await openStore(pool, noonMs, 30);
});
afterAll(() => pool.close());
beforeEach(async () => {
  const tables = ["runs", "series", "baselines", "incidents", "transitions", "outbox", "digests", "acts"];
  await pool.pool.query(`TRUNCATE ${tables.map((name) => `plumbline.${name}`).join(", ")}`, []);
  await pool.pool.query("UPDATE plumbline.fleet SET daily_at = NULL", []);
});

const worldOf = (receivers: readonly string[] = ["chat"]) => ({ store, probes, alerting: noonsOf(receivers) });

async function judged(
  { id, target }: Probe,
  over: Partial<Reading> = {},
  { slotMs = noonMs, findings = [] }: { readonly slotMs?: number; readonly findings?: readonly Finding[] } = {},
): Promise<void> {
  const claim = claimOf(id, slotMs, { target: target.name });
  await store.claim(claim);
  const accept = { learned: { v: 1 }, n: 60, why: "learned" };
  const update = { series: seriesOf(id), state: { v: 1 }, reading: { ...quiet, ...over }, accept };
  await store.commit(finishOf(claim), () => ({ ...nothingNew, findings, series: [update] }));
}

const strong = { day: { ...quietDay, total: 100 * 1000 } };
const messages = async (): Promise<Record<string, unknown>[]> =>
  (await pool.pool.query("SELECT receiver, alert FROM plumbline.outbox ORDER BY receiver", [])).rows;

test("the first look begins the day; what stands out is told when its hour comes, and once", async () => {
  const world = worldOf(["chat", "mail"]);
  expect(await sendDigest(world, noonMs - 60 * minuteMs)).toBe(true);
  for (const one of probes) await judged(one, one === first ? { ...strong, up: 900 } : {});
  expect(await sendDigest(world, noonMs + 29 * minuteMs)).toBe(false);
  expect([await messages(), await store.lastDigest()]).toEqual([[], undefined]);

  const endMs = noonMs + 30 * minuteMs;
  expect(await sendDigest(world, endMs)).toBe(true);
  expect(await sendDigest(world, endMs + minuteMs)).toBe(false);
  const notified = await messages();
  expect(notified.map(({ receiver }) => receiver)).toEqual(["chat", "mail"]);
  expect(notified[0]?.["alert"]).toMatchObject({
    event: "digest",
    summary: "daily digest: 1 of 10 series has moved",
    changes: [{ what: "target-0 valid-request from eu: total time" }],
  });
  expect(await store.lastDigest()).toMatchObject({
    fromMs: noonMs - 60 * minuteMs,
    atMs: endMs,
    judged: 10,
    moved: [{ probe: first.id, direction: "up", what: "total time" }],
    pages: { series: 10, notified: 0, noise: 0 },
  });
  expect((await store.fleet()).dailyMs).toBe(endMs);
});

test("a day on which nothing has moved is kept and told to nobody", async () => {
  await sendDigest(worldOf(), noonMs - 60 * minuteMs);
  for (const one of probes) await judged(one);
  expect(await sendDigest(worldOf(), noonMs + 30 * minuteMs)).toBe(true);
  expect(await messages()).toEqual([]);
  expect(await store.lastDigest()).toMatchObject({ judged: 10, moved: [], noted: [] });
});

test("twenty that look at the same time make one digest and one message", async () => {
  const starts = await Promise.all(Array.from({ length: 20 }, () => sendDigest(worldOf(), noonMs - dayMs)));
  expect(starts.filter(Boolean)).toHaveLength(1);
  for (const one of probes) await judged(one, strong);
  const ends = await Promise.all(
    Array.from({ length: 20 }, (_, index) => sendDigest(worldOf(), noonMs + 30 * minuteMs + index)),
  );
  expect(ends.filter(Boolean)).toHaveLength(1);
  expect(await messages()).toHaveLength(1);
  expect((await pool.pool.query("SELECT at FROM plumbline.digests", [])).rows).toHaveLength(1);
});

test("a digest that can't be kept leaves the day as it was", async () => {
  await sendDigest(worldOf(), noonMs - 60 * minuteMs);
  for (const one of probes) await judged(one, strong);
  const digest = await digestNow(worldOf(), noonMs);
  const [entry] = digestEntries(digest, ["chat"], undefined);
  const broken = { ...entry!, createdAtMs: Number.MAX_SAFE_INTEGER };
  const day = { beforeMs: noonMs - 60 * minuteMs, atMs: noonMs, digest };
  await expect(store.endDay({ ...day, outbox: [broken] })).rejects.toThrow();
  expect([await store.lastDigest(), (await store.fleet()).dailyMs]).toEqual([undefined, noonMs - 60 * minuteMs]);
  expect(await store.endDay({ ...day, outbox: [entry!] })).toBe(true);
  expect(await store.endDay({ ...day, outbox: [entry!] })).toBe(false);
});

test("what the day before has counted, and what is not judged any more, is no part of it", async () => {
  await sendDigest(worldOf(), noonMs - minuteMs);
  await judged(first, { day: { ...strong.day, fromMs: noonMs - 2 * minuteMs } });
  await judged(second, strong, { slotMs: noonMs - 8 * dayMs });
  await judged(probes[2]!, { day: { fromMs: noonMs, samples: 0, sums: [], total: 0 } });
  await judged(probes[3]!);
  expect(await digestNow(worldOf(), noonMs + minuteMs)).toMatchObject({ judged: 1, moved: [] });
  expect(await digestNow({ store, probes: [second] }, noonMs)).toMatchObject({ judged: 0, moved: [] });
});

test("what runs have noted is named once, newest first; what has moved is not named again", async () => {
  const note = (subject: string, observed: string, kind: Finding["kind"] = "usage"): Finding => ({
    kind,
    severity: "informative",
    subject,
    expected: "12",
    observed,
  });
  await sendDigest(worldOf(), noonMs - 60 * minuteMs);
  for (const one of probes.slice(2)) await judged(one);
  const findings = [note("prompt tokens", "13"), note("$.extra", "string", "contract"), note("total time", "noted")];
  await judged(first, strong, { findings });
  await judged(first, strong, { slotMs: noonMs + minuteMs, findings: [note("prompt tokens", "14")] });
  await judged(second, {}, { findings: [note("total time", "more spread", "latency")] });
  await judged(second, {}, { slotMs: noonMs - 61 * minuteMs, findings: [note("of yesterday", "1")] });
  const { moved, noted } = await digestNow(worldOf(), noonMs + 2 * minuteMs);
  expect(moved.map(({ probe }) => probe)).toEqual([first.id]);
  expect(noted.map(({ probe, what, observed }) => [probe, what, observed])).toEqual([
    [first.id, "prompt tokens", "14"],
    [second.id, "total time", "more spread"],
  ]);
});

test("a move that is held and does not stand out is known before; one that was noted is named there", async () => {
  await sendDigest(worldOf(), noonMs - 60 * minuteMs);
  for (const one of probes.slice(2)) await judged(one);
  await judged(first, { held: "up", up: 0, down: 0 });
  const fast = {
    kind: "latency",
    severity: "informative",
    subject: "total time",
    expected: "2",
    observed: "1",
  } as const;
  await judged(second, { held: "down" }, { findings: [fast] });
  const { moved, noted, known, moreKnown } = await digestNow(worldOf(), noonMs + minuteMs);
  expect([moved, noted.map(({ probe }) => probe), moreKnown]).toEqual([[], [second.id], 0]);
  expect(known).toMatchObject([{ probe: first.id, what: "total time", direction: "up" }]);
});

test("suspicions, and pages about drift against what the promise allows", async () => {
  for (const one of probes) await judged(one, one === second ? { pages: "none" } : {}, { slotMs: noonMs - minuteMs });
  const opened = { state: "open", confirmation: "many-runs" } as const;
  const incidents = [
    incidentOf(first.id, noonMs, { ...opened, fingerprint: "page" }),
    incidentOf(first.id, noonMs, { ...opened, fingerprint: "muted" }),
    incidentOf(first.id, noonMs, { ...opened, fingerprint: "rule", confirmation: "slots" }),
    incidentOf(first.id, noonMs, { fingerprint: "maybe", state: "suspected", label: "prompt tokens" }),
    incidentOf(first.id, noonMs, { fingerprint: "over", state: "suspected", goodInARow: 1 }),
  ];
  const notified = [{ receiver: "chat", notified: true, reason: "opened" }] as const;
  const transitions = incidents
    .slice(0, 3)
    .map((one) => ({ ...transitionOf(one, "opened"), ...(one.fingerprint === "muted" ? {} : { routes: notified }) }));
  const claim = claimOf(first.id, noonMs);
  await store.claim(claim);
  const outbox = [entryOf(incidents[0]!, "chat")];
  await store.commit(finishOf(claim), () => ({ ...nothingNew, incidents, transitions, outbox }));
  const act = { by: "ann", what: "mark-noise", subject: "page-1", why: "x", atMs: noonMs } as const;
  await store.recordAct(act);

  const digest = await digestNow(worldOf(), noonMs + 3 * dayMs);
  expect(digest.suspected).toEqual([]);
  expect((await digestNow(worldOf(), noonMs + 2 * minuteMs)).suspected.map(({ what }) => what)).toEqual([
    "prompt tokens",
  ]);
  expect(digest.pages).toMatchObject({ series: 9, notified: 1, noise: 1 });
  const days = (noonMs + 3 * dayMs - digest.pages.sinceMs) / dayMs;
  expect(days).toBeCloseTo(3, 1);
  const everyDays = first.judge.drift.falsePageEveryMs / dayMs;
  expect(digest.pages.allowed).toBeCloseTo((9 * days) / everyDays, 6);
});

test("without a receiver no day ends", async () => {
  expect(await sendDigest({ store, probes, alerting: plainAlerting }, noonMs)).toBe(false);
  expect((await store.fleet()).dailyMs).toBe(0);
});

describe("when a day ends", () => {
  const berlin = { atMinute: 8 * 60 + 5, tz: "Europe/Berlin", receivers: ["chat"] };
  const after = (iso: string): string => new Date(nextEndMs(berlin, Date.parse(iso))).toISOString();

  test("by the clocks of its time zone, also when they are changed", () => {
    expect(after("2026-11-23T07:04:59.999Z")).toBe("2026-11-23T07:05:00.000Z");
    expect(after("2026-11-23T07:05:00.000Z")).toBe("2026-11-24T07:05:00.000Z");
    expect(after("2026-03-28T07:05:00.000Z")).toBe("2026-03-29T06:05:00.000Z");
  });

  test("at an hour that is left out once a year it ends on that day as well", () => {
    const night = { ...berlin, atMinute: 150 };
    const ends = [Date.parse("2026-03-28T01:30:00Z")];
    for (let day = 0; day < 2; day += 1) ends.push(nextEndMs(night, ends.at(-1)!));
    expect(ends.map((atMs) => new Date(atMs).toISOString().slice(0, 10))).toEqual([
      "2026-03-28",
      "2026-03-29",
      "2026-03-30",
    ]);
  });
});
