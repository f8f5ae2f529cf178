import type { ProbeView, RunDetail } from "../operate/probes.ts";
import type { RunSummary } from "../operate/overview.ts";
import { formatDurationMs } from "../std/duration.ts";
import { formatMicroUsd } from "../std/money.ts";
import { standingOf } from "./standing.ts";
import { printable } from "./terminal-text.ts";
import { isoSeconds } from "../std/time.ts";

/** One line each: id, what it asks whom and how often, and how it is. */
export function probeListing(probes: readonly ProbeView[]): string {
  if (probes.length === 0) return "no probes are configured\n";
  const width = Math.max(...probes.map(({ id }) => id.length));
  return `${probes.map((probe) => printable(`${probe.id.padEnd(width)}  ${probe.scenario} on ${probe.target} ${cadenceText(probe)}  ${stateText(probe)}`)).join("\n")}\n`;
}

function cadenceText({ cadence }: ProbeView): string {
  return cadence.kind === "every"
    ? `every ${formatDurationMs(cadence.everyMs)}`
    : `at ${cadence.pattern} ${cadence.tz}`;
}

function stateText({ paused, last, learning, nextSlotMs }: ProbeView): string {
  if (paused !== undefined) return `paused by ${paused.by} since ${isoSeconds(paused.sinceMs)}: ${paused.why}`;
  const next = nextSlotMs === undefined ? "" : `, next at ${isoSeconds(nextSlotMs)}`;
  if (last === undefined) return `no run yet${next}`;
  const progress = learning === undefined ? "" : `, learning ${learning.done} of ${learning.of}`;
  return `${wordOf(last)} at ${isoSeconds(last.slotMs)}${progress}${next}`;
}

function wordOf(run: RunSummary): string {
  return run.state === "claimed" ? "running" : standingOf(run);
}

export function runListing(runs: readonly RunSummary[]): string {
  if (runs.length === 0) return "no run yet\n";
  return `${runs.map((run) => printable(`${run.runId}  ${runText(run)}`)).join("\n")}\n`;
}

function runText(run: RunSummary): string {
  const { reason, totalMs, tokens, microUsd } = run;
  return [
    wordOf(run),
    ...(reason === undefined ? [] : [reason]),
    ...(totalMs === undefined ? [] : [formatDurationMs(totalMs)]),
    ...(tokens === undefined ? [] : [`${tokens} tokens`]),
    ...(microUsd === undefined ? [] : [formatMicroUsd(microUsd)]),
  ].join("  ");
}

/** One run for a person: how it ended, what was found, what could not be judged. Facts are for `--json`. */
export function runStory(run: RunDetail): string {
  const findings = run.findings as readonly { severity: string; subject: string; expected: string; observed: string }[];
  const lines = [
    `${run.runId}  ${runText(run)}`,
    `${run.scenario} on ${run.target} (${run.model}), from ${run.location}${run.traceId === undefined ? "" : `, trace ${run.traceId}`}`,
    ...findings.map((it) => `  ${it.severity}  ${it.subject}: ${it.expected} → ${it.observed}`),
    ...run.unjudged.map((line) => `  not judged  ${line}`),
    `${run.observations.length} exchanges; --json shows their facts`,
  ];
  return `${lines.map((line) => printable(line)).join("\n")}\n`;
}
