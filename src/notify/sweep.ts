import type { Incident } from "../incident/incident.ts";
import { muteOf, type Surroundings } from "../incident/inhibit.ts";
import { needsFreshEvidence, remind, remindUnchecked } from "../incident/remind.ts";
import type { Alerting } from "../probe/alerting.ts";
import { lateAtMs } from "../probe/cadence.ts";
import type { Cadence, IncidentPolicy } from "../probe/probe.ts";
import type { Effects } from "./effects.ts";
import { notify } from "./route/notify.ts";
import { escalation } from "./route/escalation.ts";

/** The policy, routes and receivers of an incident. */
export interface Swept {
  readonly incident: IncidentPolicy;
  /** Undefined: whoever reports it measures it just now. */
  readonly cadence?: Cadence | undefined;
  readonly alerting: Alerting;
  readonly receivers: readonly string[];
}

/**
 * What time alone changes in an open incident, between its slots: notifications that waited for the end of a mute,
 * reminders, and escalation when nobody has acknowledged it. Undefined: nothing.
 */
export function sweep(
  incident: Incident,
  { incident: policy, alerting, receivers, cadence }: Swept,
  surroundings: Surroundings,
  nowMs: number,
): Effects | undefined {
  if (incident.state !== "open" || incident.goodInARow > 0) return undefined;
  const mute = muteOf(incident, surroundings, alerting.maintenance, nowMs);
  if (mute !== undefined) return undefined;
  const { sent, peers, changes, unchecked } = surroundings;
  const context = { alerting, peers, changes, ...(sent && { sent }) };
  if (cadence !== undefined && nowMs > lateAtMs(cadence, incident.lastSlotMs)) {
    const once = remindUnchecked(incident, policy, nowMs);
    return once && notify(once.incident, once.transition, receivers, { ...context, unchecked: unchecked ?? "" });
  }
  const reminder = needsFreshEvidence(incident) ? undefined : remind(incident, mute, policy, nowMs);
  const reminded = reminder && notify(reminder.incident, reminder.transition, receivers, context);
  if (reminded !== undefined && reminded.outbox.length > 0) return reminded;
  const next = escalation(incident, alerting, nowMs);
  if (next === undefined) return undefined;
  const escalated = notify(next.incident, next.transition, receivers, { ...context, successors: next.successors });
  return escalated.outbox.length > 0 ? escalated : undefined;
}
