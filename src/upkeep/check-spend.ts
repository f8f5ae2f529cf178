import { nothingFollows } from "../notify/effects.ts";
import { applyLimitReport, type Limit, limitFingerprint } from "../notify/spend-incident.ts";
import {
  capFinding,
  capLabel,
  nothingUsed,
  type Pace,
  paceFinding,
  type Used,
  windowOf,
} from "../judgement/spend/budget.ts";
import type { Finding } from "../judgement/judgement.ts";
import { type Overdraft, overdraftFinding, overdraftHoldMs, withOverdraft } from "../judgement/spend/overdraft.ts";
import type { Probe } from "../probe/probe.ts";
import type { SpendCap } from "../probe/target.ts";
import { scenarioOf } from "../scenario/resolve.ts";
import { reservationFor } from "../run/reservation.ts";
import type { WatchWorld } from "./check-monitor.ts";

/** What watching over money and tokens asks of the store. */
export interface SpendStore {
  /** For each time: what the runs of these targets of slots since then have used; what is not known yet as reserved. */
  usedIn(
    targets: readonly string[],
    sinceMs: readonly number[],
    nowMs: number,
  ): Promise<readonly ReadonlyMap<string, Used>[]>;
  /** For each cap: what its counter, or where it says more the ledger, has in the hour, day or month of that time. */
  usedUnder(caps: readonly SpendCap[], nowMs: number): Promise<readonly Used[]>;
  /** What each target has used from that time on, or since the first whole hour that is known, and since when that is. */
  usedLately(
    sinceMs: number,
    nowMs: number,
  ): Promise<{ readonly sinceMs: number; readonly byTarget: ReadonlyMap<string, Used> }>;
  /** Probes of which a run since then has used more than it was allowed. */
  overdraftsSince(sinceMs: number): Promise<readonly Overdraft[]>;
  /** Runs of each target that were skipped for a cap, of slots since then. */
  skippedSince(sinceMs: number): Promise<ReadonlyMap<string, number>>;
}

const hourMs = 3_600_000;

/** One incident for each cap that is reached, each month's budget that is used up too fast, each target that takes too much. */
export async function watchSpend(
  { book, probes, receivers }: WatchWorld & { readonly book: SpendStore },
  nowMs: number,
): Promise<void> {
  const caps = capsIn(probes);
  const overdrafts = await book.overdraftsSince(nowMs - overdraftHoldMs);
  const reports = [
    ...(await capReports(book, probes, caps, overdrafts, nowMs)),
    ...(await paceReports(book, probes, caps, nowMs)),
    ...overdraftReports(probes, overdrafts, nowMs),
  ];
  const alerting = probes[0]?.alerting;
  for (const { limit, findingFor } of reports) {
    await book.concludeIncident({
      fingerprint: limitFingerprint(limit),
      conclude(before) {
        const finding = findingFor(before?.state === "open" || before?.state === "acknowledged");
        return before === undefined && finding === undefined
          ? nothingFollows
          : applyLimitReport(before, limit, finding, nowMs, receivers, alerting);
      },
    });
  }
}

interface Report {
  readonly limit: Limit;
  /** What keeps an incident open that is so already may be too little to open one for. */
  findingFor(isOpen: boolean): Finding | undefined;
}

async function capReports(
  book: SpendStore,
  probes: readonly Probe[],
  caps: readonly SpendCap[],
  overdrafts: readonly Overdraft[],
  nowMs: number,
) {
  if (caps.length === 0) return [];
  const reports: Report[] = [];
  const used = await book.usedUnder(caps, nowMs);
  const runs = probes.map((probe) => ({ probe, ...reservationFor(probe, scenarioOf(probe.scenario)) }));
  for (const span of ["hour", "day", "month"] as const) {
    if (!caps.some((cap) => cap.span === span)) continue;
    const skipped = await book.skippedSince(windowOf(span, nowMs).startMs);
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

async function paceReports(book: SpendStore, probes: readonly Probe[], caps: readonly SpendCap[], nowMs: number) {
  const months = caps.filter(({ span }) => span === "month");
  if (months.length === 0) return [];
  const starts = [1, 6, 72].map((hours) => nowMs - hours * hourMs);
  const [one = none, six = none, days = none] = await book.usedIn(targetsIn(probes), starts, nowMs);
  const used = await book.usedUnder(months, nowMs);
  return months.map((cap, index): Report => {
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
 * A target's, as one: what one of its probes meets, the others soon meet too. Where an incident says already that a probe
 * uses more than it did, none is opened to say it again.
 */
function overdraftReports(probes: readonly Probe[], overdrafts: readonly Overdraft[], nowMs: number): Report[] {
  return [...Map.groupBy(probes, ({ target }) => target.name)].flatMap(([name, members]) => {
    const known = overdrafts.filter(({ probeId }) => members.some(({ id }) => id === probeId));
    if (known.length === 0) return [];
    const seen = known.filter((it) => members.some((probe) => isOf(it, probe)));
    const untold = seen.filter(({ isExplained }) => !isExplained);
    const findingFor = (isOpen: boolean) => overdraftFinding(isOpen ? seen : untold, nowMs);
    return [{ limit: overdraftLimit(name), findingFor }];
  });
}

/** What another model took says nothing of this one. */
function isOf({ probeId, model }: Overdraft, probe: Probe): boolean {
  return probeId === probe.id && model === probe.target.model;
}

function overdraftLimit(target: string): Limit {
  return { series: "overdraft", label: `what is reserved for runs of ${target}`, scope: `target/${target}` };
}

const none: ReadonlyMap<string, Used> = new Map();

/** Names of all targets that probes may ask: their own, and what they fall back to. */
function targetsIn(probes: readonly Probe[]): string[] {
  const names = probes.flatMap((probe) => {
    const { billedTo } = reservationFor(probe, scenarioOf(probe.scenario));
    return billedTo === undefined ? [probe.target.name] : [probe.target.name, billedTo];
  });
  return [...new Set(names)];
}

/** Every cap that a probe comes under, once. */
export function capsIn(probes: readonly Probe[]): SpendCap[] {
  const all = probes.flatMap((probe) => reservationFor(probe, scenarioOf(probe.scenario)).caps);
  return all.filter((cap, index) => all.findIndex((other) => isSame(cap, other)) === index);
}

/** Fingerprints of the incidents that caps and what is reserved under them may have. */
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

/** What the targets that a cap is about have used together. */
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
