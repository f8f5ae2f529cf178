import { nothingFollows } from "../notify/effects.ts";
import { applyLimitReport, type Limit, limitFingerprint } from "../notify/spend-incident.ts";
import { budgetOf, burnFinding, type Counted, type ErrorBudget, labelOf, windowsOf } from "../judgement/spend/slo.ts";
import type { Probe } from "../probe/probe.ts";
import type { Objective, Target } from "../probe/target.ts";
import type { WatchWorld } from "./check-monitor.ts";

/** What objectives ask of the store. */
export interface SloStore {
  /**
   * For each objective and each length of time up to now: runs of its target that could be judged, and the bad ones,
   * those that failed, or with `underMs` those that took longer. Runs that have ended but for ten minutes are final.
   */
  countedIn(
    objectives: readonly { readonly target: string; readonly underMs?: number | undefined }[],
    lengthsMs: readonly number[],
    nowMs: number,
  ): Promise<readonly ReadonlyMap<number, Counted>[]>;
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
  { book, probes, receivers }: WatchWorld & { readonly book: SloStore },
  nowMs: number,
): Promise<void> {
  const all = objectivesIn(probes);
  const counted = await countsOf(book, all, nowMs);
  for (const [index, { target, objective }] of all.entries()) {
    const finding = burnFinding(objective, counted[index] ?? new Map());
    const limit = limitOf(target, objective);
    await book.concludeIncident({
      fingerprint: limitFingerprint(limit),
      conclude: (before) =>
        before === undefined && finding === undefined
          ? nothingFollows
          : applyLimitReport(before, limit, finding, nowMs, receivers, probes[0]?.alerting),
    });
  }
}

/** What is left of every error budget, for status and programs. */
export async function errorBudgets(
  book: SloStore,
  probes: readonly Probe[],
  nowMs: number,
): Promise<readonly ErrorBudget[]> {
  const all = objectivesIn(probes);
  const counted = await countsOf(book, all, nowMs);
  return all.map(({ target, objective }, index) => budgetOf(target.name, objective, counted[index] ?? new Map()));
}

/** One question for all: nothing is asked where there are no objectives. */
function countsOf(
  book: SloStore,
  all: ReturnType<typeof objectivesIn>,
  nowMs: number,
): Promise<readonly ReadonlyMap<number, Counted>[]> {
  const lengths = new Set(all.flatMap(({ objective }) => windowsOf(objective)));
  const wanted = all.map(({ target, objective }) => ({
    target: target.name,
    underMs: objective.kind === "latency" ? objective.underMs : undefined,
  }));
  return book.countedIn(wanted, [...lengths], nowMs);
}
