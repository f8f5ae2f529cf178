import { nothingFollows } from "../alert/aftermath.ts";
import { advanceLimit, type Limit, limitFingerprint } from "../alert/spend-incident.ts";
import { capFinding, capLabel, nothingUsed, type Pace, paceFinding, type Used, windowOf } from "../judgement/budget.ts";
import type { Finding } from "../judgement/judgement.ts";
import type { Probe } from "../probe/probe.ts";
import type { SpendCap } from "../probe/target.ts";
import { scenarioOf } from "../scenario/resolve.ts";
import { reservationFor } from "./reservation.ts";
import type { WatchWorld } from "./watch.ts";

/** What watching over money and tokens asks of the store. */
export interface SpendBook {
  /** For each time: what the runs of these targets of slots since then have used; what is not known yet as reserved. */
  usedIn(
    targets: readonly string[],
    sinceMs: readonly number[],
    nowMs: number,
  ): Promise<readonly ReadonlyMap<string, Used>[]>;
  /** What each target has used since the beginning of that day (UTC), by the ledger. */
  ledgerSince(dayMs: number): Promise<ReadonlyMap<string, Used>>;
  /** Runs of each target that were skipped for a cap, of slots since then. */
  skippedSince(sinceMs: number): Promise<ReadonlyMap<string, number>>;
}

const hourMs = 3_600_000;

/** One incident for each cap that is reached and for each month's budget that is used up too fast. */
export async function watchSpend(
  { book, probes, receivers }: WatchWorld & { readonly book: SpendBook },
  nowMs: number,
): Promise<void> {
  const caps = capsIn(probes);
  if (caps.length === 0) return;
  const reports = [...(await capReports(book, probes, caps, nowMs)), ...(await paceReports(book, probes, caps, nowMs))];
  const alerting = probes[0]?.alerting;
  for (const { limit, finding } of reports) {
    await book.concludeIncident({
      fingerprint: limitFingerprint(limit),
      conclude: (before) =>
        before === undefined && finding === undefined
          ? nothingFollows
          : advanceLimit(before, limit, finding, nowMs, receivers, alerting),
    });
  }
}

interface Report {
  readonly limit: Limit;
  readonly finding: Finding | undefined;
}

async function capReports(book: SpendBook, probes: readonly Probe[], caps: readonly SpendCap[], nowMs: number) {
  const reports: Report[] = [];
  for (const span of ["hour", "day", "month"] as const) {
    const ofSpan = caps.filter((cap) => cap.span === span);
    if (ofSpan.length === 0) continue;
    const { startMs } = windowOf(span, nowMs);
    const skipped = await book.skippedSince(startMs);
    const [hour] = span === "hour" ? await book.usedIn(targetsIn(probes), [startMs], nowMs) : [];
    const used = hour ?? (await book.ledgerSince(startMs));
    for (const cap of ofSpan) {
      const members = probes.filter(({ target }) => target.spendCaps.some((own) => isSame(own, cap)));
      const names = new Set(members.map(({ target }) => target.name));
      const next = members.map((probe): Used => {
        const { microUsd = 0, tokens, requests } = reservationFor(probe, scenarioOf(probe.scenario));
        return { microUsd, tokens, requests };
      });
      const count = [...names].reduce((sum, name) => sum + (skipped.get(name) ?? 0), 0);
      const finding = capFinding({ cap, used: totalOf(used, names), next, skipped: count }, nowMs);
      reports.push({ limit: { series: `cap/${cap.scope}/${span}`, label: capLabel(cap), scope: cap.scope }, finding });
    }
  }
  return reports;
}

async function paceReports(book: SpendBook, probes: readonly Probe[], caps: readonly SpendCap[], nowMs: number) {
  const months = caps.filter(({ span }) => span === "month");
  if (months.length === 0) return [];
  const starts = [1, 6, 72].map((hours) => nowMs - hours * hourMs);
  const [one = none, six = none, days = none] = await book.usedIn(targetsIn(probes), starts, nowMs);
  const month = await book.ledgerSince(windowOf("month", nowMs).startMs);
  return months.map((cap): Report => {
    const names = new Set(
      probes.filter(({ target }) => target.spendCaps.some((own) => isSame(own, cap))).map(({ target }) => target.name),
    );
    const pace: Pace = {
      lastHour: totalOf(one, names),
      lastSixHours: totalOf(six, names),
      lastThreeDays: totalOf(days, names),
      thisMonth: totalOf(month, names),
    };
    const label = `pace of the ${capLabel(cap)}`;
    const finding = paceFinding(cap, pace, nowMs);
    return { limit: { series: `pace/${cap.scope}/month`, label, scope: cap.scope }, finding };
  });
}

const none: ReadonlyMap<string, Used> = new Map();

function targetsIn(probes: readonly Probe[]): string[] {
  return [...new Set(probes.map(({ target }) => target.name))];
}

/** Every cap of the configuration, once. */
export function capsIn(probes: readonly Probe[]): SpendCap[] {
  const all = probes.flatMap(({ target }) => target.spendCaps);
  return all.filter((cap, index) => all.findIndex((other) => isSame(cap, other)) === index);
}

/** Fingerprints of the incidents that caps may have. */
export function limitsIn(probes: readonly Probe[]): ReadonlySet<string> {
  return new Set(
    capsIn(probes).flatMap(({ scope, span }) =>
      ["cap", "pace"].map((what) => limitFingerprint({ series: `${what}/${scope}/${span}`, label: "", scope })),
    ),
  );
}

function isSame(one: SpendCap, other: SpendCap): boolean {
  return one.scope === other.scope && one.span === other.span;
}

function totalOf(used: ReadonlyMap<string, Used>, names: ReadonlySet<string>): Used {
  let total = nothingUsed;
  for (const name of names) {
    const { microUsd, tokens, requests } = used.get(name) ?? nothingUsed;
    total = {
      microUsd: total.microUsd + microUsd,
      tokens: total.tokens + tokens,
      requests: total.requests + requests,
    };
  }
  return total;
}
