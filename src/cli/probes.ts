import type { Command } from "commander";
import type { RunSummary } from "../operate/overview.ts";
import {
  getRun,
  listProbes,
  listRuns,
  pauseProbe,
  type ProbeView,
  resumeProbe,
  type RunDetail,
  runProbeNow,
} from "../operate/probes.ts";
import { outcomeOf } from "../report/run-outcome.ts";
import { printable } from "../report/terminal-text.ts";
import { formatDurationMs } from "../std/duration.ts";
import { formatMicroUsd } from "../std/money.ts";
import { isoSeconds } from "../std/time.ts";
import { ask, asking, type AskOptions } from "./ask.ts";
import type { CliWorld } from "./effects.ts";
import { lines } from "./format.ts";

/** `probe`: what runs, how it went, and when it should not. */
export function addProbeCommands(probe: Command, world: CliWorld): void {
  const about = (word: string, text: string): Command =>
    asking(probe.command(word).description(text)).argument("<probe>", "id of the probe, such as valid@default");

  asking(probe.command("list").description("list all probes with their newest run")).action((where: AskOptions) =>
    ask(world, where, listProbes, {}, probeLines),
  );
  about("run", "run a probe once now, outside its schedule").action((id: string, where: AskOptions) =>
    ask(
      world,
      where,
      runProbeNow,
      { id },
      ({ runId }) => `started ${runId}. To see its result: plumbline probe show-run ${runId}\n`,
    ),
  );
  about("pause", "pause a probe: Plumbline skips its slots and sends nothing until you resume it")
    .requiredOption("--why <reason>", "reason, kept with the pause")
    .action((id: string, { why, ...where }: AskOptions & { why: string }) =>
      ask(
        world,
        where,
        pauseProbe,
        { id, body: { why } },
        () => `${id} is paused. To resume it: plumbline probe resume ${id}\n`,
      ),
    );
  about("resume", "resume a paused probe").action((id: string, where: AskOptions) =>
    ask(world, where, resumeProbe, { id }, () => `${id} is resumed\n`),
  );
  about("runs", "list the newest runs of a probe, newest first").action((id: string, where: AskOptions) =>
    ask(world, where, listRuns, { query: { probe: id } }, (runs) =>
      lines(runs, "no runs yet", (run) => `${run.runId}  ${runText(run)}`),
    ),
  );
  asking(probe.command("show-run").description("show the findings of one run, and what could not be judged"))
    .argument("<run>", "id of the run, as in probe runs or an alert")
    .action((id: string, where: AskOptions) => ask(world, where, getRun, { id }, runStory));
}

function probeLines(probes: readonly ProbeView[]): string {
  const width = Math.max(...probes.map(({ id }) => id.length));
  return lines(
    probes,
    "no probes are configured",
    (probe) =>
      `${probe.id.padEnd(width)}  ${probe.scenario} on ${probe.target} ${cadenceText(probe)}  ${stateText(probe)}`,
  );
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
  return `${outcomeText(last)} at ${isoSeconds(last.slotMs)}${progress}${next}`;
}

function outcomeText(run: RunSummary): string {
  return run.state === "claimed" ? "running" : outcomeOf(run);
}

function runText(run: RunSummary): string {
  const { reason, totalMs, tokens, microUsd } = run;
  return [
    outcomeText(run),
    ...(reason === undefined ? [] : [reason]),
    ...(totalMs === undefined ? [] : [formatDurationMs(totalMs)]),
    ...(tokens === undefined ? [] : [`${tokens} tokens`]),
    ...(microUsd === undefined ? [] : [formatMicroUsd(microUsd)]),
  ].join("  ");
}

/** One run for a person: verdict, findings, what could not be judged. The facts are in `--json`. */
function runStory(run: RunDetail): string {
  const trace = run.traceId === undefined ? "" : `, trace ${run.traceId}`;
  return [
    `${run.runId}  ${runText(run)}`,
    `${run.scenario} on ${run.target} (${run.model}), from ${run.location}${trace}`,
    ...run.findings.map(
      ({ severity, subject, expected, observed }) => `  ${severity}  ${subject}: ${expected} → ${observed}`,
    ),
    ...run.unjudged.map((line) => `  not judged  ${line}`),
    `${run.observations.length} exchanges; --json shows their facts`,
  ]
    .map((line) => `${printable(line)}\n`)
    .join("");
}
