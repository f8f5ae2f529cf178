import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Reading } from "../../src/baseline/reading.ts";
import type { Incident } from "../../src/incident/incident.ts";
import { muteOf } from "../../src/incident/inhibit.ts";
import { fingerprintOf } from "../../src/incident/reduce.ts";
import { plainAlerting } from "../../src/probe/alerting.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { checkGroups } from "../../src/upkeep/check-groups.ts";
import { openStorePool } from "../setup/databases.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { probe as sample } from "../probe/samples.ts";
import { claimOf, finishOf, incidentOf, noonMs, nothingNew } from "../store/samples.ts";

const minuteMs = 60_000;
const day = { fromMs: 0, samples: 1, sums: [], total: 0 };
const quiet: Reading = { group: "g", intervalMs: minuteMs, pages: "both", up: 3, down: 3, held: null, day };
const [eu, us, asia] = ["eu", "us", "asia"].map((location): Probe => ({
  ...sample,
  id: `valid@${location}`,
  location,
}));
const all = [eu!, us!, asia!];

let pool: StorePool;
let store: Store;
beforeAll(async () => {
  pool = await openStorePool();
  store = await openStore(pool, noonMs, 30);
});
afterAll(() => pool.close());
beforeEach(async () => {
  for (const table of ["incidents", "transitions", "outbox", "runs", "series", "probe_states"]) {
    await pool.pool.query(`TRUNCATE plumbline.${table}`, []);
  }
});

const seriesIn = ({ id }: Probe) =>
  ({ id: `series of ${id}`, probeId: id, aspect: "usage", label: "completion tokens" }) as const;

/** A run that has left this reading and these incidents. */
async function judged(one: Probe, atMs: number, over: Partial<Reading>, incidents: readonly Incident[] = []) {
  const claim = claimOf(one.id, atMs, { target: one.target.name, location: one.location });
  await store.claim(claim);
  const series = [{ series: seriesIn(one), state: { v: 1 }, reading: { ...quiet, ...over } }];
  await store.commit(finishOf(claim), () => ({ ...nothingNew, series, incidents }));
}

function incidentIn(one: Probe, over: Partial<Incident>): Incident {
  const { id: series, aspect: kind, label } = seriesIn(one);
  return incidentOf(one.id, noonMs, {
    fingerprint: fingerprintOf(one, { subject: { kind, series, label } }),
    kind,
    label,
    target: one.target.name,
    model: one.target.model,
    location: one.location,
    openedAtMs: noonMs,
    ...over,
  });
}

async function look(atMs: number, probes: readonly Probe[] = all): Promise<Incident | undefined> {
  await checkGroups({ store, probes, receivers: [], alerting: plainAlerting }, atMs);
  return (await store.incidents(false, 99)).find(({ group }) => group !== undefined);
}

test("what has moved the other way is no part of it, and is not kept quiet", async () => {
  await judged(eu!, noonMs, { held: "up" });
  await judged(us!, noonMs, { held: "up" });
  const [up, down] = [incidentIn(us!, {}), incidentIn(asia!, {})];
  await judged(asia!, noonMs, { held: "down" }, [down]);
  const cover = (await look(noonMs))!;
  expect(cover.group?.headline).toBe("mini: completion tokens up in 2 of 3 probes");
  const mutes = [up, down].map((it) => muteOf(it, { silences: [], outages: [], groups: [cover] }, [], noonMs)?.reason);
  expect(mutes).toEqual(["moved-together", undefined]);
});

test("it begins with what is judged now, and lasts while a probe that is paused is away", async () => {
  await judged(eu!, noonMs, { held: "up" });
  await judged(us!, noonMs + 16 * minuteMs, { held: "up" });
  expect(await look(noonMs + 16 * minuteMs)).toBeUndefined();
  await judged(eu!, noonMs + 17 * minuteMs, { held: "up" });
  expect(await look(noonMs + 17 * minuteMs)).toBeDefined();
  expect(await look(noonMs + 600 * minuteMs)).toBeDefined();
});

test("it is over when none is away, and when its probes are no longer configured", async () => {
  for (const [index, one] of all.entries()) await judged(one, noonMs, { held: index < 2 ? "up" : null });
  expect(await look(noonMs)).toBeDefined();
  await judged(eu!, noonMs + minuteMs, {});
  expect((await look(noonMs + minuteMs))?.group?.members).toEqual(["valid-request from us"]);
  await judged(us!, noonMs + minuteMs, {});
  expect(await look(noonMs + 2 * minuteMs)).toBeUndefined();

  for (const one of all) await judged(one, noonMs + 5 * minuteMs, { held: "up" });
  expect((await look(noonMs + 5 * minuteMs))?.episode).toBe(1);
  expect((await look(noonMs + 6 * minuteMs, []))?.goodInARow).toBe(1);
  expect(await look(noonMs + 40 * minuteMs, [])).toBeUndefined();
});

