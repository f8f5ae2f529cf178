import { expect, test } from "vitest";
import { capLines } from "../../src/report/cap-lines.ts";
import { nothingUsed, type Used } from "../../src/judgement/spend/budget.ts";
import type { SpendCap } from "../../src/probe/target.ts";
import { usageOfCaps } from "../../src/upkeep/cap-usage.ts";
import type { SpendStore } from "../../src/upkeep/check-spend.ts";
import { probe } from "../probe/samples.ts";

const hourMs = 3_600_000;
/** Ten days before the end of June. */
const nowMs = Date.UTC(2026, 5, 21);
const day: SpendCap = { scope: "target/mini", span: "day", microUsd: 500_000, requests: 1000 };
const month: SpendCap = { scope: "all", span: "month", microUsd: 20_000_000 };
const capped = { ...probe, target: { ...probe.target, spendCaps: [day, month] } };

const usedToday: Used = { microUsd: 120_000, tokens: 900, requests: 40 };
const usedThisMonth: Used = { microUsd: 8_000_000, tokens: 90_000, requests: 4000 };

function bookWith(sinceMs: number, lately: ReadonlyMap<string, Used>): SpendStore {
  return {
    usedIn: async () => [],
    usedUnder: async (caps) => caps.map(({ span }) => (span === "month" ? usedThisMonth : usedToday)),
    usedLately: async () => ({ sinceMs, byTarget: lately }),
    overdraftsSince: async () => [],
    skippedSince: async () => new Map(),
  };
}

test("each cap stands with what is used, what may be, and what its month will come to", async () => {
  const lately = new Map([
    ["mini", { microUsd: 720_000, tokens: 0, requests: 720 }],
    ["gone", { microUsd: 7_200_000, tokens: 0, requests: 0 }],
  ]);
  const standings = await usageOfCaps(bookWith(nowMs - 72 * hourMs, lately), [capped], nowMs);
  const ofDay = { scope: "target/mini", span: "day", label: "spend cap of mini per day" };
  expect(standings).toEqual([
    // 0.01 USD an hour for ten days more; what another target has used is none of its business.
    { ...ofDay, unit: "microUsd", limit: 500_000, used: 120_000, monthUsed: 8_000_000, monthProjected: 10_400_000 },
    { ...ofDay, unit: "requests", limit: 1000, used: 40, monthUsed: 4000, monthProjected: 6400 },
    {
      scope: "all",
      span: "month",
      label: "spend cap of all targets per month",
      unit: "microUsd",
      limit: 20_000_000,
      used: 8_000_000,
      monthUsed: 8_000_000,
      monthProjected: 34_400_000,
    },
  ]);
});

test("who has begun six hours ago is projected by those six, and nobody by less than one hour", async () => {
  const lately = new Map([["mini", { ...nothingUsed, microUsd: 60_000 }]]);
  const projected = async (sinceMs: number) =>
    (await usageOfCaps(bookWith(sinceMs, lately), [capped], nowMs))[0]?.monthProjected;
  expect(await projected(nowMs - 6 * hourMs)).toBe(8_000_000 + 240 * 10_000);
  expect(await projected(nowMs - hourMs)).toBe(8_000_000 + 240 * 60_000);
  expect(await projected(nowMs - hourMs + 1)).toBeUndefined();
});

test("without caps nothing is asked", async () => {
  const store = { ...bookWith(0, new Map()), usedUnder: () => Promise.reject(new Error("asked")) };
  expect(await usageOfCaps(store, [probe], nowMs)).toEqual([]);
});

test("the terminal says each in a line, and marks what is used up or will be", async () => {
  const lately = new Map([["mini", { microUsd: 7_200_000, tokens: 0, requests: 0 }]]);
  const spendCaps = await usageOfCaps(bookWith(nowMs - 72 * hourMs, lately), [capped], nowMs);
  const lines = capLines({ spendCaps });
  expect(lines.map(([segment]) => [segment?.text, segment?.tone])).toEqual([
    [" mini per day  $0.12 of $0.50 · $8.00 this month, about $32.00 by its end", "dim"],
    [" mini per day  40 of 1000 requests · 4000 this month, about 4000 by its end", "dim"],
    [" all targets per month  $8.00 of $20.00 · about $32.00 by its end", "notice"],
  ]);
});

test("the terminal leaves out what is not known yet", async () => {
  const spendCaps = await usageOfCaps(bookWith(nowMs, new Map()), [capped], nowMs);
  const lines = capLines({ spendCaps });
  expect(lines.map(([segment]) => segment?.text)).toEqual([
    " mini per day  $0.12 of $0.50 · $8.00 this month",
    " mini per day  40 of 1000 requests · 4000 this month",
    " all targets per month  $8.00 of $20.00",
  ]);
});

test.each([
  [499_999, "dim"],
  [500_000, "notice"],
])("a cap of which %s of 500000 are used is %s", async (microUsd, tone) => {
  const store = { ...bookWith(nowMs, new Map()), usedUnder: async () => [{ ...usedToday, microUsd }] };
  const probes = [{ ...capped, target: { ...capped.target, spendCaps: [{ ...day, requests: undefined }] } }];
  const spendCaps = await usageOfCaps(store, probes, nowMs);
  const lines = capLines({ spendCaps });
  expect(lines.map(([segment]) => segment?.tone)).toEqual([tone]);
});
