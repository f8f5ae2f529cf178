import type { Incident } from "../incident/incident.ts";
import { type Mute, muteOf, type Surroundings } from "../incident/inhibit.ts";
import type { ReduceContext } from "../incident/reduce.ts";
import { reduceRun } from "../incident/reduce-run.ts";
import { remind } from "../incident/remind.ts";
import type { Ruling } from "../judgement/judgement.ts";
import { type Effects, nothingFollows } from "./effects.ts";
import { notify } from "./route/notify.ts";

/** What the rulings of one run make of its probe's incidents, and whom that is told. */
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
    const notified = { alerting, mute, neighbours: surroundings.neighbours, sent };
    const transition = reduced.transitions.find(({ fingerprint }) => fingerprint === incident.fingerprint);
    if (transition !== undefined) return counted(notify(incident, transition, receivers, notified), sent);
    const reminder = incident.goodInARow === 0 ? remind(incident, mute, probe.incident, nowMs) : undefined;
    const reminded = reminder && notify(reminder.incident, reminder.transition, receivers, notified);
    return reminded === undefined || reminded.outbox.length === 0
      ? { ...nothingFollows, incidents: [quiet(incident, mute)] }
      : counted(reminded, sent);
  });
  return {
    incidents: parts.flatMap((part) => part.incidents),
    transitions: parts.flatMap((part) => part.transitions),
    outbox: parts.flatMap((part) => part.outbox),
  };
}

/** Remembers what keeps it quiet, so that the end of that can be told. */
function quiet(incident: Incident, mute: Mute | undefined): Incident {
  return incident.state !== "open" || mute === undefined || incident.muted?.by === mute.by
    ? incident
    : { ...incident, muted: mute };
}

/** What one run finds counts towards the cap of the next thing that it finds. */
function counted(part: Effects, sent: Map<string, number>): Effects {
  for (const { receiver, alert } of part.outbox) {
    if (alert.status === "firing") sent.set(receiver, (sent.get(receiver) ?? 0) + 1);
  }
  return part;
}
