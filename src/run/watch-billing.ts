import { nothingFollows } from "../alert/aftermath.ts";
import { advanceLimit, type Limit, limitFingerprint } from "../alert/spend-incident.ts";
import { type Figures, type Ours, reconcile, type Window } from "../judgement/reconcile.ts";
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
/** A window is of as many looks as make six hours, or of two looks further apart. */
const windowMs = 6 * 3_600_000;

function billingLimit({ target }: Probe): Limit {
  return { series: "billing", label: "ledger and provider agree", scope: `target/${target.name}` };
}

/** The probes that look at a provider's figures. */
function billingProbes(probes: readonly Probe[]): readonly Probe[] {
  return probes.filter(({ scenario, target }) => scenario.name === billingFiguresName && target.audit?.billing);
}

/** Fingerprints of the incidents that billing sources may have. */
export function billingLimits(probes: readonly Probe[]): readonly string[] {
  return billingProbes(probes).map((probe) => limitFingerprint(billingLimit(probe)));
}

/** One incident for each billing source whose figures and our ledger drift apart. */
export async function watchBilling(
  { book, probes, receivers }: WatchWorld & { readonly book: BillingBook },
  nowMs: number,
): Promise<void> {
  for (const probe of billingProbes(probes)) {
    const windows = await windowsOf(book, probe, probes, nowMs);
    const finding = reconcile(windows);
    const limit = billingLimit(probe);
    await book.concludeIncident({
      fingerprint: limitFingerprint(limit),
      conclude: (before) =>
        before === undefined && finding === undefined
          ? nothingFollows
          : advanceLimit(before, limit, finding, nowMs, receivers, probe.alerting),
    });
  }
}

async function windowsOf(book: BillingBook, probe: Probe, probes: readonly Probe[], nowMs: number): Promise<Window[]> {
  const { billing } = probe.target.audit ?? {};
  if (billing === undefined) return [];
  const looks = await book.figuresOf(probe.id, nowMs - 2 * dayMs);
  const all = looks.map(({ atMs, numbers }) => figuresIn(atMs, numbers, billingSources[billing.kind].usdPerUnit ?? 1));
  const edges = all.filter((look, index) => index === 0 || isEdge(all, index, look));
  const key = JSON.stringify(probe.target.key);
  const sharing = [
    ...new Set(probes.flatMap(({ target }) => (JSON.stringify(target.key) === key ? [target.name] : []))),
  ];
  const windows: Window[] = [];
  for (const [index, to] of edges.entries()) {
    const from = edges[index - 1];
    if (from === undefined) continue;
    // What the provider shows at a time is what had happened so long before.
    const ours = await book.oursBetween(sharing, from.atMs - billing.lagMs, to.atMs - billing.lagMs);
    windows.push({ from, to, ours });
  }
  return windows;
}

/** Looks that lie a whole window after the last edge. */
function isEdge(all: readonly Figures[], index: number, { atMs }: Figures): boolean {
  const firstMs = all[0]?.atMs ?? atMs;
  const before = all[index - 1]?.atMs ?? atMs;
  return Math.floor((atMs - firstMs) / windowMs) > Math.floor((before - firstMs) / windowMs);
}

function figuresIn(atMs: number, numbers: NumbersRead, usdPerUnit: number): Figures {
  const { requests, tokens, input, output, usd } = numbers;
  const counted = tokens ?? (input === undefined || output === undefined ? undefined : input + output);
  return { atMs, requests, tokens: counted, microUsd: usd === undefined ? undefined : microUsd(usd * usdPerUnit) };
}
