import { type RunReport, unsentTexts } from "../run/run.ts";
import { findingText } from "./finding-text.ts";
import type { Rendered, ReportOptions } from "./reporter.ts";
import { exitCodeOf, outcomeOf } from "./run-outcome.ts";

/** Workflow commands of GitHub Actions: one annotation for each run that needs a look. */
export function githubReport(reports: readonly RunReport[], { failOn }: ReportOptions): Rendered {
  const lines = reports.flatMap((report) => {
    const outcome = outcomeOf(report);
    if (outcome === "ok") return [];
    const level = exitCodeOf([report], failOn) === 3 ? "error" : "warning";
    const { probe, target, reason, findings, unjudged, evidence = [] } = report;
    const text = [reason === undefined ? [] : unsentTexts[reason], findings.map(findingText), unjudged, evidence]
      .flat()
      .join("\n");
    return [`::${level} title=${property(`${outcome}: ${probe} on ${target}`)}::${message(text || outcome)}\n`];
  });
  return { output: lines.join(""), exitCode: exitCodeOf(reports, failOn) };
}

function message(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return message(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
