import { formatMicroUsd } from "../std/money.ts";
import type { Finding } from "./judgement.ts";

/** What the provider has counted up to a time; some tell no requests, some no tokens. */
export interface Figures {
  readonly atMs: number;
  readonly microUsd?: number | undefined;
  readonly tokens?: number | undefined;
  readonly requests?: number | undefined;
}

/** What we have counted between two looks at the provider's figures, for every target of the key. */
export interface Ours {
  readonly microUsd: number;
  readonly tokens: number;
  readonly requests: number;
  /** Attempts after the first. */
  readonly retries: number;
  /** Requests that got no reply, or an error. */
  readonly failed: number;
}

export interface Window {
  readonly from: Figures;
  readonly to: Figures;
  readonly ours: Ours;
}

const units = ["requests", "tokens", "microUsd"] as const;
type Unit = (typeof units)[number];

/** Two of a hundred, and no less than a few: figures are rounded, and requests fly over the edge of a window. */
const tolerance = 0.02;
const least: Readonly<Record<Unit, number>> = { requests: 2, tokens: 200, microUsd: 2000 };
/** Windows that have to agree: what is only late is made up for in the next. */
const inARow = 2;

/**
 * Ledger against provider, oldest window first. A gap that the newest windows share, in the same direction, is a finding
 * with the reasons that the numbers allow. A running total that went back began anew: that window says nothing.
 */
export function reconcile(windows: readonly Window[]): Finding | undefined {
  const newest = windows.slice(-inARow);
  if (newest.length < inARow) return undefined;
  const unit = units.findLast((one) => {
    const gaps = newest.map((window) => gapOf(window, one));
    const first = gaps[0];
    return (
      first !== undefined &&
      first !== 0 &&
      gaps.every((gap) => gap !== undefined && Math.sign(gap) === Math.sign(first))
    );
  });
  if (unit === undefined) return undefined;
  const [theirs, ours] = [totalOf(newest, unit), newest.reduce((sum, window) => sum + window.ours[unit], 0)];
  return {
    kind: "budget",
    severity: "risky",
    subject: "ledger and provider",
    expected: `${say(unit, ours)} by our ledger`,
    observed: `${say(unit, theirs)} by the provider's figures, over ${newest.length} windows`,
    why: reasonsOf(newest).join("; or "),
  };
}

/** Beyond the tolerance: how much more the provider has counted. 0: they agree. undefined: cannot be said. */
function gapOf({ from, to, ours }: Window, unit: Unit): number | undefined {
  const [before, after] = [from[unit], to[unit]];
  if (before === undefined || after === undefined || after < before) return undefined;
  const gap = after - before - ours[unit];
  return Math.abs(gap) <= Math.max(least[unit], tolerance * ours[unit]) ? 0 : gap;
}

function totalOf(windows: readonly Window[], unit: Unit): number {
  return windows.reduce((sum, { from, to }) => sum + (to[unit] ?? 0) - (from[unit] ?? 0), 0);
}

/** What can be told apart by the numbers; several may be left. */
function reasonsOf(windows: readonly Window[]): string[] {
  const sum = (pick: (ours: Ours) => number): number => windows.reduce((total, { ours }) => total + pick(ours), 0);
  const requests = windows.every(({ to }) => to.requests !== undefined) ? totalOf(windows, "requests") : undefined;
  const more = requests === undefined ? undefined : requests - sum((it) => it.requests);
  const [retries, failed] = [sum((it) => it.retries), sum((it) => it.failed)];
  const isNear = (amount: number): boolean =>
    more !== undefined && Math.abs(more - amount) <= Math.max(1, 0.1 * amount);
  const reasons: string[] = [];
  if (more !== undefined && more > 0 && retries > 0 && isNear(retries)) reasons.push("retries are counted twice");
  if (more !== undefined && more > 0 && more > retries + failed + 1) reasons.push("others use the same key");
  if (more === undefined || Math.abs(more) <= least.requests) {
    const ratio =
      totalOf(windows, "microUsd") /
      Math.max(
        1,
        sum((it) => it.microUsd),
      );
    const isEven = windows.every((window) => {
      const theirs = totalOf([window], "microUsd");
      return Math.abs(theirs / Math.max(1, window.ours.microUsd) - ratio) <= 0.05 * ratio;
    });
    if (ratio > 0 && isEven) reasons.push(`the price is ${ratio.toFixed(2)} times what is configured`);
    if (failed > 0 && ratio > 1) reasons.push(`${failed} requests without a good reply are billed`);
    if (more === undefined && ratio > 1 && !isEven) reasons.push("others use the same key");
  }
  if (more !== undefined && more < 0)
    reasons.push("the figures lag by more than was said, or some runs are not billed");
  return reasons.length === 0 ? ["no single reason fits the numbers"] : reasons;
}

function say(unit: Unit, amount: number): string {
  return unit === "microUsd" ? formatMicroUsd(Math.round(amount)) : `${Math.round(amount)} ${unit}`;
}
