import { nothingUsed, type Used } from "../judgement/spend/budget.ts";
import { type CapUsage, capUsages } from "../judgement/spend/cap-usage.ts";
import type { Probe } from "../probe/probe.ts";
import type { SpendCap } from "../probe/target.ts";
import { capsIn, type SpendStore, totalUnder } from "./check-spend.ts";

const hourMs = 3_600_000;
/** As far back as the pace of a month's budget is looked at. */
const lookBackMs = 72 * hourMs;

/** How every cap stands, and what its month will have come to, for status and programs. */
export async function usageOfCaps(
  store: SpendStore,
  probes: readonly Probe[],
  nowMs: number,
): Promise<readonly CapUsage[]> {
  const caps = capsIn(probes);
  if (caps.length === 0) return [];
  const months = caps.map((cap): SpendCap => ({ ...cap, span: "month" }));
  const used = await store.usedUnder([...caps, ...months], nowMs);
  const { sinceMs, byTarget } = await store.usedLately(nowMs - lookBackMs, nowMs);
  const hours = (nowMs - sinceMs) / hourMs;
  return caps.flatMap((cap, index) =>
    capUsages(
      {
        cap,
        used: used[index] ?? nothingUsed,
        month: used[caps.length + index] ?? nothingUsed,
        perHour: hours < 1 ? undefined : perHourOf(totalUnder(cap, byTarget), hours),
      },
      nowMs,
    ),
  );
}

function perHourOf({ microUsd, tokens, requests }: Used, hours: number): Used {
  return { microUsd: microUsd / hours, tokens: tokens / hours, requests: requests / hours };
}
