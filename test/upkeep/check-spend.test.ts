import { expect, test } from "vitest";
import type { Incident } from "../../src/incident/incident.ts";
import { alone } from "../../src/incident/inhibit.ts";
import { nothingUsed, type Used } from "../../src/judgement/spend/budget.ts";
import type { Overdraft } from "../../src/judgement/spend/overdraft.ts";
import type { SpendCap } from "../../src/probe/target.ts";
import { limitsIn, type SpendStore, checkSpend } from "../../src/upkeep/check-spend.ts";
import { closeOrphans, type OrphanStore } from "../../src/upkeep/close-orphans.ts";
import type { ConcludeStore } from "../../src/upkeep/conclude.ts";
import { probe } from "../probe/samples.ts";

const minuteMs = 60_000;
const cap: SpendCap = { scope: "target/mini", span: "day", tokens: 1000 };
const month: SpendCap = { scope: "all", span: "month", microUsd: 720_000_000 };
const capped = { ...probe, target: { ...probe.target, spendCaps: [cap, month] } };

/** A store in memory: what it says was used, and the incidents that were written. */
function world(used: Used, skipped: number) {
  const incidents = new Map<string, Incident>();
  const notified: string[] = [];
  const facts = { used, skipped, overdrafts: [] as readonly Overdraft[] };
  const store: ConcludeStore & OrphanStore & SpendStore = {
    usedIn: async (_targets, starts) => starts.map(() => new Map([["mini", facts.used]])),
    usedUnder: async (caps) => caps.map(() => facts.used),
    usedLately: async () => ({ sinceMs: 0, byTarget: new Map([["mini", facts.used]]) }),
    overdraftsSince: async () => facts.overdrafts,
    skippedSince: async () => new Map([["mini", facts.skipped]]),
    incidents: async () => [...incidents.values()],
    changeIncident: async () => undefined,
    async concludeIncident({ fingerprint, conclude }) {
      const after = conclude(incidents.get(fingerprint), alone);
      for (const incident of after.incidents) incidents.set(incident.fingerprint, incident);
      notified.push(
        ...after.outbox.map(({ alert }) => `${alert.event} ${alert.tier} ${alert.kind}: ${alert.changes[0]?.what}`),
      );
    },
  };
  return {
    watching: { store, probes: [capped], receivers: ["oncall"], startedAtMs: 0 },
    facts,
    told: notified,
    incidents,
  };
}

test("a cap that skips a thousand slots is told once, and once when the day has turned", async () => {
  const startMs = Date.UTC(2026, 5, 11, 10);
  const { watching, facts, told: notified, incidents } = world({ ...nothingUsed, tokens: 990 }, 5);
  for (let look = 0; look < 1000; look += 1) {
    facts.skipped += 1;
    await checkSpend(watching, startMs + look * 0.5 * minuteMs);
  }
  expect(notified).toEqual(["opened ticket budget: spend cap of mini per day"]);
  facts.used = nothingUsed;
  facts.skipped = 0;
  await checkSpend(watching, startMs + 15 * 60 * minuteMs);
  expect(notified.slice(1)).toEqual(["resolved ticket budget: spend cap of mini per day"]);
  expect([...incidents.keys()].every((fingerprint) => limitsIn([capped]).has(fingerprint))).toBe(true);
});

test("a budget that is burnt fast pages, and a start of the service does not close that", async () => {
  const { watching, told: notified } = world({ microUsd: 120_000_000, tokens: 0, requests: 0 }, 0);
  await checkSpend(watching, Date.UTC(2026, 5, 11, 10));
  expect(notified).toEqual(["opened page budget: pace"]);
  expect(await closeOrphans(watching, Date.UTC(2026, 5, 11, 10))).toBe(0);
  // Without that cap in the configuration nobody would ever say that it is over.
  expect(await closeOrphans({ ...watching, probes: [probe] }, Date.UTC(2026, 5, 11, 10))).toBe(1);
});

