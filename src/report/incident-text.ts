import type { RouteDecision } from "../notify/route/route.ts";
import { type Incident, incidentId } from "../incident/incident.ts";
import type { Silence } from "../incident/silence.ts";
import type { DeliveryView, IncidentHistory } from "../operate/control.ts";
import { formatDurationMs } from "../std/duration.ts";
import { printable } from "./terminal-text.ts";
import { isoSeconds } from "../std/time.ts";

/** One line each: state, severity, kind, subject, duration, id, and what mutes it. */
export function incidentLines(incidents: readonly Incident[], nowMs: number): string {
  if (incidents.length === 0) return "no incidents\n";
  return incidents
    .map((incident) => {
      const { state, severity, kind, firstBadSlotMs, resolvedAtMs, acknowledged, notifications } = incident;
      const lasted = formatDurationMs(Math.max(0, (resolvedAtMs ?? nowMs) - firstBadSlotMs));
      const owner = acknowledged === undefined ? "" : ` by ${acknowledged.by}`;
      const muted = notifications?.muted;
      const part = muted === undefined ? "" : `, muted: ${muted.reason} (${muted.by})`;
      return printable(
        `${state}${owner}  ${severity} ${kind}  ${aboutOf(incident)}  for ${lasted}  ${incidentId(incident)}${part}`,
      );
    })
    .join("\n")
    .concat("\n");
}

/** A group incident has a headline of its own. */
function aboutOf({ group, target, scenario, label }: Incident): string {
  return group?.headline ?? `${target} ${scenario}: ${label}`;
}

/** Everything about one incident, for a person who asks why they were notified, or why not. */
export function incidentStory({ incident, transitions, deliveries }: IncidentHistory): string {
  const muted = incident.notifications?.muted;
  const lines = [
    `${incidentId(incident)}  ${incident.state}`,
    incident.group === undefined
      ? `${incident.target} (${incident.model}), ${incident.scenario}, from ${incident.location}: ${incident.label}`
      : `${incident.group.headline} (${incident.model})`,
    ...(incident.group === undefined
      ? [`${incident.badRuns} of ${incident.judgedRuns} runs bad since ${isoSeconds(incident.firstBadSlotMs)}`]
      : [`since ${isoSeconds(incident.firstBadSlotMs)}: ${incident.group.members.join(", ")}`]),
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
    ...incident.evidence.map(
      ({ runId, traceId, requestId, status }) =>
        `  ${runId}${status === undefined ? "" : `  status ${status}`}${requestId === undefined ? "" : `  request ${requestId}`}${traceId === undefined ? "" : `  trace ${traceId}`}`,
    ),
  ];
  return `${lines.map(printable).join("\n")}\n`;
}

function routeText(route: RouteDecision): string {
  const by = route.by === undefined ? "" : ` (${route.by})`;
  if (!route.notified) return `not notified, ${route.reason}${by}`;
  const held = route.heldUntilMs === undefined ? "" : `, held until ${isoSeconds(route.heldUntilMs)}`;
  return `notified, ${route.reason}${by}${held}`;
}

export function silenceLines(silences: readonly Silence[]): string {
  if (silences.length === 0) return "no silences\n";
  return silences
    .map(({ id, matcher, startsAtMs, endsAtMs, by, why }) => {
      const what = Object.entries(matcher).map(([name, value]) => `${name}=${value}`);
      return printable(`${id}  ${what.join(" ")}  ${isoSeconds(startsAtMs)} – ${isoSeconds(endsAtMs)}  ${by}: ${why}`);
    })
    .join("\n")
    .concat("\n");
}

export function deliveryLines(deliveries: readonly DeliveryView[]): string {
  return deliveries.length === 0
    ? "no deliveries\n"
    : `${deliveries.map((it) => printable(deliveryLine(it))).join("\n")}\n`;
}

function deliveryLine({ id, receiver, state, attempts, lastOutcome, summary }: DeliveryView): string {
  const why =
    lastOutcome === undefined || lastOutcome.kind === "delivered"
      ? ""
      : ` (${"reason" in lastOutcome ? lastOutcome.reason : lastOutcome.kind})`;
  const how =
    state === "carried"
      ? "told of by another message"
      : `${state} after ${attempts} ${attempts === 1 ? "attempt" : "attempts"}`;
  return `${id}  ${receiver}  ${how}${why}  ${summary}`;
}
