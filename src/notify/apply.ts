import type { Incident } from "../incident/incident.ts";
import { withLog } from "../incident/notification-log.ts";
import { type Mute, muteOf, type Surroundings } from "../incident/inhibit.ts";
import type { ReduceContext } from "../incident/reduce.ts";
import { reduceRun } from "../incident/reduce-run.ts";
import { remind } from "../incident/remind.ts";
import type { Ruling } from "../judgement/judgement.ts";
import { type Effects, nothingFollows } from "./effects.ts";
import { notify } from "./route/notify.ts";

/** What the rulings of one run change in its probe's incidents, and who is notified of that. */
export function applyRulings(
  incidents: readonly Incident[],
  rulings: readonly Ruling[],
  context: ReduceContext,
  receivers: readonly string[],
  surroundings: Surroundings,
): Effects {
  const { probe, nowMs } = context;
  const { alerting } = probe;
  const sent = new Map(surroundings.sent);
  const reduced = reduceRun(incidents, rulings, context);
  const parts = reduced.incidents.map((incident): Effects => {
    const mute = muteOf(incident, surroundings, alerting.maintenance, nowMs);
    const notified = { alerting, mute, peers: surroundings.peers, changes: surroundings.changes, sent };
    const transition = reduced.transitions.find(({ fingerprint }) => fingerprint === incident.fingerprint);
    if (transition !== undefined) return countSent(notify(incident, transition, receivers, notified), sent);
    const reminder = incident.goodInARow === 0 ? remind(incident, mute, probe.incident, nowMs) : undefined;
    const reminded = reminder && notify(reminder.incident, reminder.transition, receivers, notified);
    return reminded === undefined || reminded.outbox.length === 0
      ? { ...nothingFollows, incidents: [logMute(incident, mute)] }
      : countSent(reminded, sent);
  });
  return {
    incidents: parts.flatMap((part) => part.incidents),
    transitions: parts.flatMap((part) => part.transitions),
    outbox: parts.flatMap((part) => part.outbox),
  };
}

/** Records what mutes the incident, so that people are notified when that ends; a window that is over is forgotten. */
function logMute(incident: Incident, mute: Mute | undefined): Incident {
  const { muted, isPending } = incident.notifications ?? {};
  if (mute === undefined && muted?.reason === "maintenance" && isPending !== true) {
    return withLog(incident, { muted: undefined });
  }
  return incident.state !== "open" || mute === undefined || muted?.by === mute.by
    ? incident
    : withLog(incident, { muted: mute });
}

/** Each message of a run counts towards the rate limit of the next. */
function countSent(part: Effects, sent: Map<string, number>): Effects {
  for (const { receiver, alert } of part.outbox) {
    if (alert.status === "firing") sent.set(receiver, (sent.get(receiver) ?? 0) + 1);
  }
  return part;
}
