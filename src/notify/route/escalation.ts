import { type Incident, incidentId, type Transition } from "../../incident/incident.ts";
import { notifiedAtMs } from "../../incident/notification-log.ts";
import { meets } from "../../incident/matcher.ts";
import type { Alerting } from "../../probe/alerting.ts";
import { formatDurationMs } from "../../std/duration.ts";

export interface Escalation {
  readonly incident: Incident;
  readonly transition: Transition;
  /** The receivers to notify now. */
  readonly successors: readonly string[];
}

/** Notifies the receivers that routes name for when nobody acknowledges in time. Undefined: none, or not yet. */
export function escalation(incident: Incident, { routes }: Alerting, nowMs: number): Escalation | undefined {
  const { state, reopenedAtMs = 0 } = incident;
  const notified = notifiedAtMs(incident);
  const firstNotifiedMs = Math.max(reopenedAtMs, Math.min(...Object.values(notified)));
  if (state !== "open" || !Number.isFinite(firstNotifiedMs)) return undefined;
  const due = routes
    .flatMap(({ match, escalate }) => (escalate !== undefined && meets(match, incident) ? [escalate] : []))
    .filter(
      ({ afterMs, receivers }) =>
        nowMs - firstNotifiedMs >= afterMs && receivers.some((it) => notified[it] === undefined),
    );
  if (due.length === 0) return undefined;
  const next = { ...incident, sequence: incident.sequence + 1 };
  const { fingerprint, sequence } = next;
  const waited = formatDurationMs(Math.min(...due.map(({ afterMs }) => afterMs))).replaceAll(" ", "-");
  const transition: Transition = {
    kind: "unacknowledged",
    incidentId: incidentId(next),
    fingerprint,
    sequence,
    atMs: nowMs,
    reason: `not-acknowledged-within-${waited}`,
  };
  const successors = due.flatMap(({ receivers }) => receivers).filter((it) => notified[it] === undefined);
  return { incident: next, transition, successors };
}
