import { type Limit, limitFingerprint } from "../notify/spend-incident.ts";
import {
  capFinding,
  capLabel,
  nothingUsed,
  type Pace,
  paceFinding,
  type Used,
  windowOf,
} from "../judgement/spend/budget.ts";
import { type Overdraft, overdraftFinding, overdraftHoldMs, withOverdraft } from "../judgement/spend/overdraft.ts";
import type { Probe } from "../probe/probe.ts";
import type { SpendCap } from "../probe/target.ts";
import { scenarioOf } from "../scenario/resolve.ts";
import { reservationFor } from "../run/reservation.ts";
import { hourMs } from "../std/duration.ts";
import { type ConcludeStore, type ConcludeWorld, concludeLimits, type LimitReport } from "./conclude.ts";

export interface SpendStore {
  /** For each time: what runs of these targets, of slots since then, used; what is not known yet counts as reserved. */
  usedIn(
    targets: readonly string[],
    sinceMs: readonly number[],
    nowMs: number,
  ): Promise<readonly ReadonlyMap<string, Used>[]>;
  /** For each cap: the larger of its counter and the ledger, in the hour, day or month of that time. */
  usedUnder(caps: readonly SpendCap[], nowMs: number): Promise<readonly Used[]>;
  /** What each target used since then, or since the first whole hour on record; `sinceMs` says which. */
  usedLately(
    sinceMs: number,
    nowMs: number,
  ): Promise<{ readonly sinceMs: number; readonly byTarget: ReadonlyMap<string, Used> }>;
  /** Probes of which a run since then used more than was reserved for it. */
  overdraftsSince(sinceMs: number): Promise<readonly Overdraft[]>;
  /** By target: runs of slots since then that were skipped because of a cap. */
  skippedSince(sinceMs: number): Promise<ReadonlyMap<string, number>>;
}

export interface SpendWorld extends ConcludeWorld {
  readonly store: ConcludeStore & SpendStore;
  readonly probes: readonly Probe[];
}

/** One incident for each cap that is reached, each monthly budget that is used too fast, each target over its reservation. */
export async function checkSpend(world: SpendWorld, nowMs: number): Promise<void> {
  const { store, probes } = world;
  const caps = capsIn(probes);
  const overdrafts = await store.overdraftsSince(nowMs - overdraftHoldMs);
  const reports = [
    ...(await capReports(store, probes, caps, overdrafts, nowMs)),
    ...(await paceReports(store, probes, caps, nowMs)),
    ...overdraftReports(probes, overdrafts, nowMs),
  ];
  await concludeLimits(world, reports, nowMs, probes[0]?.alerting);
}

async function capReports(
  store: SpendStore,
  probes: readonly Probe[],
  caps: readonly SpendCap[],
  overdrafts: readonly Overdraft[],
  nowMs: number,
) {
  if (caps.length === 0) return [];
  const reports: LimitReport[] = [];
  const used = await store.usedUnder(caps, nowMs);
  const runs = probes.map((probe) => ({ probe, ...reservationFor(probe, scenarioOf(probe.scenario, probe.target)) }));
  for (const span of ["hour", "day", "month"] as const) {
    if (!caps.some((cap) => cap.span === span)) continue;
    const skipped = await store.skippedSince(windowOf(span, nowMs).startMs);
    for (const [index, cap] of caps.entries()) {
      if (cap.span !== span) continue;
      const members = runs.filter((run) => run.caps.some((own) => isSame(own, cap)));
      const next = members.map(({ probe, microUsd = 0, tokens, requests }) =>
        withOverdraft(
          { microUsd, tokens, requests },
          overdrafts.find((it) => isOf(it, probe)),
        ),
      );
      const names = new Set(members.map(({ probe }) => probe.target.name));
      const count = [...names].reduce((sum, name) => sum + (skipped.get(name) ?? 0), 0);
      const finding = capFinding({ cap, used: used[index] ?? nothingUsed, next, skipped: count }, nowMs);
      const limit = { series: `cap/${cap.scope}/${span}`, label: capLabel(cap), scope: cap.scope };
      reports.push({ limit, findingFor: () => finding });
    }
  }
  return reports;
}

