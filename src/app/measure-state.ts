import type { Probe } from "../probe/probe.ts";
import type { Store } from "../store/store.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { attributes as a } from "../telemetry/names.ts";
import type { BlindTime } from "../upkeep/blindness.ts";
import { usageOfCaps } from "../upkeep/cap-usage.ts";
import { errorBudgets } from "../upkeep/check-slo.ts";
import { severities } from "../probe/finding-kinds.ts";

/** How many incidents are open, how much of each cap is used, what is left of each error budget, and what was not checked. */
export async function measureState(
  metrics: Metrics,
  store: Pick<Store, "incidents" | "usedUnder" | "usedLately" | "countedIn"> & Parameters<typeof usageOfCaps>[0],
  probes: readonly Probe[],
  nowMs: number,
  blindTimes: (nowMs: number) => Promise<readonly BlindTime[]>,
): Promise<void> {
  const active = await store.incidents(false, mostCounted);
  for (const severity of severities) {
    const open = active.filter((incident) => incident.severity === severity).length;
    metrics.record("incidentsOpen", open, { [a.plumblineSeverity]: severity });
  }
  for (const { scope, span, unit, used, limit } of await usageOfCaps(store, probes, nowMs)) {
    metrics.record("capUsed", limit === 0 ? 1 : used / limit, {
      [a.plumblineScope]: scope,
      [a.plumblineSpan]: span,
      [a.plumblineUnit]: unit,
    });
  }
  for (const { target, objective, left } of await errorBudgets(store, probes, nowMs)) {
    metrics.record("errorBudgetLeft", left, { [a.plumblineTarget]: target, [a.plumblineObjective]: objective });
  }
  for (const { target, minutes } of await blindTimes(nowMs)) {
    metrics.record("targetBlind", minutes * 60, { [a.plumblineTarget]: target });
  }
}

const mostCounted = 5_000;
