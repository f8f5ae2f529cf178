import type { Probe } from "../probe/probe.ts";
import type { Overview } from "./overview.ts";
import { standOfCaps } from "../upkeep/cap-usage.ts";
import { errorBudgets, type SloBook } from "../upkeep/check-slo.ts";
import type { SpendBook } from "../upkeep/check-spend.ts";

interface OverviewBook extends SloBook, SpendBook {
  overview(nowMs: number): Promise<Overview>;
}

/** What the store knows, and how it stands to what the configuration allows and promises. */
export async function wholeOverview(book: OverviewBook, probes: readonly Probe[], nowMs: number): Promise<Overview> {
  return {
    ...(await book.overview(nowMs)),
    errorBudgets: await errorBudgets(book, probes, nowMs),
    spendCaps: await standOfCaps(book, probes, nowMs),
  };
}
