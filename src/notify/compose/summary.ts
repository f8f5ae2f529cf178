import type { Incident, Transition } from "../../incident/incident.ts";
import { formatDurationMs, secondMs } from "../../std/duration.ts";
import { sanitize } from "../../std/sanitize.ts";
import { minuteText } from "../../std/time.ts";
import type { Change } from "./alert.ts";
import { withoutDetails } from "./headline.ts";

/** Longest summary, as a phone shows it on its lock screen. */
export const maxSummary = 120;

/**
 * One sentence a person can act on: who, what, by how much, how often.
 * `mini valid-request: prompt tokens 12 → 57, 2 of 3 runs`. Changes must be sanitised already.
 */
export function summarise(
  incident: Incident,
  transition: Transition,
  changes: readonly Change[],
  unchecked?: string,
): string {
  if (incident.group !== undefined) return summariseGroup(incident, incident.group.headline, transition);
  const who = whoseIs(incident);
  const head = `${who}${unchecked === undefined ? leadIn(incident, transition) : uncheckedText(incident, unchecked)}`;
  const tail = unchecked === undefined ? howOften(incident, transition, changes.length) : "";
  const room = maxSummary - head.length - tail.length;
  return sanitize(`${head}${whatMoved(incident, changes[0], room)}${tail}`, maxSummary);
}

/** A limit says by its name whose it is. */
function whoseIs({ kind, target, scenario, label }: Incident): string {
  if (kind === "budget") return label.includes(target) || target === "all" ? "" : `${sanitize(target, 30)}: `;
  return `${sanitize(target, 30)} ${sanitize(scenario, 30)}: `;
}

/** `not checked since 2026-11-23 22:08 UTC (paused by ann), then: ` */
function uncheckedText({ lastSlotMs }: Incident, why: string): string {
  const reason = why === "" ? "" : ` (${sanitize(why, 40)})`;
  return `not checked since ${minuteText(lastSlotMs)}${reason}, then: `;
}

/** A group incident has a headline of its own. */
function summariseGroup(incident: Incident, headline: string, transition: Transition): string {
  const head = leadIn(incident, transition);
  return sanitize(`${head}${sanitize(headline, maxSummary - head.length)}`, maxSummary);
}

const lasting = ({ firstBadSlotMs }: Incident, { atMs }: Transition): string => wholeSeconds(atMs - firstBadSlotMs);

/** `36 s` of 35.68 s: nobody reads hundredths at night. */
export function wholeSeconds(ms: number): string {
  return formatDurationMs(ms < secondMs ? Math.max(0, ms) : Math.round(ms / secondMs) * secondMs);
}

function leadIn(incident: Incident, transition: Transition): string {
  switch (transition.kind) {
    case "opened":
      return "";
    case "reopened":
      return "reopened: ";
    case "escalated":
      return `now ${incident.severity}: `;
    case "reminded":
      return `still firing after ${lasting(incident, transition)}: `;
    case "unacknowledged":
      return "not acknowledged: ";
    case "acknowledged":
      return acknowledgedBy(incident);
    case "resolved":
      return `resolved after ${lasting(incident, transition)}, it was: `;
    default:
      return transition.kind satisfies never;
  }
}

function acknowledgedBy({ acknowledged }: Incident): string {
  return acknowledged === undefined ? "acknowledged: " : `acknowledged by ${sanitize(acknowledged.by, 30)}: `;
}

function howOften(incident: Incident, transition: Transition, changes: number): string {
  const more = changes > 1 ? ` (+${changes - 1} more)` : "";
  if (transition.kind === "resolved") return more;
  if (incident.kind === "monitor" || incident.kind === "budget") return more;
  return `${more}, ${howSure(incident)}`;
}

/** What confirmed the incident. Drift was followed over many runs, so it is not "1 of 1 runs". */
export function howSure(counts: Pick<Incident, "badRuns" | "judgedRuns" | "confirmation">): string {
  const { badRuns, judgedRuns, confirmation } = counts;
  if (badRuns > 1) return `${badRuns} of ${judgedRuns} runs`;
  switch (confirmation) {
    case "many-runs":
      return "over many runs";
    case "asked-again":
      return "2 of 2 requests";
    case "slots":
    case undefined:
      return `${badRuns} of ${judgedRuns} runs`;
    default:
      return confirmation satisfies never;
  }
}

/** Gives the subject up to half of the room and shares the rest between before and after. */
function whatMoved(incident: Incident, change: Change | undefined, room: number): string {
  if (change === undefined) return sanitize(incident.label, room);
  if (change.what === "reply" && incident.kind === "availability") return sanitize(`no reply: ${change.after}`, room);
  if (incident.kind === "policy") return sanitize(`answered a request that must be refused: ${change.after}`, room);
  if (incident.kind === "monitor") return sanitize(`${change.what}: ${change.after}`, room);
  if (incident.kind === "budget") return sanitize(`${change.what}${reached(change)}`, room);
  const { what: subject, before: from } = change;
  const to = withoutDetails(change.after);
  const whole = `${subject} ${from} → ${to}`;
  if (whole.length <= room) return whole;
  const values = from.length + to.length;
  const what = sanitize(subject, Math.max(Math.floor(room / 2), room - arrow.length - values));
  const left = room - what.length - arrow.length;
  const after = sanitize(to, Math.max(Math.ceil(left / 2), left - from.length));
  const before = sanitize(from, left - after.length);
  return `${what} ${before} → ${after}`;
}

/** ` (at most $5.00) reached: 4 probes do not run until …`, and of other limits `: 12 of 40 runs bad in an hour`. */
function reached({ before, after }: Change): string {
  return after.startsWith("reached: ") ? ` (${before}) ${after}` : `: ${after}`;
}

/** The space after the subject included. */
const arrow = "  → ";
