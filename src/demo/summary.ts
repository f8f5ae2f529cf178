import { formatDurationMs } from "../std/duration.ts";
import { driftNamed } from "../testbed/drifts.ts";
import { elapsed, type Segment, drawLine, segment } from "../report/terminal-text.ts";
import type { DriftScore, ReceivedAlert, Score } from "./score.ts";

export interface SummaryFacts {
  readonly score: Score;
  readonly elapsedMs: number;
  readonly requests: number;
  /** Deliveries with an invalid signature or body. */
  readonly rejected: number;
}

type Line = readonly Segment[];

/** What was changed, what was detected and how long each took, for people. Pure. */
export function renderSummary({ score, elapsedMs, requests, rejected }: SummaryFacts, colour: boolean): string {
  const found = score.drifts.filter(({ alerts }) => alerts.length > 0).length;
  const all = score.drifts.length + score.notInjected.length;
  const others = score.unexpected.length + rejected;
  const nothing = score.own.length === 0 ? "nothing else reported" : "nothing else reported about the provider";
  const lines: readonly Line[] = [
    [segment("What was changed, and what was detected", "strong")],
    [],
    ...(score.drifts.length > 0 ? [] : [[segment(" ✗ the probes did not learn what is normal in time", "bad")]]),
    ...score.drifts.flatMap((drift) => driftLines(drift, elapsedMs)),
    ...score.notInjected.map((step): Line => [segment(` - ${step.drift}  was not injected`, "dim")]),
    [],
    ...score.unexpected.map((alert): Line => [segment(" ✗ unexpected alert  ", "bad"), segment(alertLine(alert))]),
    ...score.own.map((alert): Line => [segment(` · about this machine: ${alertLine(alert)}`, "dim")]),
    ...score.earlier.map((alert): Line => [segment(` · from an earlier demo: ${alertLine(alert)}`, "dim")]),
    ...(rejected === 0 ? [] : [[segment(` ✗ ${rejected} deliveries had no valid signature or body`, "bad")]]),
    [
      segment(
        ` ${found} of ${all} drifts found, ${others === 0 ? nothing : `${others} other ${others === 1 ? "report" : "reports"}`}`,
        "strong",
      ),
      segment(` · ${requests} requests · ${Math.round(elapsedMs / 1000)} s`),
    ],
  ];
  return lines.map((line) => `${drawLine(line, { colour })}\n`).join("");
}

function driftLines({ injection: { step, atMs }, alerts }: DriftScore, elapsedMs: number): readonly Line[] {
  const [first, ...more] = alerts;
  const sentence = driftNamed(step.drift)?.sentence ?? "";
  const injected = `    injected at ${elapsed(atMs)}, `;
  if (first === undefined) {
    const waited = formatDurationMs(elapsedMs - atMs);
    return [
      [segment(" ✗ ", "bad"), segment(step.drift, "strong"), segment(`  ${sentence}`)],
      [segment(injected), segment(`no ${step.kind} alert came within ${waited}`, "bad")],
    ];
  }
  const also = [...new Set(more.map(({ scenario }) => scenario))].filter((scenario) => scenario !== first.scenario);
  return [
    [segment(" ✓ ", "good"), segment(step.drift, "strong"), segment(`  ${sentence}`)],
    [
      segment(injected),
      segment(`${first.kind} alert on ${first.scenario} after ${formatDurationMs(first.receivedAtMs - atMs)}`, "good"),
      segment(also.length === 0 ? "" : `, also on ${also.join(", ")}`),
    ],
  ];
}

function alertLine({ event, kind, scenario, summary, receivedAtMs }: ReceivedAlert): string {
  return `${elapsed(receivedAtMs)} ${kind} on ${scenario} ${event}: ${summary}`;
}
