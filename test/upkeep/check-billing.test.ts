import { expect, test } from "vitest";
import type { Incident } from "../../src/incident/incident.ts";
import { alone } from "../../src/incident/inhibit.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { type BillingStore, billingLimits, createBillingCheck } from "../../src/upkeep/check-billing.ts";
import type { OrphanStore } from "../../src/upkeep/close-orphans.ts";
import type { ConcludeStore } from "../../src/upkeep/conclude.ts";
import { billingFigures } from "../../src/scenario/billing-figures.ts";
import { probe as sample } from "../probe/samples.ts";

const hourMs = 3_600_000;
const lagMs = hourMs;
const terms = {
  environment: "production",
  warnAfterMs: 1000,
  accept: [],
  billing: { kind: "openrouter", lagMs },
} as const;
const target = { ...sample.target, key: { env: "KEY" }, audit: terms };
const probe: Probe = { ...sample, target, scenario: { kind: "built-in", name: "billing-figures" } };
const other: Probe = { ...sample, id: "other@eu", target: { ...target, name: "other" } };
const apart: Probe = { ...sample, id: "apart@eu", target: { ...target, name: "apart", key: { env: "ANOTHER" } } };

interface Billed {
  readonly watched: Probe;
  /** The provider tells what it has counted since midnight (UTC). */
  readonly isDaily: boolean;
  readonly everyHours: number;
}

/** Looks every hour at figures that say so much an hour of each quarter of a day, beside a dollar an hour of ours. */
function billed(usdAnHour: (quarter: number) => number, over: Partial<Billed> = {}) {
  const { watched = probe, isDaily = false, everyHours = 1 } = over;
  const asked: { readonly targets: readonly string[]; readonly fromMs: number; readonly toMs: number }[] = [];
  const notified: string[] = [];
  const concluded: string[] = [];
  const incidents = new Map<string, Incident>();
  const figures: { readonly atMs: number; readonly numbers: { readonly usd: number } }[] = [];
  const store: ConcludeStore & OrphanStore & BillingStore = {
    figuresOf: async (_id, sinceMs) => figures.filter(({ atMs }) => atMs >= sinceMs),
    async oursBetween(targets, fromMs, toMs) {
      asked.push({ targets, fromMs, toMs });
      return { microUsd: ((toMs - fromMs) / hourMs) * 1_000_000, tokens: 0, requests: 0, retries: 0, failed: 0 };
    },
    incidents: async () => [...incidents.values()],
    changeIncident: async () => undefined,
    async concludeIncident({ fingerprint, conclude }) {
      concluded.push(fingerprint);
      const after = conclude(incidents.get(fingerprint), alone);
      for (const incident of after.incidents) incidents.set(incident.fingerprint, incident);
      notified.push(
        ...after.outbox.map(({ alert }) => `${alert.event} ${alert.changes[0]?.what}: ${alert.changes[0]?.after}`),
      );
    },
  };
  const world = { store, probes: [watched, other, apart], receivers: ["oncall"], startedAtMs: 0 };
  const watch = createBillingCheck();
  let usd = 0;
  let hours = 0;
  /** One look by the hour, and a hundred of the watch in between. */
  const goOn = async (more: number): Promise<void> => {
    for (const endMs = hours + more; hours < endMs; hours += 1) {
      const atMs = startMs + hours * hourMs;
      if (isDaily && hours % 24 === 0) usd = 0;
      if (hours % everyHours === 0) figures.push({ atMs, numbers: { usd } });
      for (let n = 0; n < 100; n += 1) await watch(world, atMs + n * 30_000);
      usd += usdAnHour(Math.floor(hours / 6));
    }
  };
  return { goOn, asked, told: notified, concluded, incidents };
}

const startMs = Date.UTC(2026, 5, 11);

