import type { Objective } from "../../probe/target.ts";
import type { Finding } from "../judgement.ts";

/** Runs of one window, over all probes of a target. */
export interface Counted {
  readonly runs: number;
  readonly bad: number;
}

/** Lengths of the windows that are looked at, milliseconds, and what was counted in each. */
export type Windows = ReadonlyMap<number, Counted>;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Google's SRE workbook: a long window for what matters and a short one for what is still so. */
const rules = [
  { burn: 14.4, longMs: hourMs, shortMs: 5 * minuteMs, severity: "breaking" },
  { burn: 6, longMs: 6 * hourMs, shortMs: 30 * minuteMs, severity: "breaking" },
  { burn: 1, longMs: 3 * dayMs, shortMs: 6 * hourMs, severity: "risky" },
] as const;

/** With fewer runs, or fewer bad ones, a burn rate is a matter of one or two of them. */
const fewestRuns = 20;
const fewestBad = 3;

export function windowsOf({ windowMs }: Objective): readonly number[] {
  return [...new Set([...rules.flatMap(({ longMs, shortMs }) => [longMs, shortMs]), windowMs])];
}

/** How much of what may be bad is left, over the whole window: 1 = all of it, below 0 = more than that was bad. */
export interface ErrorBudget {
  readonly target: string;
  readonly objective: "availability" | "latency";
  /** Share of runs that must be good. */
  readonly share: number;
  readonly windowMs: number;
  readonly runs: number;
  readonly bad: number;
  readonly left: number;
}

export function budgetOf(target: string, objective: Objective, windows: Windows): ErrorBudget {
  const { kind, share, windowMs } = objective;
  const { runs, bad } = windows.get(windowMs) ?? { runs: 0, bad: 0 };
  const left = runs === 0 ? 1 : 1 - bad / runs / (1 - share);
  return { target, objective: kind, share, windowMs, runs, bad, left: Math.round(left * 1000) / 1000 };
}

/** The first rule whose two windows both burn; undefined: none does, or there is too little to say so. */
export function burnFinding(objective: Objective, windows: Windows): Finding | undefined {
  const allowed = 1 - objective.share;
  const burnIn = (lengthMs: number): number => {
    const { runs, bad } = windows.get(lengthMs) ?? { runs: 0, bad: 0 };
    return runs === 0 ? 0 : bad / runs / allowed;
  };
  const rule = rules.find(({ burn, longMs, shortMs }) => {
    const { runs, bad } = windows.get(longMs) ?? { runs: 0, bad: 0 };
    return runs >= fewestRuns && bad >= fewestBad && burnIn(longMs) >= burn && burnIn(shortMs) >= burn;
  });
  if (rule === undefined) return undefined;
  const { runs, bad } = windows.get(rule.longMs) ?? { runs: 0, bad: 0 };
  const hours = rule.longMs / hourMs;
  return {
    kind: "budget",
    severity: rule.severity,
    subject: labelOf(objective),
    expected: `${percent(objective.share)} of runs within ${Math.round(objective.windowMs / dayMs)} days`,
    observed: `${bad} of ${runs} runs bad in ${hours === 1 ? "an hour" : `${hours} hours`}: ${burnIn(rule.longMs).toFixed(1)} times what may be`,
  };
}

/** `error budget: availability`, `error budget: replies within 5000 ms` */
export function labelOf(objective: Objective): string {
  return objective.kind === "availability"
    ? "error budget: availability"
    : `error budget: replies within ${objective.underMs} ms`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(3))} %`;
}
