import type { SpendCap } from "../../probe/target.ts";
import { formatMicroUsd } from "../../std/money.ts";
import type { Finding } from "../judgement.ts";
import { minuteText } from "../../std/time.ts";

/** What was used, in the three units a cap may have; reservations that are not settled yet are part of it. */
export interface Used {
  readonly microUsd: number;
  readonly tokens: number;
  readonly requests: number;
}

/** How fast something was used up, over windows that end now. */
export interface Pace {
  readonly lastHour: Used;
  readonly lastSixHours: Used;
  readonly lastThreeDays: Used;
  readonly thisMonth: Used;
}

export const nothingUsed: Used = { microUsd: 0, tokens: 0, requests: 0 };
export const units = ["microUsd", "tokens", "requests"] as const;
export type Unit = (typeof units)[number];

const hourMs = 3_600_000;
/**
 * At this many times the even pace a month's budget is gone in two days (Google's SRE workbook). Six hours of it are twelve
 * per cent of the budget, and three days of the even pace are ten: neither is a matter of a few requests.
 */
const fastBurn = 14.4;

/** `breaking`: gone within days at this pace · `risky`: gone before the month ends · undefined: fine. */
export function paceFinding(cap: SpendCap, pace: Pace, nowMs: number): Finding | undefined {
  if (cap.span !== "month") return undefined;
  const found = units.flatMap((unit) => {
    const limit = cap[unit];
    return limit === undefined ? [] : [burnOf(unit, limit, pace, nowMs)].filter((it) => it !== undefined);
  });
  return found.find(({ severity }) => severity === "breaking") ?? found[0];
}

function burnOf(unit: Unit, limit: number, pace: Pace, nowMs: number): Finding | undefined {
  const { startMs, endMs } = windowOf("month", nowMs);
  const even = limit / ((endMs - startMs) / hourMs);
  const [one, six, days] = [pace.lastHour[unit], pace.lastSixHours[unit] / 6, pace.lastThreeDays[unit] / 72];
  const isFast = one > fastBurn * even && six > fastBurn * even;
  const projected = projection(pace.thisMonth[unit], isFast ? six : days, nowMs);
  const isSlow = days > even && six > even && projected > limit;
  if (!isFast && !isSlow) return undefined;
  const rate = isFast ? six : days;
  return {
    kind: "budget",
    severity: isFast ? "breaking" : "risky",
    subject: "pace",
    expected: `at most ${say(unit, limit)} a month`,
    observed: `${(rate / even).toFixed(1)} times the even pace; about ${say(unit, projected)} by the end of the month`,
    why: isFast ? "over the last hour and the last six" : "over the last three days and the last six hours",
  };
}

/** What the month will have come to if it goes on at this rate an hour. */
export function projection(used: number, perHour: number, nowMs: number): number {
  return used + perHour * ((windowOf("month", nowMs).endMs - nowMs) / hourMs);
}

export interface CapUse {
  readonly cap: SpendCap;
  /** In the window under way. */
  readonly used: Used;
  /** What one more run of each of its probes may take, at least. */
  readonly next: readonly Used[];
  /** Runs that were skipped for a cap in this window. */
  readonly skipped: number;
}

/** Says once that a cap is reached, however many slots it skips; undefined: there is room. */
export function capFinding({ cap, used, next, skipped }: CapUse, nowMs: number): Finding | undefined {
  if (skipped === 0) return undefined;
  const full = units.find((unit) => {
    const limit = cap[unit];
    return limit !== undefined && next.some((run) => used[unit] + run[unit] > limit);
  });
  if (full === undefined) return undefined;
  return {
    kind: "budget",
    severity: "risky",
    subject: capLabel(cap),
    expected: `at most ${say(full, cap[full] ?? 0)} a ${cap.span}`,
    observed: `reached, ${say(full, used[full])} used; ${skippedText(full, cap, used, next, nowMs)}`,
  };
}

/** Which runs do not fit, by the least of them; some never do. Where none fits, nothing is watched. */
function skippedText(unit: Unit, cap: SpendCap, used: Used, next: readonly Used[], nowMs: number): string {
  const limit = cap[unit] ?? 0;
  const least = Math.min(...next.map((run) => run[unit]).filter((most) => used[unit] + most > limit));
  if (least > limit) return `a run of up to ${say(unit, least)} never fits: raise the cap`;
  const isBlind = next.every((run) => used[unit] + run[unit] > limit);
  const which = isBlind ? "no run" : `no run of ${say(unit, least)} or more`;
  return `${which} until ${untilText(cap, nowMs)}`;
}

/** Caps that one run can pass by itself, in words: it would never be let through. */
export function capsTooSmall(caps: readonly SpendCap[], run: Used): string[] {
  return caps.flatMap((cap) =>
    units.flatMap((unit) => {
      const limit = cap[unit];
      return limit === undefined || run[unit] <= limit
        ? []
        : [`one run may take ${say(unit, run[unit])}, and the ${capLabel(cap)} is ${say(unit, limit)}`];
    }),
  );
}

/** `spend cap of all targets per day` */
export function capLabel({ scope, span }: SpendCap): string {
  const whose = scope === "all" ? "all targets" : scope.replace(/^target\//, "").replace(/^key\//, "the key ");
  return `spend cap of ${whose} per ${span}`;
}

function untilText({ span }: SpendCap, nowMs: number): string {
  const { endMs } = windowOf(span, nowMs);
  return minuteText(endMs);
}

/** The calendar hour, day or month (UTC) under way. */
export function windowOf(span: SpendCap["span"], nowMs: number): { readonly startMs: number; readonly endMs: number } {
  const now = new Date(nowMs);
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
  switch (span) {
    case "hour":
    case "day": {
      const lengthMs = span === "hour" ? hourMs : 24 * hourMs;
      const startMs = Math.floor(nowMs / lengthMs) * lengthMs;
      return { startMs, endMs: startMs + lengthMs };
    }
    case "month":
      return { startMs: Date.UTC(year, month, 1), endMs: Date.UTC(year, month + 1, 1) };
    default:
      return span satisfies never;
  }
}

function say(unit: Unit, amount: number): string {
  return unit === "microUsd" ? formatMicroUsd(Math.round(amount)) : `${Math.round(amount)} ${unit}`;
}