const overdraft: Overdraft = {
  probeId: probe.id,
  model: probe.target.model,
  atMs: Date.UTC(2026, 5, 11, 10),
  tokens: 2000,
  plannedTokens: 120,
  microUsd: 400,
  plannedMicroUsd: 24,
  isExplained: false,
};

test("a run that has used more than it may is notified, reminded after a day, and over when a day has passed without another", async () => {
  const { watching, facts, told: notified, incidents } = world(nothingUsed, 0);
  const uncapped = { ...watching, probes: [probe] };
  facts.overdrafts = [overdraft, { ...overdraft, probeId: "of another" }];
  for (let look = 0; look < 100; look += 1) await checkSpend(uncapped, overdraft.atMs + look * minuteMs);
  expect(notified).toEqual(["opened ticket budget: reserved maximum"]);
  const [incident] = incidents.values();
  expect(incident?.findings[0]).toMatchObject({
    expected: "at most 120 tokens a run",
    observed: "2000 tokens by valid@eu; as much is reserved for each run from now on",
  });
  expect(limitsIn([probe]).has(incident?.fingerprint ?? "")).toBe(true);
  facts.overdrafts = [{ ...overdraft, atMs: overdraft.atMs + 20 * 60 * minuteMs }];
  await checkSpend(uncapped, overdraft.atMs + 30 * 60 * minuteMs);
  expect(notified.slice(1)).toEqual(["reminded ticket budget: reserved maximum"]);
  await checkSpend(uncapped, overdraft.atMs + 45 * 60 * minuteMs);
  expect(notified.slice(2)).toEqual(["resolved ticket budget: reserved maximum"]);
});

test("what several probes of a target have met is one incident; another model ends it", async () => {
  const { watching, facts, told, incidents } = world(nothingUsed, 0);
  const both = [probe, { ...probe, id: "other@eu" }];
  facts.overdrafts = [overdraft, { ...overdraft, probeId: "other@eu", tokens: 3000 }];
  await checkSpend({ ...watching, probes: both }, overdraft.atMs);
  expect(told).toEqual(["opened ticket budget: reserved maximum"]);
  expect([...incidents.values()][0]?.findings[0]?.observed).toMatch(/^3000 tokens by other@eu, 2 probes in all;/);
  const changed = both.map((it) => ({ ...it, target: { ...it.target, model: "another" } }));
  await checkSpend({ ...watching, probes: changed }, overdraft.atMs + minuteMs);
  expect(told.slice(1)).toEqual(["resolved ticket budget: reserved maximum"]);
});

test("where an incident says already that a probe uses more, nothing is opened to say it again, and nothing is closed", async () => {
  const { watching, facts, told, incidents } = world(nothingUsed, 0);
  const both = { ...watching, probes: [probe, { ...probe, id: "other@eu" }] };
  const explained = { ...overdraft, isExplained: true };
  facts.overdrafts = [explained];
  await checkSpend(both, overdraft.atMs);
  expect(told).toEqual([]);
  facts.overdrafts = [explained, { ...overdraft, probeId: "other@eu", tokens: 300 }];
  await checkSpend(both, overdraft.atMs + minuteMs);
  expect(told).toEqual(["opened ticket budget: reserved maximum"]);
  expect([...incidents.values()][0]?.findings[0]?.observed).toMatch(/^300 tokens by other@eu; as much/);
  facts.overdrafts = [explained];
  await checkSpend(both, overdraft.atMs + 2 * minuteMs);
  expect(told).toHaveLength(1);
});

test("a cap that has no room for what was seen is told, though there is room for what is allowed", async () => {
  const { watching, facts, told, incidents } = world({ ...nothingUsed, tokens: 500 }, 3);
  facts.overdrafts = [{ ...overdraft, tokens: 900, atMs: overdraft.atMs - 48 * 60 * minuteMs }];
  await checkSpend(watching, overdraft.atMs);
  expect(told).toEqual(["opened ticket budget: spend cap of mini per day"]);
  expect([...incidents.values()][0]?.findings[0]?.observed).toContain("reached, 500 tokens used; no run until");
});