async function paceReports(store: SpendStore, probes: readonly Probe[], caps: readonly SpendCap[], nowMs: number) {
  const months = caps.filter(({ span }) => span === "month");
  if (months.length === 0) return [];
  const starts = [1, 6, 72].map((hours) => nowMs - hours * hourMs);
  const [one = none, six = none, days = none] = await store.usedIn(targetsIn(probes), starts, nowMs);
  const used = await store.usedUnder(months, nowMs);
  return months.map((cap, index): LimitReport => {
    const pace: Pace = {
      lastHour: totalUnder(cap, one),
      lastSixHours: totalUnder(cap, six),
      lastThreeDays: totalUnder(cap, days),
      thisMonth: used[index] ?? nothingUsed,
    };
    const label = `pace of the ${capLabel(cap)}`;
    const finding = paceFinding(cap, pace, nowMs);
    return { limit: { series: `pace/${cap.scope}/month`, label, scope: cap.scope }, findingFor: () => finding };
  });
}

/**
 * One report for each target: what one of its probes meets, the others soon meet too. No incident opens where another one
 * already says that a probe uses more than before.
 */
function overdraftReports(probes: readonly Probe[], overdrafts: readonly Overdraft[], nowMs: number): LimitReport[] {
  return [...Map.groupBy(probes, ({ target }) => target.name)].flatMap(([name, members]) => {
    const known = overdrafts.filter(({ probeId }) => members.some(({ id }) => id === probeId));
    if (known.length === 0) return [];
    const seen = known.filter((it) => members.some((probe) => isOf(it, probe)));
    const unexplained = seen.filter(({ isExplained }) => !isExplained);
    const findingFor = (isOpen: boolean) => overdraftFinding(isOpen ? seen : unexplained, nowMs);
    return [{ limit: overdraftLimit(name), findingFor }];
  });
}

/** What another model used says nothing about this one. */
function isOf({ probeId, model }: Overdraft, probe: Probe): boolean {
  return probeId === probe.id && model === probe.target.model;
}

function overdraftLimit(target: string): Limit {
  return { series: "overdraft", label: `what is reserved for runs of ${target}`, scope: `target/${target}` };
}

const none: ReadonlyMap<string, Used> = new Map();

/** Names of all targets that probes may call: their own and their fallbacks. */
function targetsIn(probes: readonly Probe[]): string[] {
  const names = probes.flatMap((probe) => {
    const { billedTo } = reservationFor(probe, scenarioOf(probe.scenario, probe.target));
    return billedTo === undefined ? [probe.target.name] : [probe.target.name, billedTo];
  });
  return [...new Set(names)];
}

/** Every cap that applies to a probe, once. */
export function capsIn(probes: readonly Probe[]): SpendCap[] {
  const all = probes.flatMap((probe) => reservationFor(probe, scenarioOf(probe.scenario, probe.target)).caps);
  return all.filter((cap, index) => all.findIndex((other) => isSame(cap, other)) === index);
}

/** Fingerprints of the incidents that caps and reservations may have. */
export function limitsIn(probes: readonly Probe[]): ReadonlySet<string> {
  const ofCaps = capsIn(probes).flatMap(({ scope, span }) =>
    ["cap", "pace"].map((what): Limit => ({ series: `${what}/${scope}/${span}`, label: "", scope })),
  );
  return new Set(
    [...ofCaps, ...probes.map(({ target }) => overdraftLimit(target.name))].map((limit) => limitFingerprint(limit)),
  );
}

function isSame(one: SpendCap, other: SpendCap): boolean {
  return one.scope === other.scope && one.span === other.span;
}

/** What the targets under a cap used together. */
export function totalUnder({ scope, targets }: SpendCap, used: ReadonlyMap<string, Used>): Used {
  let total = nothingUsed;
  for (const [name, { microUsd, tokens, requests }] of used) {
    if (scope !== "all" && scope !== `target/${name}` && targets?.includes(name) !== true) continue;
    total = {
      microUsd: total.microUsd + microUsd,
      tokens: total.tokens + tokens,
      requests: total.requests + requests,
    };
  }
  return total;
}
