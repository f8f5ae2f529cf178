import { nothingFollows } from "../alert/aftermath.ts";
import { advanceLimit, type Limit, limitFingerprint } from "../alert/spend-incident.ts";
import { budgetOf, burnFinding, type Counted, type ErrorBudget, labelOf, windowsOf } from "../judgement/slo.ts";
import type { Probe } from "../probe/probe.ts";
import type { Objective, Target } from "../probe/target.ts";
import type { WatchWorld } from "./watch.ts";

/** What objectives ask of the store. */
export interface SloBook {
  /**
   * Runs of a target of slots since then that could be judged, and the bad ones: those that failed, or with `underMs`
   * those that took longer.
   */
  countedSince(target: string, sinceMs: number, underMs: number | undefined): Promise<Counted>;
}

/** The objectives of every target that is probed. */
function objectivesIn(probes: readonly Probe[]): { readonly target: Target; readonly objective: Objective }[] {
  const targets = new Map(probes.map(({ target }) => [target.name, target]));
  return [...targets.values()].flatMap((target) =>
    (target.objectives ?? []).map((objective) => ({ target, objective })),
  );
}

function limitOf(target: Target, objective: Objective): Limit {
  return { series: `slo/${objective.kind}`, label: labelOf(objective), scope: `target/${target.name}` };
}

/** Fingerprints of the incidents that objectives may have. */
export function objectiveLimits(probes: readonly Probe[]): ReadonlySet<string> {
  return new Set(objectivesIn(probes).map(({ target, objective }) => limitFingerprint(limitOf(target, objective))));
}

/** One incident for each objective whose error budget burns in two windows at once. */
export async function watchObjectives(
  { book, probes, receivers }: WatchWorld & { readonly book: SloBook },
  nowMs: number,
): Promise<void> {
  for (const { target, objective } of objectivesIn(probes)) {
    const finding = burnFinding(objective, await countsOf(book, target.name, objective, windowsOf(objective), nowMs));
    const limit = limitOf(target, objective);
    await book.concludeIncident({
      fingerprint: limitFingerprint(limit),
      conclude: (before) =>
        before === undefined && finding === undefined
          ? nothingFollows
          : advanceLimit(before, limit, finding, nowMs, receivers, probes[0]?.alerting),
    });
  }
}

/** What is left of every error budget, for status and programs. */
export async function errorBudgets(book: SloBook, probes: readonly Probe[], nowMs: number): Promise<ErrorBudget[]> {
  const budgets: ErrorBudget[] = [];
  for (const { target, objective } of objectivesIn(probes)) {
    const windows = await countsOf(book, target.name, objective, [objective.windowMs], nowMs);
    budgets.push(budgetOf(target.name, objective, windows));
  }
  return budgets;
}

async function countsOf(
  book: SloBook,
  target: string,
  objective: Objective,
  lengths: readonly number[],
  nowMs: number,
): Promise<ReadonlyMap<number, Counted>> {
  const underMs = objective.kind === "latency" ? objective.underMs : undefined;
  const counted = new Map<number, Counted>();
  for (const length of lengths) counted.set(length, await book.countedSince(target, nowMs - length, underMs));
  return counted;
}
