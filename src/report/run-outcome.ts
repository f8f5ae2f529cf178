import type { Severity } from "../judgement/judgement.ts";
import type { RunReport } from "../run/run.ts";

/** How one slot ended, in one word: the verdict of a run that was done, otherwise why there is none. */
export type RunOutcome = "ok" | "warn" | "drift" | "fail" | "inconclusive" | "skipped" | "missed" | "interrupted";

/** The order of summaries: good news first. */
export const outcomes: readonly RunOutcome[] = [
  "ok",
  "warn",
  "drift",
  "fail",
  "inconclusive",
  "skipped",
  "missed",
  "interrupted",
];

export function outcomeOf(run: Pick<RunReport, "state" | "verdict">): RunOutcome {
  switch (run.state) {
    case "done":
      return run.verdict ?? "inconclusive";
    case "skipped":
    case "missed":
      return run.state;
    case "interrupted":
    case "claimed":
      return "interrupted";
    default:
      return run.state satisfies never;
  }
}

export type ExitCode = 0 | 3 | 4;
export type FailOn = Exclude<Severity, "informative">;

/** 3 when anything failed or drifted, else 4 when anything (or everything, for want of runs) was left unsaid, else 0. */
export function exitCodeOf(reports: readonly RunReport[], failOn?: FailOn): ExitCode {
  const bad = reports.filter(isBad);
  if (bad.some(({ findings }) => isSerious(findings, failOn))) return 3;
  const isFine = (report: RunReport): boolean => isBad(report) || ["ok", "warn"].includes(outcomeOf(report));
  return reports.length > 0 && reports.every(isFine) ? 0 : 4;
}

function isBad(report: RunReport): boolean {
  const end = outcomeOf(report);
  return end === "drift" || end === "fail";
}

function isSerious(findings: RunReport["findings"], failOn: FailOn | undefined): boolean {
  if (failOn === undefined) return true;
  return findings.some(({ severity }) => severity === "breaking" || severity === failOn);
}

export interface Totals {
  readonly runs: Readonly<Record<RunOutcome, number>>;
  readonly requests: number;
  /** Of the runs whose cost is known. */
  readonly microUsd: number;
  readonly unknownCostRuns: number;
}

export function totalsOf(reports: readonly RunReport[]): Totals {
  const runs = {
    ok: 0,
    warn: 0,
    drift: 0,
    fail: 0,
    inconclusive: 0,
    skipped: 0,
    missed: 0,
    interrupted: 0,
  };
  let requests = 0;
  let microUsd = 0;
  let unknownCostRuns = 0;
  for (const report of reports) {
    runs[outcomeOf(report)] += 1;
    requests += report.spent.requests;
    microUsd += report.spent.microUsd ?? 0;
    if (report.spent.microUsd === undefined && report.spent.requests > 0) unknownCostRuns += 1;
  }
  return { runs, requests, microUsd, unknownCostRuns };
}
