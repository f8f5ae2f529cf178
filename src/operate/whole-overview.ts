import type { Probe } from "../probe/probe.ts";
import type { Overview } from "./overview.ts";
import { usageOfCaps } from "../upkeep/cap-usage.ts";
import { errorBudgets, type SloStore } from "../upkeep/check-slo.ts";
import type { SpendStore } from "../upkeep/check-spend.ts";
import { dayMs } from "../std/duration.ts";
import { blindMinutesOf, type ShiftStore } from "./shifts.ts";

interface OverviewStore extends SloStore, SpendStore, Pick<ShiftStore, "hoursIn"> {
  overview(nowMs: number, page: number): Promise<Overview>;
}

/** What the store knows, and how it stands to what the configuration allows and promises. */
export async function wholeOverview(
  store: OverviewStore,
  probes: readonly Probe[],
  nowMs: number,
  page: number,
): Promise<Overview> {
  return {
    ...(await store.overview(nowMs, page)),
    errorBudgets: await errorBudgets(store, probes, nowMs),
    spendCaps: await usageOfCaps(store, probes, nowMs),
    ...(probes.length > mostForBlindness ? {} : { blind: await blindLately(store, probes, nowMs) }),
  };
}

/** Of more probes, it is counted by `report` only: status is asked every few seconds. */
const mostForBlindness = 200;

/** Targets that nobody could watch for a minute or more of the last day. */
async function blindLately(
  store: Pick<ShiftStore, "hoursIn">,
  probes: readonly Probe[],
  nowMs: number,
): Promise<NonNullable<Overview["blind"]>> {
  const targetOf = new Map(probes.map(({ id, target }) => [id, target.name]));
  const hours = await store.hoursIn([...targetOf.keys()], nowMs - dayMs, nowMs);
  return [...blindMinutesOf(hours, targetOf)]
    .filter(([, minutes]) => minutes > 0)
    .map(([target, minutes]) => ({ target, minutes }))
    .toSorted((a, b) => b.minutes - a.minutes || (a.target < b.target ? -1 : 1));
}
