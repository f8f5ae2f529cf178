import { type Limit, limitFingerprint } from "../notify/spend-incident.ts";
import { type Figures, growingGap, type Ours, reconcile, type Window } from "../judgement/spend/reconcile.ts";
import type { Probe } from "../probe/probe.ts";
import { billingSources } from "../scenario/billing-sources.ts";
import { billingFiguresName } from "../scenario/billing-figures.ts";
import { microUsd } from "../std/money.ts";
import { dayMs, hourMs } from "../std/duration.ts";
import { type ConcludeStore, type ConcludeWorld, concludeLimits } from "./conclude.ts";

export interface BillingStore {
  /** The figures that each run of a billing probe read, oldest first, by the time of its slot. */
  figuresOf(
    probeId: string,
    sinceMs: number,
  ): Promise<readonly { readonly atMs: number; readonly numbers: NumbersRead }[]>;
  /** What these targets used in runs of slots from `fromMs` to before `toMs`. */
  oursBetween(targets: readonly string[], fromMs: number, toMs: number): Promise<Ours>;
}

export type NumbersRead = Readonly<Record<string, number>>;

/** A window lies between the first readings of two quarters of a day (UTC), or between two readings further apart. */
const windowMs = 6 * hourMs;
/** How many windows are compared. */
const mostWindows = 4;
/** Readings that so many windows may need, as the figures sometimes restart at zero. */
const mostReadings = 8;

function billingLimit({ target }: Probe): Limit {
  return { series: "billing", label: "ledger and provider agree", scope: `target/${target.name}` };
}

function growthLimit({ target }: Probe): Limit {
  return { series: "billing/growth", label: "gap between ledger and provider", scope: `target/${target.name}` };
}

/** The probes that read a provider's figures. */
function billingProbes(probes: readonly Probe[]): readonly Probe[] {
  return probes.filter(({ scenario, target }) => scenario.name === billingFiguresName && target.audit?.billing);
}

/** Fingerprints of the incidents that billing sources may have. */
export function billingLimits(probes: readonly Probe[]): readonly string[] {
  return billingProbes(probes).flatMap((probe) =>
    [billingLimit(probe), growthLimit(probe)].map((limit) => limitFingerprint(limit)),
  );
}

export interface BillingWorld extends ConcludeWorld {
  readonly store: ConcludeStore & BillingStore;
  readonly probes: readonly Probe[];
}

/**
 * One incident for each billing source whose figures disagree with our ledger, and one for a gap that grows. Remembers
 * what it compared: between two windows it sums nothing again.
 */
export function createBillingCheck(): (world: BillingWorld, nowMs: number) => Promise<void> {
  const compared = new Map<string, { readonly lastMs: number; readonly windows: readonly Window[] }>();

  return async (world, nowMs) => {
    const { store, probes } = world;
    for (const probe of billingProbes(probes)) {
      const stretches = await stretchesOf(store, probe, nowMs);
      const lastMs = stretches.at(-1)?.at(-1)?.atMs ?? 0;
      const before = compared.get(probe.id);
      if (before?.lastMs === lastMs) continue;
      const windows = await windowsOf(store, probe, probes, stretches, before?.windows ?? []);
      const reports = [
        { limit: billingLimit(probe), findingFor: () => reconcile(windows) },
        { limit: growthLimit(probe), findingFor: () => growingGap(windows) },
      ];
      await concludeLimits(world, reports, nowMs, probe.alerting);
      compared.set(probe.id, { lastMs, windows });
    }
  };
}

/**
 * The readings at which windows begin and end, oldest first, in stretches during which the figures did not restart. A
 * window never spans two stretches: it is cut at the last reading before a restart, so that daily figures have windows too.
 */
async function stretchesOf(store: BillingStore, probe: Probe, nowMs: number): Promise<readonly (readonly Figures[])[]> {
  const { billing } = probe.target.audit ?? {};
  if (billing === undefined) return [];
  const { usdPerUnit = 1, isDaily } = billingSources[billing.kind];
  const everyMs = probe.cadence.kind === "every" ? probe.cadence.everyMs : dayMs;
  const readings = await store.figuresOf(probe.id, nowMs - Math.max(2 * dayMs, mostReadings * everyMs));
  const stretches: Figures[][] = [];
  for (const { atMs, numbers } of readings) {
    const reading = figuresIn(atMs, numbers, usdPerUnit);
    const before = stretches.at(-1)?.at(-1);
    if (before === undefined || restarts(before, reading, isDaily)) stretches.push([reading]);
    else stretches.at(-1)?.push(reading);
  }
  return stretches.map((readings, index) => edgesIn(readings, index < stretches.length - 1));
}

function restarts(before: Figures, after: Figures, isDaily = false): boolean {
  if (isDaily && dayOf(before.atMs) !== dayOf(after.atMs)) return true;
  return (["requests", "tokens", "microUsd"] as const).some((unit) => (after[unit] ?? Infinity) < (before[unit] ?? 0));
}

/** The first reading of each quarter, and the last one of a stretch that has ended. */
function edgesIn(readings: readonly Figures[], hasEnded: boolean): Figures[] {
  return readings.filter(({ atMs }, index) => {
    const before = readings[index - 1];
    return (
      before === undefined || quarterOf(atMs) > quarterOf(before.atMs) || (hasEnded && index === readings.length - 1)
    );
  });
}

const dayOf = (atMs: number): number => Math.floor(atMs / dayMs);

function quarterOf(atMs: number): number {
  return Math.floor(atMs / windowMs);
}

async function windowsOf(
  store: BillingStore,
  probe: Probe,
  probes: readonly Probe[],
  stretches: readonly (readonly Figures[])[],
  known: readonly Window[],
): Promise<Window[]> {
  const { billing } = probe.target.audit ?? {};
  const lagMs = billing?.lagMs ?? 0;
  const isDaily = billing !== undefined && billingSources[billing.kind].isDaily === true;
  const key = JSON.stringify(probe.target.key);
  const sharing = [
    ...new Set(probes.flatMap(({ target }) => (JSON.stringify(target.key) === key ? [target.name] : []))),
  ];
  const ends = stretches.flatMap((edges) =>
    edges.flatMap((to, index) => {
      const from = edges[index - 1];
      return from === undefined ? [] : { from, to };
    }),
  );
  const windows: Window[] = [];
  for (const { from, to } of ends.slice(-mostWindows)) {
    const same = known.find((one) => one.from.atMs === from.atMs && one.to.atMs === to.atMs);
    // The provider shows usage with this lag; daily figures show only what happened on that day.
    const fromMs = Math.max(from.atMs - lagMs, isDaily ? dayOf(to.atMs) * dayMs : 0);
    windows.push(same ?? { from, to, ours: await store.oursBetween(sharing, fromMs, to.atMs - lagMs) });
  }
  return windows;
}

function figuresIn(atMs: number, numbers: NumbersRead, usdPerUnit: number): Figures {
  const { requests, tokens, input, output, usd } = numbers;
  const counted = tokens ?? (input === undefined || output === undefined ? undefined : input + output);
  const money = usd === undefined ? undefined : microUsd(usd * usdPerUnit);
  return { atMs, requests, tokens: counted, microUsd: Number.isSafeInteger(money) ? money : undefined };
}
