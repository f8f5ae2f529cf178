import { nothingFollows } from "../alert/aftermath.ts";
import { advanceLimit, type Limit, limitFingerprint } from "../alert/spend-incident.ts";
import { type Figures, growingGap, type Ours, reconcile, type Window } from "../judgement/reconcile.ts";
import type { Probe } from "../probe/probe.ts";
import { billingSources } from "../scenario/billing-sources.ts";
import { billingFiguresName } from "../scenario/billing-figures.ts";
import { microUsd } from "../std/money.ts";
import type { WatchWorld } from "./watch.ts";

/** What comparing the ledger with the provider asks of the store. */
export interface BillingBook {
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
/** Of the four windows that are looked at. */
const mostEdges = 5;

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
  world: WatchWorld & { readonly book: BillingBook },
  nowMs: number,
) => Promise<void> {
  const compared = new Map<string, { readonly lastMs: number; readonly windows: readonly Window[] }>();

  return async ({ book, probes, receivers }, nowMs) => {
    for (const probe of billingProbes(probes)) {
      const edges = await edgesOf(book, probe, nowMs);
      const lastMs = edges.at(-1)?.atMs ?? 0;
      const before = compared.get(probe.id);
      if (before?.lastMs === lastMs) continue;
      const windows = await windowsOf(book, probe, probes, edges, before?.windows ?? []);
      for (const [limit, finding] of [
        [billingLimit(probe), reconcile(windows)],
        [growthLimit(probe), growingGap(windows)],
      ] as const) {
        await book.concludeIncident({
          fingerprint: limitFingerprint(limit),
          conclude: (incident) =>
            incident === undefined && finding === undefined
              ? nothingFollows
              : advanceLimit(incident, limit, finding, nowMs, receivers, probe.alerting),
        });
      }
      compared.set(probe.id, { lastMs, windows });
    }
  };
}

/** The looks that windows begin and end with, oldest first. */
async function edgesOf(book: BillingBook, probe: Probe, nowMs: number): Promise<readonly Figures[]> {
  const { billing } = probe.target.audit ?? {};
  if (billing === undefined) return [];
  const looks = await book.figuresOf(probe.id, nowMs - 2 * dayMs);
  const { usdPerUnit = 1 } = billingSources[billing.kind];
  return looks
    .filter(({ atMs }, index) => index === 0 || quarterOf(atMs) > quarterOf(looks[index - 1]?.atMs ?? atMs))
    .slice(-mostEdges)
    .map(({ atMs, numbers }) => figuresIn(atMs, numbers, usdPerUnit));
}

function quarterOf(atMs: number): number {
  return Math.floor(atMs / windowMs);
}

async function windowsOf(
  book: BillingBook,
  probe: Probe,
  probes: readonly Probe[],
  edges: readonly Figures[],
  known: readonly Window[],
): Promise<Window[]> {
  const lagMs = probe.target.audit?.billing?.lagMs ?? 0;
  const key = JSON.stringify(probe.target.key);
  const sharing = [
    ...new Set(probes.flatMap(({ target }) => (JSON.stringify(target.key) === key ? [target.name] : []))),
  ];
  const windows: Window[] = [];
  for (const [index, to] of edges.entries()) {
    const from = edges[index - 1];
    if (from === undefined) continue;
    const same = known.find((one) => one.from.atMs === from.atMs && one.to.atMs === to.atMs);
    if (same !== undefined) {
      windows.push(same);
      continue;
    }
    // What the provider shows at a time is what had happened so long before.
    const ours = await book.oursBetween(sharing, from.atMs - lagMs, to.atMs - lagMs);
    windows.push({ from, to, ours });
  }
  return windows;
}

function figuresIn(atMs: number, numbers: NumbersRead, usdPerUnit: number): Figures {
  const { requests, tokens, input, output, usd } = numbers;
  const counted = tokens ?? (input === undefined || output === undefined ? undefined : input + output);
  return { atMs, requests, tokens: counted, microUsd: usd === undefined ? undefined : microUsd(usd * usdPerUnit) };
}
