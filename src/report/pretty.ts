import type { Finding } from "../judgement/judgement.ts";
import { type RunReport, unsentTexts } from "../run/run.ts";
import { formatDurationMs } from "../std/duration.ts";
import { displayWidth } from "../std/display-width.ts";
import { formatMicroUsd } from "../std/money.ts";
import type { Rendered, ReportOptions } from "./reporter.ts";
import { type RunOutcome, type Totals, exitCodeOf, outcomeOf, outcomes, totalsOf } from "./run-outcome.ts";
import { type Segment, type Tone, cell, drawLine, printable, segment } from "./terminal-text.ts";
import { counted } from "../std/counted.ts";

const marks: Readonly<Record<RunOutcome, { readonly glyph: string; readonly tone: Tone }>> = {
  ok: { glyph: "✓", tone: "good" },
  warn: { glyph: "!", tone: "notice" },
  drift: { glyph: "◆", tone: "bad" },
  fail: { glyph: "✗", tone: "bad" },
  inconclusive: { glyph: "?", tone: "notice" },
  skipped: { glyph: "-", tone: "notice" },
  missed: { glyph: "-", tone: "notice" },
  interrupted: { glyph: "-", tone: "notice" },
};

type Line = readonly Segment[];

/** For people: one line for each run that went well, more only where something is wrong, and what to type next. */
export function prettyReport(reports: readonly RunReport[], { colour, failOn }: ReportOptions): Rendered {
  const exitCode = exitCodeOf(reports, failOn);
  const widths = { probe: widest(reports, "probe"), model: widest(reports, "model") };
  const lines = [...reports.flatMap((report) => runLines(report, widths)), summaryLine(totalsOf(reports), exitCode)];
  return { output: lines.map((line) => `${drawLine(line, { colour })}\n`).join(""), exitCode };
}

interface Widths {
  readonly probe: number;
  readonly model: number;
}

function widest(reports: readonly RunReport[], field: "probe" | "model"): number {
  return Math.min(40, Math.max(0, ...reports.map((report) => displayWidth(printable(report[field])))));
}

function runLines(report: RunReport, widths: Widths): readonly Line[] {
  const outcome = outcomeOf(report);
  const { glyph, tone } = marks[outcome];
  const head = [
    segment(` ${glyph} `, tone),
    segment(cell(report.probe, widths.probe), "strong"),
    segment(`   ${cell(report.model, widths.model)}`),
  ];
  if (outcome === "ok") return [[...head, segment(`   ${measured(report)}`), segment(unjudgedNote(report), "dim")]];
  const title = [...head, segment(`   ${outcome.toUpperCase()}`, tone), segment(`  ${gist(report, outcome)}`)];
  const detail = [...findingLines(report.findings), ...unjudgedLines(report, outcome)];
  const evidence = (report.evidence ?? []).map((line) => [segment(`     ${line}`, "dim")]);
  const isWorthALook = outcome === "drift" || outcome === "fail" || outcome === "inconclusive";
  return [title, ...detail, ...evidence, ...(isWorthALook ? [nextLine(report)] : [])];
}

/** `131 ms   TTFT 40 ms   23 tok   $0.0001` */
function measured({ totalMs, firstContentMs, spent }: RunReport): string {
  const parts = [
    totalMs === undefined ? undefined : formatDurationMs(totalMs),
    firstContentMs === undefined ? undefined : `TTFT ${formatDurationMs(firstContentMs)}`,
    spent.tokens === undefined ? "tokens unknown" : `${spent.tokens} tok`,
    spent.microUsd === undefined ? "cost unknown" : formatMicroUsd(spent.microUsd),
  ];
  return parts.filter((part) => part !== undefined).join("   ");
}

function unjudgedNote({ unjudged }: RunReport): string {
  return unjudged.length === 0 ? "" : `   ${unjudged.length} not judged yet`;
}

function gist(report: RunReport, outcome: RunOutcome): string {
  if (report.reason !== undefined) return unsentTexts[report.reason];
  if (report.findings.length > 0) return counted(report.findings.length, "finding");
  return outcome === "inconclusive" ? "nothing could be said" : "";
}

function findingLines(findings: readonly Finding[]): readonly Line[] {
  const width = Math.min(48, Math.max(0, ...findings.map(({ subject }) => displayWidth(printable(subject)))));
  return findings.flatMap(({ kind, subject, observed, expected, why, baselineVersion }): Line[] => [
    [
      segment(`     ${cell(kind, 12)} ${cell(subject, width)}  `),
      segment(observed, "strong"),
      segment(`   expected ${expected}${baselineVersion === undefined ? "" : `   baseline v${baselineVersion}`}`),
    ],
    ...(why === undefined ? [] : [[segment(`     ${cell("", 12)} ${why}`, "dim")]]),
  ]);
}

function unjudgedLines({ unjudged }: RunReport, outcome: RunOutcome): readonly Line[] {
  if (outcome === "inconclusive") return unjudged.map((reason) => [segment(`     ${reason}`)]);
  return unjudged.length === 0 ? [] : [[segment(`     ${unjudged.length} not judged yet`, "dim")]];
}

function nextLine({ probe, traceId }: RunReport): Line {
  const trace = traceId === undefined ? "" : `trace ${traceId}  ·  `;
  return [segment(`     ${trace}all of it: plumbline run ${shellWord(probe)} --reporter json`, "dim")];
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** `2 ok, 1 drift · 9 requests · $0.0041 · exit 3` */
function summaryLine(totals: Totals, exitCode: number): Line {
  const counted = outcomes.filter((outcome) => totals.runs[outcome] > 0);
  const runs = counted.map((outcome) => `${totals.runs[outcome]} ${outcome}`).join(", ") || "nothing was run";
  const requests = `${totals.requests} ${totals.requests === 1 ? "request" : "requests"}`;
  return [segment(` ${runs} · ${requests} · ${cost(totals)} · exit ${exitCode}`, "strong")];
}

function cost({ microUsd, unknownCostRuns }: Totals): string {
  if (unknownCostRuns === 0) return formatMicroUsd(microUsd);
  const unknown = `the cost of ${unknownCostRuns} ${unknownCostRuns === 1 ? "run" : "runs"} is unknown`;
  return microUsd === 0 ? unknown : `${formatMicroUsd(microUsd)}, ${unknown}`;
}
