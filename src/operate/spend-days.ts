import { z } from "zod";
import type { Probe } from "../probe/probe.ts";
import type { Clock } from "../std/clock.ts";
import { usageOfCaps } from "../upkeep/cap-usage.ts";
import type { SpendStore } from "../upkeep/check-spend.ts";
import { at } from "./fields.ts";
import type { Operation, Plain } from "./operation.ts";
import { spend, spendCap, type TargetSpend } from "./overview.ts";

const day = z
  .object({
    dayMs: at("when the day began (UTC)"),
    microUsd: z.number().describe("cost in millionths of a US dollar"),
    tokens: z.number().describe("tokens"),
    requests: z.number().describe("requests, retries included"),
  })
  .meta({ id: "SpendDay" });

const account = z
  .object({
    today: z.array(spend).describe("spend of the targets that cost most since midnight UTC, at most 100"),
    more: z.number().describe("number of targets that are left out"),
    caps: z.array(spendCap).describe("usage of each cap, at most 200"),
    days: z.array(day).describe("the last 30 days together, oldest first"),
  })
  .meta({ id: "SpendAccount" });

export type SpendDay = Plain<z.output<typeof day>>;
export type SpendAccount = Plain<z.output<typeof account>>;

export const getSpend = {
  method: "GET",
  path: "/spend",
  summary: "show spend of today by target, of the last 30 days, and usage of each cap",
  scope: "read",
  answer: account,
} as const satisfies Operation;

export interface SpendDayStore {
  /** Today's spend, the most first. */
  spendOfDay(nowMs: number): Promise<readonly TargetSpend[]>;
  spendDays(sinceMs: number): Promise<readonly SpendDay[]>;
}

interface SpendDayWorld {
  readonly store: SpendDayStore & SpendStore;
  readonly clock: Clock;
  readonly probes: readonly Probe[];
}

const [mostTargets, mostCaps, shownDays] = [100, 200, 30];

export function createSpendAccounts({ store, clock, probes }: SpendDayWorld): { read(): Promise<SpendAccount> } {
  return {
    async read() {
      const nowMs = clock.nowMs();
      const [today, days, caps] = await Promise.all([
        store.spendOfDay(nowMs),
        store.spendDays(nowMs - shownDays * 86_400_000),
        usageOfCaps(store, probes, nowMs),
      ]);
      const byShare = caps.toSorted((a, b) => b.used / b.limit - a.used / a.limit).slice(0, mostCaps);
      return { today: today.slice(0, mostTargets), more: Math.max(0, today.length - mostTargets), caps: byShare, days };
    },
  };
}