test("while one that came back has to stay good, a member that moves alone is alone", async () => {
  const show = async (minute: number, away: readonly Probe[]): Promise<number | undefined> => {
    for (const one of all) await judged(one, noonMs + minute * minuteMs, { held: away.includes(one) ? "up" : null });
    return (await look(noonMs + minute * minuteMs))?.goodInARow;
  };
  const shown = [await show(0, all), await show(1, []), await show(2, all), await show(3, [])];
  expect(shown).toEqual([0, undefined, 0, 1]);
  expect(await show(4, [eu!])).toBe(2);
  expect(await show(5, [eu!, us!])).toBe(0);
});

test("where the target is down, nothing counts that is shown there", async () => {
  const outage = incidentOf(us!.id, noonMs, {
    fingerprint: "d0wn",
    kind: "availability",
    severity: "breaking",
    target: "mini",
    location: "us",
    openedAtMs: noonMs - minuteMs,
  });
  await judged(eu!, noonMs, { held: "up" });
  await judged(us!, noonMs, { held: "up" }, [outage]);
  expect(await look(noonMs)).toBeUndefined();
  await judged(asia!, noonMs, { held: "up" });
  expect((await look(noonMs))?.group?.members).toEqual(["valid-request from asia", "valid-request from eu"]);
});

test("failures that are more frequent everywhere are one, which is no outage of the target", async () => {
  for (const one of all) {
    const claim = claimOf(one.id, noonMs, { target: "mini", location: one.location });
    await store.claim(claim);
    const series = { ...seriesIn(one), aspect: "availability", label: "error rate" } as const;
    const reading = { ...quiet, pages: "up", held: "up" } as const;
    await store.commit(finishOf(claim), () => ({ ...nothingNew, series: [{ series, state: { v: 1 }, reading }] }));
  }
  const cover = await look(noonMs);
  expect(cover).toMatchObject({ kind: "availability", severity: "risky", tier: "ticket", location: "all" });
  expect(cover?.group?.headline).toBe("mini: error rate up in 3 of 3 probes");
  const next = claimOf(eu!.id, noonMs + minuteMs, { target: "mini", location: "all" });
  await store.claim(next);
  await store.commit(finishOf(next), ({ surroundings }) => {
    expect(surroundings.groups).toHaveLength(1);
    expect(surroundings.outages).toEqual([]);
    return nothingNew;
  });
});

test("two processes that look at once make one", async () => {
  for (const one of all) await judged(one, noonMs, { up: 200_000 });
  await Promise.all([look(noonMs), look(noonMs), look(noonMs + 1)]);
  const { rows } = await pool.pool.query("SELECT kind FROM plumbline.transitions", []);
  expect(rows).toEqual([{ kind: "opened" }]);
});

const modelAt = (index: number, host = "api.example.com", location = "eu"): Probe => {
  const target = { ...sample.target, name: `m${index}`, model: `m${index}`, baseUrl: `https://${host}/v1` };
  return { ...sample, id: `m${index}@${location}`, location, target };
};

test("twenty models of one provider are one, and a target that two locations show is part of it", async () => {
  const models = Array.from({ length: 20 }, (_, index) => modelAt(index));
  const probes = [...models, modelAt(0, undefined, "us")];
  for (const [index, one] of probes.entries()) await judged(one, noonMs, { group: `of ${index % 20}`, held: "up" });
  for (const atMs of [noonMs, noonMs + 1, noonMs + 900_000]) {
    const cover = (await look(atMs, probes))!;
    expect(cover.group?.headline).toBe("api.example.com: completion tokens up in 20 of 20 targets");
    const mutes = ["m7", "other"].map((target) => {
      const incident = { ...incidentIn(models[7]!, {}), target };
      return muteOf(incident, { silences: [], outages: [], groups: [cover] }, [], atMs)?.reason;
    });
    expect(mutes).toEqual(["moved-together", undefined]);
  }
  const { rows } = await pool.pool.query("SELECT kind FROM plumbline.transitions", []);
  expect(rows).toEqual([{ kind: "opened" }]);
});

test("a target that moves hours after the others is no part of it, nor is another provider", async () => {
  const [a, b, late, other] = [modelAt(1), modelAt(2), modelAt(3), modelAt(4, "llm.example.net")];
  const probes = [a, b, late, other];
  const targetsAt = async (atMs: number) => (await look(atMs, probes))?.group?.targets;
  for (const one of [a, b, other]) await judged(one, noonMs, { group: one.id, held: "up" });
  expect(await targetsAt(noonMs)).toEqual(["m1", "m2"]);
  const opened = incidentIn(late, { openedAtMs: noonMs + 120 * minuteMs });
  await judged(late, noonMs + 120 * minuteMs, { group: late.id, held: "up" }, [opened]);
  expect(await targetsAt(noonMs + 120 * minuteMs)).toEqual(["m1", "m2"]);
  await judged(late, noonMs + 121 * minuteMs, { group: late.id, held: "up" }, [{ ...opened, openedAtMs: noonMs }]);
  expect(await targetsAt(noonMs + 121 * minuteMs)).toEqual(["m1", "m2", "m3"]);
});
