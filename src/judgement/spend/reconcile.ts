import { formatMicroUsd } from "../../std/money.ts";
import type { Finding } from "../judgement.ts";

/** What the provider has counted up to a time; some providers report no requests, some no tokens. */
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

/** What both sides say of one window; undefined: the provider does not report it. */
interface Compared {
  readonly ours: Ours;
  readonly more: Readonly<Record<Unit, number | undefined>>;
  /** The provider's money over ours. */
  readonly ratio: number | undefined;
}

function compare({ from, to, ours }: Window): Compared {
  const more = (unit: Unit): number | undefined => {
    const [before, after] = [from[unit], to[unit]];
    return before === undefined || after === undefined ? undefined : after - before - ours[unit];
  };
  const money = more("microUsd");
  const ratio = money === undefined || ours.microUsd === 0 ? undefined : 1 + money / ours.microUsd;
  return { ours, more: { requests: more("requests"), tokens: more("tokens"), microUsd: money }, ratio };
}

/** What the numbers of every window allow; several may be left. */
function reasonsOf(windows: readonly Window[]): string[] {
  const all = windows.map(compare);
  const ratios = all.flatMap(({ ratio }) => ratio ?? []);
  const failed = all.reduce((sum, { ours }) => sum + ours.failed, 0);
  // Where money alone is reported, others would hardly spend the same share in every window.
  const isCounted = all.some(({ more }) => more.requests !== undefined || more.tokens !== undefined);
  const reasons = [
    all.every(isRetries) ? ["retries are counted once more"] : [],
    all.every(isPrice) && areEven(ratios) ? [`the price is ${mean(ratios).toFixed(2)} times what is configured`] : [],
    all.every(isFailures) && failed > 0 ? [`${failed} requests without a good reply are billed`] : [],
    all.every(isOthers) && (isCounted || !areEven(ratios)) ? ["others use the same key"] : [],
    all.some(isLess) && !all.some(({ more }) => (more.requests ?? 0) > least.requests)
      ? ["the figures lag by more than was said, or some runs are not billed"]
      : [],
  ].flat();
  return reasons.length === 0 ? ["no single reason fits the numbers"] : reasons;
}

/** The provider counts as many requests more as were sent again; a window without any has no gap. */
function isRetries({ ours: { retries }, more: { requests } }: Compared): boolean {
  return requests !== undefined && retries > 0 && Math.abs(requests - retries) <= Math.max(1, 0.1 * retries);
}

/** The same requests and tokens for other money. */
function isPrice({ ours, more, ratio }: Compared): boolean {
  return ratio !== undefined && ratio > 0 && agrees("requests", more, ours) && agrees("tokens", more, ours);
}

function areEven(ratios: readonly number[]): boolean {
  const middle = mean(ratios);
  return ratios.length > 0 && ratios.every((ratio) => Math.abs(ratio - middle) <= 0.05 * middle);
}

/** The same requests for more money, and no more of it than what failed would cost; then its tokens are counted as well. */
function isFailures({ ours, more }: Compared): boolean {
  const { failed, requests, microUsd } = ours;
  if (!agrees("requests", more, ours) || more.microUsd === undefined) return false;
  const each = microUsd / Math.max(1, requests - failed);
  const isWithin = more.microUsd <= 1.25 * failed * each + least.microUsd;
  const areTokensMore = more.tokens === undefined || failed === 0 || more.tokens > 0;
  return more.microUsd >= -least.microUsd && isWithin && areTokensMore;
}

/** More requests than we have sent, failed ones and those sent again included; where none are reported, more tokens or money. */
function isOthers({ ours, more, ratio }: Compared): boolean {
  const { requests, tokens } = more;
  if (requests !== undefined) return requests > ours.retries + ours.failed + 1;
  if (tokens !== undefined) return !agrees("tokens", more, ours) && tokens > 0;
  return ratio !== undefined && ratio > 1 + tolerance;
}

function isLess({ ours, more }: Compared): boolean {
  return units.some((unit) => (more[unit] ?? 0) < 0 && !agrees(unit, more, ours));
}

/** What is not reported is no disagreement. */
function agrees(unit: Unit, more: Compared["more"], ours: Ours): boolean {
  return Math.abs(more[unit] ?? 0) <= Math.max(least[unit], tolerance * ours[unit]);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/**
 * Windows over which a gap has to grow, to at least twice what it was. Of what does not grow four look so less than once
 * in 180 days, three some ten times, where figures and ledger differ by a hundredth now and then.
 */
const toGrow = 4;
const leastTimes = 2;
/** Of what we have counted: how far it has to grow, which may be within the tolerance. */
const leastGrowth = tolerance / 2;
/** Of that growth from each window to the next: what merely varies grows by leaps. */
const leastStep = 0.27;

/** A gap that grows steadily from window to window is news before it is large, and another once it is known. */
export function growingGap(windows: readonly Window[]): Finding | undefined {
  const newest = windows.slice(-toGrow);
  if (newest.length < toGrow) return undefined;
  for (const unit of units.toReversed()) {
    const shares = newest.map((window) => shareOf(window, unit));
    const [first, last] = [shares[0], shares.at(-1)];
    if (first === undefined || last === undefined || !isGrowing(shares)) continue;
    const { ours } = newest.at(-1) as Window;
    if (Math.abs(last) * ours[unit] < least[unit] || Math.abs(last) < leastTimes * Math.abs(first)) continue;
    return {
      kind: "budget",
      severity: "risky",
      subject: "gap between ledger and provider",
      expected: `${percent(first)} ${nameOf[unit]}, as ${newest.length} windows ago`,
      observed: `${percent(last)} ${nameOf[unit]}, growing from window to window`,
      why: reasonsOf(newest.slice(-inARow)).join("; or "),
    };
  }
  return undefined;
}

/** How much more the provider has counted, as a share of ours. undefined: cannot be said. */
function shareOf({ from, to, ours }: Window, unit: Unit): number | undefined {
  const [before, after] = [from[unit], to[unit]];
  if (before === undefined || after === undefined || after < before || ours[unit] === 0) return undefined;
  return (after - before - ours[unit]) / ours[unit];
}

/** Each further from nothing than the one before by its part of the growth, on the side of the last. */
function isGrowing(shares: readonly (number | undefined)[]): boolean {
  const sign = Math.sign(shares.at(-1) ?? 0);
  const signed = shares.map((share) => (share === undefined ? Number.NaN : share * sign));
  const [first = Number.NaN] = signed;
  const growth = (signed.at(-1) ?? Number.NaN) - first;
  const steps = signed.slice(1).map((share, index) => share - (signed[index] ?? Number.NaN));
  return first >= 0 && growth >= leastGrowth && steps.every((step) => step >= leastStep * growth);
}

const nameOf: Readonly<Record<Unit, string>> = { requests: "requests", tokens: "tokens", microUsd: "money" };

function percent(share: number): string {
  const hundredths = Number((100 * Math.abs(share)).toPrecision(2));
  return `${hundredths} % ${share < 0 ? "less" : "more"}`;
}

function say(unit: Unit, amount: number): string {
  return unit === "microUsd" ? formatMicroUsd(Math.round(amount)) : `${Math.round(amount)} ${unit}`;
}
