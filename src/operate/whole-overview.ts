import type { Probe } from "../probe/probe.ts";
import type { Overview } from "./overview.ts";
import { usageOfCaps } from "../upkeep/cap-usage.ts";
import { errorBudgets, type SloStore } from "../upkeep/check-slo.ts";
import type { SpendStore } from "../upkeep/check-spend.ts";
import type { BlindTime } from "../upkeep/blindness.ts";

interface OverviewStore extends SloStore, SpendStore {
  overview(nowMs: number, page: number): Promise<Overview>;
}

/** What the store knows, and how it stands to what the configuration allows and promises. */
export async function wholeOverview(
  store: OverviewStore,
  probes: readonly Probe[],
  nowMs: number,
  page: number,
  blindTimes: (nowMs: number) => Promise<readonly BlindTime[]>,
): Promise<Overview> {
  return {
    ...(await store.overview(nowMs, page)),
    errorBudgets: await errorBudgets(store, probes, nowMs),
    spendCaps: await usageOfCaps(store, probes, nowMs),
    blind: (await blindTimes(nowMs)).filter(({ minutes }) => minutes > 0),
  };
}
