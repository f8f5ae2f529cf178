import { nothingFollows } from "../notify/effects.ts";
import { applyLimitReport, type Limit, limitFingerprint } from "../notify/spend-incident.ts";
import { type Figures, growingGap, type Ours, reconcile, type Window } from "../judgement/spend/reconcile.ts";
import type { Probe } from "../probe/probe.ts";
import { billingSources } from "../scenario/billing-sources.ts";
import { billingFiguresName } from "../scenario/billing-figures.ts";
import { microUsd } from "../std/money.ts";
import type { WatchWorld } from "./check-monitor.ts";

/** What comparing the ledger with the provider asks of the store. */
export interface BillingStore {
  /** What each look at the provider's figures has read, oldest first, by the time of its slot. */
  figuresOf(
    probeId: string,
    sinceMs: number,
  ): Promise<readonly { readonly atMs: number; readonly numbers: NumbersRead }[]>;
  /** What these targets have used in runs of slots from `fromMs` to before `toMs`. */
  oursBetween(targets: readonly string[], fromMs: number, toMs: number): Promise<Ours>;
}

export type NumbersRead = Readonly<Record<string, number>>;

const dayMs = 86_400_000;
/** A window lies between the first looks of two quarters of a day (UTC), or between two looks further apart. */
const windowMs = 6 * 3_600_000;
/** How many windows are looked at. */
const mostWindows = 4;
/** Looks that may be needed for so many windows, where the figures begin anew now and then. */
const mostLooks = 8;

function billingLimit({ target }: Probe): Limit {
  return { series: "billing", label: "ledger and provider agree", scope: `target/${target.name}` };
}

function growthLimit({ target }: Probe): Limit {
  return { series: "billing/growth", label: "gap between ledger and provider", scope: `target/${target.name}` };
}

/** The probes that look at a provider's figures. */
function billingProbes(probes: readonly Probe[]): readonly Probe[] {
  return probes.filter(({ scenario, target }) => scenario.name === billingFiguresName && target.audit?.billing);
}

/** Fingerprints of the incidents that billing sources may have. */
export function billingLimits(probes: readonly Probe[]): readonly string[] {
  return billingProbes(probes).flatMap((probe) =>
    [billingLimit(probe), growthLimit(probe)].map((limit) => limitFingerprint(limit)),
  );
}

/**
 * One incident for each billing source whose figures and our ledger drift apart, and one for a gap that grows. Between
 * two windows nothing is added up: what was compared once is remembered.
 */
export function createBillingWatch(): (
  world: WatchWorld & { readonly book: BillingStore },
  nowMs: number,
) => Promise<void> {
  const compared = new Map<string, { readonly lastMs: number; readonly windows: readonly Window[] }>();

  return async ({ book, probes, receivers }, nowMs) => {
    for (const probe of billingProbes(probes)) {
      const stretches = await stretchesOf(book, probe, nowMs);
      const lastMs = stretches.at(-1)?.at(-1)?.atMs ?? 0;
      const before = compared.get(probe.id);
      if (before?.lastMs === lastMs) continue;
      const windows = await windowsOf(book, probe, probes, stretches, before?.windows ?? []);
      for (const [limit, finding] of [
        [billingLimit(probe), reconcile(windows)],
        [growthLimit(probe), growingGap(windows)],
      ] as const) {
        await book.concludeIncident({
          fingerprint: limitFingerprint(limit),
          conclude: (incident) =>
            incident === undefined && finding === undefined
              ? nothingFollows
              : applyLimitReport(incident, limit, finding, nowMs, receivers, probe.alerting),
        });
      }
      compared.set(probe.id, { lastMs, windows });
    }
  };
}

/**
 * The looks that windows begin and end with, oldest first, in stretches in which the figures did not begin anew. A window
 * never spans two; one that would is cut at the last look before, so that a source of daily figures has windows as well.
 */
async function stretchesOf(book: BillingStore, probe: Probe, nowMs: number): Promise<readonly (readonly Figures[])[]> {
  const { billing } = probe.target.audit ?? {};
  if (billing === undefined) return [];
  const { usdPerUnit = 1, isDaily } = billingSources[billing.kind];
  const everyMs = probe.cadence.kind === "every" ? probe.cadence.everyMs : dayMs;
  const looks = await book.figuresOf(probe.id, nowMs - Math.max(2 * dayMs, mostLooks * everyMs));
  const stretches: Figures[][] = [];
  for (const { atMs, numbers } of looks) {
    const look = figuresIn(atMs, numbers, usdPerUnit);
    const before = stretches.at(-1)?.at(-1);
    if (before === undefined || beginsAnew(before, look, isDaily)) stretches.push([look]);
    else stretches.at(-1)?.push(look);
  }
  return stretches.map((looksOf, index) => edgesIn(looksOf, index < stretches.length - 1));
}

function beginsAnew(before: Figures, after: Figures, isDaily = false): boolean {
  if (isDaily && dayOf(before.atMs) !== dayOf(after.atMs)) return true;
  return (["requests", "tokens", "microUsd"] as const).some((unit) => (after[unit] ?? Infinity) < (before[unit] ?? 0));
}

/** The first of each quarter, and of a stretch that has ended its last. */
function edgesIn(looks: readonly Figures[], hasEnded: boolean): Figures[] {
  return looks.filter(({ atMs }, index) => {
    const before = looks[index - 1];
    return before === undefined || quarterOf(atMs) > quarterOf(before.atMs) || (hasEnded && index === looks.length - 1);
  });
}

const dayOf = (atMs: number): number => Math.floor(atMs / dayMs);

function quarterOf(atMs: number): number {
  return Math.floor(atMs / windowMs);
}

async function windowsOf(
  book: BillingStore,
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
    // What the provider shows at a time is what had happened so long before, of a day's figures on that day.
    const fromMs = Math.max(from.atMs - lagMs, isDaily ? dayOf(to.atMs) * dayMs : 0);
    windows.push(same ?? { from, to, ours: await book.oursBetween(sharing, fromMs, to.atMs - lagMs) });
  }
  return windows;
}

function figuresIn(atMs: number, numbers: NumbersRead, usdPerUnit: number): Figures {
  const { requests, tokens, input, output, usd } = numbers;
  const counted = tokens ?? (input === undefined || output === undefined ? undefined : input + output);
  return { atMs, requests, tokens: counted, microUsd: usd === undefined ? undefined : microUsd(usd * usdPerUnit) };
}
