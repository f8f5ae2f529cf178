import { type RunReport, unsentTexts } from "../run/run.ts";
import { findingText } from "./finding-text.ts";
import type { Rendered, ReportOptions } from "./reporter.ts";
import { type RunOutcome, exitCodeOf, outcomeOf } from "./run-outcome.ts";
import { xmlAttributes, xmlText } from "./xml.ts";

/** What CI shows: `failure` is the target's fault, `error` means that nothing was measured. */
type JUnitResult = "passed" | "failure" | "error";

function resultOf(outcome: RunOutcome): JUnitResult {
  switch (outcome) {
    case "ok":
    case "warn":
      return "passed";
    case "drift":
    case "fail":
      return "failure";
    case "inconclusive":
    case "skipped":
    case "missed":
    case "interrupted":
      return "error";
    default:
      return outcome satisfies never;
  }
}

/** JUnit XML: one suite per target, one case per run. */
export function junitReport(reports: readonly RunReport[], { failOn }: ReportOptions): Rendered {
  const suites = Map.groupBy(reports, (report) => report.target);
  const body = [...suites].map(([target, runs]) => suite(target, runs));
  const root = xmlAttributes({ name: "plumbline", ...counts(reports) });
  const output = ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites${root}>`, ...body, "</testsuites>", ""];
  return { output: output.join("\n"), exitCode: exitCodeOf(reports, failOn) };
}

function suite(target: string, runs: readonly RunReport[]): string {
  const firstSlotMs = Math.min(...runs.map((run) => run.slotMs));
  const attributes = {
    name: target,
    ...counts(runs),
    timestamp: new Date(firstSlotMs).toISOString(),
  };
  return [`  <testsuite${xmlAttributes(attributes)}>`, ...runs.map(testCase), "  </testsuite>"].join("\n");
}

function counts(runs: readonly RunReport[]) {
  const results = runs.map((run) => resultOf(outcomeOf(run)));
  return {
    tests: runs.length,
    failures: results.filter((result) => result === "failure").length,
    errors: results.filter((result) => result === "error").length,
    time: seconds(runs.reduce((totalMs, run) => totalMs + (run.totalMs ?? 0), 0)),
  };
}

function testCase(run: RunReport): string {
  const outcome = outcomeOf(run);
  const result = resultOf(outcome);
  const name = `    <testcase${xmlAttributes({ classname: `${run.target}.${run.scenario}`, name: run.probe, time: seconds(run.totalMs ?? 0) })}`;
  if (result === "passed") return `${name}/>`;
  const lines = [...run.findings.map(findingText), ...run.unjudged.map((reason) => `not judged: ${reason}`)];
  if (run.reason !== undefined) lines.unshift(`${outcome}: ${unsentTexts[run.reason]}`);
  lines.push(...(run.evidence ?? []));
  if (run.traceId !== undefined) lines.push(`trace ${run.traceId}`);
  const message = lines[0] ?? outcome;
  return [
    `${name}>`,
    `      <${result}${xmlAttributes({ type: outcome, message })}>${xmlText(lines.join("\n"))}</${result}>`,
    "    </testcase>",
  ].join("\n");
}

function seconds(durationMs: number): string {
  return (durationMs / 1000).toFixed(3);
}
