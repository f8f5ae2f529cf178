import { type Limit, limitFingerprint } from "../notify/spend-incident.ts";
import { budgetOf, burnFinding, type Counted, type ErrorBudget, labelOf, windowsOf } from "../judgement/spend/slo.ts";
import type { Probe } from "../probe/probe.ts";
import type { Objective, Target } from "../probe/target.ts";
import { type ConcludeStore, type ConcludeWorld, concludeLimits } from "./conclude.ts";

export interface SloStore {
  /**
   * For each objective and each window that ends now: the judged runs of its target, and the bad ones: those that
   * failed, or with `underMs` those that took longer. Runs that ended more than ten minutes ago are final.
   */
  countedIn(
    objectives: readonly { readonly target: string; readonly underMs?: number | undefined }[],
    lengthsMs: readonly number[],
    nowMs: number,
  ): Promise<readonly ReadonlyMap<number, Counted>[]>;
}

export interface SloWorld extends ConcludeWorld {
  readonly store: ConcludeStore & SloStore;
  readonly probes: readonly Probe[];
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
export async function checkSlo(world: SloWorld, nowMs: number): Promise<void> {
  const { store, probes } = world;
  const all = objectivesIn(probes);
  const counted = await countsOf(store, all, nowMs);
  const reports = all.map(({ target, objective }, index) => ({
    limit: limitOf(target, objective),
    findingFor: () => burnFinding(objective, counted[index] ?? new Map()),
  }));
  await concludeLimits(world, reports, nowMs, probes[0]?.alerting);
}

/** The rest of every error budget. */
export async function errorBudgets(
  store: SloStore,
  probes: readonly Probe[],
  nowMs: number,
): Promise<readonly ErrorBudget[]> {
  const all = objectivesIn(probes);
  const counted = await countsOf(store, all, nowMs);
  return all.map(({ target, objective }, index) => budgetOf(target.name, objective, counted[index] ?? new Map()));
}

/** One query for all objectives. */
function countsOf(
  store: SloStore,
  all: ReturnType<typeof objectivesIn>,
  nowMs: number,
): Promise<readonly ReadonlyMap<number, Counted>[]> {
  const lengths = new Set(all.flatMap(({ objective }) => windowsOf(objective)));
  const wanted = all.map(({ target, objective }) => ({
    target: target.name,
    underMs: objective.kind === "latency" ? objective.underMs : undefined,
  }));
  return store.countedIn(wanted, [...lengths], nowMs);
}
