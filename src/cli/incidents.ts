import type { Command } from "commander";
import type { Answer } from "../operate/operation.ts";
import {
  acknowledgeIncident,
  type ExclusionView,
  excludeIncident,
  expectRecurrences,
  getIncident,
  type IncidentHistoryView,
  type IncidentView,
  listIncidents,
  markAsNoise,
  resolveIncident,
} from "../operate/incidents.ts";
import { printable } from "../report/terminal-text.ts";
import { formatDurationMs } from "../std/duration.ts";
import { isoSeconds } from "../std/time.ts";
import { ask, asking, type AskOptions } from "./ask.ts";
import { deliveryLine } from "./deliveries.ts";
import type { CliWorld } from "./effects.ts";
import { durationLike, lines, wholeNumber } from "./format.ts";

interface Because extends AskOptions {
  readonly why: string;
}

/** `incident`: what is wrong just now, and who takes care of it. */
export function addIncidentCommands(incident: Command, world: CliWorld): void {
  const { effects } = world;
  const command = (word: string, text: string): Command => asking(incident.command(word).description(text));
  const about = (word: string, text: string): Command =>
    command(word, text).argument("<id>", "id of the incident, as in the alert");
  const because = (word: string, text: string): Command =>
    about(word, text).requiredOption("--why <reason>", "reason, kept in the audit log");
  const list = (incidents: readonly IncidentView[]): string => incidentLines(incidents, effects.nowMs());

  command("list", "list active incidents, newest first")
    .option("--all", "include resolved incidents", false)
    .option("--limit <count>", "maximum number of incidents to show", wholeNumber, 500)
    .action(({ all, limit, ...where }: AskOptions & { all: boolean; limit: number }) =>
      ask(
        world,
        where,
        listIncidents,
        { query: { state: all ? "all" : "open", limit } },
        (found) => list(found) + (found.length < limit ? "" : `only the newest ${limit}: --limit shows more\n`),
      ),
    );
  about("show", "show one incident: what changed, what happened, who was notified or why not")
    .alias("explain")
    .action((id: string, where: AskOptions) => ask(world, where, getIncident, { id }, incidentStory));
  because("ack", "acknowledge: reminders stop until it is resolved").action((id: string, { why, ...where }: Because) =>
    ask(world, where, acknowledgeIncident, { id, body: { why } }, (one) => list([one])),
  );
  because("resolve", "resolve by hand; further bad runs open a new incident").action(
    (id: string, { why, ...where }: Because) =>
      ask(world, where, resolveIncident, { id, body: { why } }, (one) => list([one])),
  );
  because("exclude", "exclude the time of a real incident from learning, for all series of its probe").action(
    (id: string, { why, ...where }: Because) =>
      ask(world, where, excludeIncident, { id, body: { why } }, exclusionText),
  );
  because(
    "noise",
    "mark this alert as a false positive; a second one within 90 days makes the margin of the series 50 % wider",
  ).action((id: string, { why, ...where }: Because) =>
    ask(world, where, markAsNoise, { id, body: { why } }, noiseText),
  );
  because(
    "expect",
    "expect the moves of a recurring incident for some time: only one that goes further notifies people",
  )
    .requiredOption("--for <duration>", "how long from now, such as 30d", durationLike("30d"))
    .action((id: string, { for: durationMs, why, ...where }: Because & { readonly for: number }) =>
      ask(
        world,
        where,
        expectRecurrences,
        { id, body: { durationMs, why } },
        ({ seriesId, untilMs }) => `${printable(seriesId)}: expected until ${isoSeconds(untilMs)}\n`,
      ),
    );
}

