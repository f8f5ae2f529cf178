import type { Finding } from "../judgement/judgement.ts";
import type { RunReport } from "../run/run.ts";
import type { Rendered, ReportOptions } from "./reporter.ts";
import { exitCodeOf, outcomeOf, totalsOf } from "./run-outcome.ts";

/** One document `{ schema, data, summary }`. What is unknown is null, never left out and never 0. */
export function jsonReport(reports: readonly RunReport[], { failOn }: ReportOptions): Rendered {
  const exitCode = exitCodeOf(reports, failOn);
  const { runs, requests, microUsd, unknownCostRuns } = totalsOf(reports);
  const summary = { runs, requests, microUsd, unknownCostRuns, exitCode };
  const document = { schema: 1, data: reports.map(entry), summary };
  return { output: `${JSON.stringify(document, null, 2)}\n`, exitCode };
}

function entry(report: RunReport) {
  return {
    run: report.runId,
    probe: report.probe,
    probeId: report.probeId,
    target: report.target,
    model: report.model,
    scenario: report.scenario,
    location: report.location,
    slot: new Date(report.slotMs).toISOString(),
    outcome: outcomeOf(report),
    state: report.state,
    reason: report.reason ?? null,
    verdict: report.verdict ?? null,
    findings: report.findings.map(finding),
    unjudged: report.unjudged,
    evidence: report.evidence ?? [],
    status: report.status ?? null,
    totalMs: report.totalMs ?? null,
    firstContentMs: report.firstContentMs ?? null,
    requests: report.spent.requests,
    tokens: report.spent.tokens ?? null,
    microUsd: report.spent.microUsd ?? null,
    traceId: report.traceId ?? null,
  };
}

function finding({ kind, severity, subject, expected, observed, why, baselineVersion }: Finding) {
  return { kind, severity, subject, expected, observed, why: why ?? null, baselineVersion: baselineVersion ?? null };
}