test("looks by the hour are compared with all targets of the key, each window once, and a gap is told once", async () => {
  const { goOn, asked, told: notified, concluded, incidents } = billed((quarter) => (quarter < 8 ? 1 : 1.2));
  await goOn(48);
  expect(notified).toEqual([]);
  // The figures of 06:00 are those of what had happened by 05:00.
  expect(asked[0]).toEqual({ targets: ["mini", "other"], fromMs: startMs - lagMs, toMs: startMs + 6 * hourMs - lagMs });
  expect(asked).toHaveLength(7);
  // Two limits at each of eight edges.
  expect(concluded).toHaveLength(16);
  await goOn(13);
  expect(notified).toEqual(["opened ledger and provider: $14.40 by the provider's figures, over 2 windows"]);
  await goOn(30);
  expect(notified.map((one) => one.split(" ")[0])).toEqual(["opened", "reminded"]);
  expect(asked).toHaveLength(7 + 7 + 1);
  const orphans = [...incidents.keys()].filter((fingerprint) => !billingLimits([probe]).includes(fingerprint));
  expect(orphans).toEqual([]);
});

test("a gap that grows is told of its own, before it is large", async () => {
  const { goOn, told: notified } = billed((quarter) => 1 + 0.004 * Math.max(0, quarter - 1));
  await goOn(37);
  expect(notified).toEqual(["opened gap between ledger and provider: 1.2 % more money, growing from window to window"]);
});

test("figures that begin anew with every day have windows as well, and a gap that grows over midnight is told", async () => {
  const { goOn, asked, told: notified } = billed((quarter) => 1 + 0.004 * Math.max(0, quarter - 2), { isDaily: true });
  await goOn(36);
  expect(notified).toEqual([]);
  // The last before midnight ends a window of its own; the hour up to the first after it is in none.
  const hoursOf = asked.map(({ fromMs, toMs }) => [fromMs, toMs].map((atMs) => (atMs + lagMs - startMs) / hourMs));
  expect(hoursOf).toEqual([
    [0, 6],
    [6, 12],
    [12, 18],
    [18, 23],
    [24, 30],
  ]);
  await goOn(7);
  expect(notified).toEqual(["opened gap between ledger and provider: 1.2 % more money, growing from window to window"]);
});

test("people are notified of a gap that stays once, and reminded each day", async () => {
  const { goOn, told } = billed(() => 1.2, { isDaily: true });
  await goOn(24 * 5);
  expect(told[0]).toBe("opened ledger and provider: $14.40 by the provider's figures, over 2 windows");
  expect(told.map((one) => one.split(" ")[0])).toEqual(["opened", ...Array.from({ length: 4 }, () => "reminded")]);
});

const ofOpenai = { ...probe, target: { ...target, audit: { ...terms, billing: { kind: "openai", lagMs } as const } } };

test("of a source of daily figures that is looked at once a day nothing is said, though more was counted today", async () => {
  const { goOn, asked, told } = billed((quarter) => 1 + quarter, { watched: ofOpenai, everyHours: 24 });
  await goOn(24 * 6);
  expect([asked, told]).toEqual([[], []]);
});

test("and what it tells of a day is compared with what was ours on that day", async () => {
  const { goOn, asked } = billed(() => 1, { watched: ofOpenai, isDaily: true });
  await goOn(31);
  const hoursOf = asked.map(({ fromMs, toMs }) => [fromMs, toMs].map((atMs) => (atMs - startMs) / hourMs));
  expect(hoursOf).toEqual([
    [0, 5],
    [5, 11],
    [11, 17],
    [17, 22],
    [24, 29],
  ]);
});

test("a source that is looked at every other day has its windows", async () => {
  const everyMs = 48 * hourMs;
  const watched = { ...probe, cadence: { kind: "every", everyMs } as const };
  const { goOn, told } = billed(() => 1.2, { watched, everyHours: 48 });
  await goOn(24 * 5);
  expect(told).toEqual(["opened ledger and provider: $115.20 by the provider's figures, over 2 windows"]);
});

test("one look costs one request for figures, and none where no source is known", () => {
  const context = { nonce: undefined, nowMs: 0 };
  const call = billingFigures.nextCall([], { ...context, target } as never);
  expect(call).toMatchObject({ method: "GET", path: "/key", name: "figures" });
  expect(billingFigures.nextCall([], { ...context, target: sample.target } as never)).toBeUndefined();
  expect(billingFigures.maxOutputTokens).toBe(0);
});