/** One line each: state, severity, kind, subject, duration, id. */
export function incidentLines(incidents: readonly IncidentView[], nowMs: number): string {
  return lines(incidents, "no incidents", (incident) => {
    const { state, severity, kind, firstBadSlotMs, resolvedAtMs, acknowledged, notifications } = incident;
    const muted = notifications?.muted;
    const lasted = formatDurationMs(Math.max(0, (resolvedAtMs ?? nowMs) - firstBadSlotMs));
    // Whoever acknowledged it has not resolved it.
    const owner = acknowledged !== undefined && state === "acknowledged" ? ` by ${acknowledged.by}` : "";
    const why = muted === undefined || state === "resolved" ? "" : `, muted: ${muted.reason} (${muted.by})`;
    return `${state}${owner}  ${severity} ${kind}  ${subjectOf(incident)}  for ${lasted}  ${incident.id}${why}`;
  });
}

function subjectOf({ group, target, scenario, label }: IncidentView): string {
  return group?.headline ?? `${target} ${scenario}: ${label}`;
}

/** Everything about one incident, for a person who asks why they were notified, or were not. */
export function incidentStory({ incident, transitions, deliveries }: IncidentHistoryView): string {
  const { group, notifications } = incident;
  const muted = notifications?.muted;
  const story = [
    `${incident.id}  ${incident.state}`,
    group === undefined
      ? `${incident.target} (${incident.model}), ${incident.scenario}, from ${incident.location}: ${incident.label}`
      : `${group.headline} (${incident.model})`,
    group === undefined
      ? `${incident.badRuns} of ${incident.judgedRuns} runs bad since ${isoSeconds(incident.firstBadSlotMs)}`
      : `since ${isoSeconds(incident.firstBadSlotMs)}: ${group.members.join(", ")}`,
    ...(muted === undefined ? [] : [`muted: ${muted.reason} (${muted.by})`]),
    "",
    ...incident.findings.map(({ subject, expected, observed }) => `  ${subject}: ${expected} → ${observed}`),
    "",
    "transitions, and who was notified",
    ...transitions.flatMap(({ kind, atMs, reason, routes }) => [
      `  ${isoSeconds(atMs)}  ${kind}: ${reason}`,
      ...routes.map((route) => `    ${route.receiver}: ${routeText(route)}`),
    ]),
    "",
    "deliveries",
    ...(deliveries.length === 0 ? ["  none"] : deliveries.map((delivery) => `  ${deliveryLine(delivery)}`)),
    "",
    "evidence",
    ...incident.evidence.map((one) => `  ${evidenceText(one)}`),
  ];
  return `${story.map(printable).join("\n")}\n`;
}

function evidenceText({ runId, status, requestId, traceId }: IncidentView["evidence"][number]): string {
  return [
    runId,
    ...(status === undefined ? [] : [`status ${status}`]),
    ...(requestId === undefined ? [] : [`request ${requestId}`]),
    ...(traceId === undefined ? [] : [`trace ${traceId}`]),
  ].join("  ");
}

function routeText(route: IncidentHistoryView["transitions"][number]["routes"][number]): string {
  const by = route.by === undefined ? "" : ` (${route.by})`;
  if (!route.notified) return `not notified, ${route.reason}${by}`;
  const held = route.heldUntilMs === undefined ? "" : `, held until ${isoSeconds(route.heldUntilMs)}`;
  return `notified, ${route.reason}${by}${held}`;
}

export function exclusionText({ fromMs, toMs, series, learnedAgain, stillCounted, isOpen }: ExclusionView): string {
  const again =
    learnedAgain.length === 0 ? "" : `; the baselines of ${learnedAgain.length} of them were learned again without it`;
  return [
    `${series.length} series no longer learn from ${isoSeconds(fromMs)} to ${isoSeconds(toMs)}${again}`,
    ...(stillCounted.length === 0 ? [] : [`these still count its runs: ${stillCounted.join(", ")}`]),
    ...(isOpen ? ["the incident is not over: exclude it again when it is, to exclude the rest"] : []),
  ]
    .map((line) => `${printable(line)}\n`)
    .join("");
}

const noiseText = ({ seriesId, text }: Answer<typeof markAsNoise>): string => `${printable(`${seriesId}: ${text}`)}\n`;
