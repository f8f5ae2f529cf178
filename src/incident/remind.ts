import type { IncidentPolicy } from "../probe/probe.ts";
import { type Incident, incidentId, type Transition } from "./incident.ts";
import { withLog } from "./notification-log.ts";
import type { Mute } from "./inhibit.ts";

export type RemindReason =
  | "still-firing"
  | "silence-ended"
  | "maintenance-ended"
  | "no-longer-muted"
  | "reaches-further"
  | "not-checked";

/**
 * After another bad slot of an open incident: notifies people again, or for the first time if it was muted until now.
 * Undefined when nothing is due.
 */
export function remind(
  incident: Incident,
  mute: Mute | undefined,
  { remindMs }: Pick<IncidentPolicy, "remindMs">,
  nowMs: number,
): Reminder | undefined {
  if (incident.state !== "open" || mute !== undefined) return undefined;
  const reason = whyAgain(incident, remindMs, nowMs);
  return reason === undefined ? undefined : reminded(incident, reason, nowMs);
}

/**
 * Whether what people wait for must be seen again first: what muted the incident kept it from being measured, or they knew
 * it by another incident.
 */
export function needsFreshEvidence({ notifications }: Incident): boolean {
  return notifications?.isPending === true && unmeasured.includes(notifications.muted?.reason ?? "");
}

const unmeasured: readonly string[] = ["monitor-overloaded", "clock-is-wrong", "no-connectivity", "same-cause"];

/** Instead of a reminder, once: nobody measures it any more. Undefined: not due, or nobody was ever notified. */
export function remindUnchecked(
  incident: Incident,
  { remindMs }: Pick<IncidentPolicy, "remindMs">,
  nowMs: number,
): Reminder | undefined {
  const { lastNotifiedAtMs, uncheckedSlotMs } = incident.notifications ?? {};
  if (incident.state !== "open" || lastNotifiedAtMs === undefined || nowMs - lastNotifiedAtMs < remindMs)
    return undefined;
  if (uncheckedSlotMs === incident.lastSlotMs) return undefined;
  return reminded(withLog(incident, { uncheckedSlotMs: incident.lastSlotMs }), "not-checked", nowMs);
}

interface Reminder {
  readonly incident: Incident;
  readonly transition: Transition;
}

function reminded(incident: Incident, reason: RemindReason, nowMs: number): Reminder {
  const next = withLog({ ...incident, sequence: incident.sequence + 1 }, { muted: undefined });
  const { fingerprint, sequence } = next;
  const transition = {
    kind: "reminded",
    incidentId: incidentId(next),
    fingerprint,
    sequence,
    atMs: nowMs,
    reason,
  } as const;
  return { incident: next, transition };
}

/**
 * When a silence ends, people are notified even of what they knew before: somebody put it off until then. A maintenance
 * window that ends is news only of what began within it: it ends each night.
 */
function whyAgain({ notifications = {} }: Incident, remindMs: number, nowMs: number): RemindReason | undefined {
  const { muted, isPending, lastNotifiedAtMs } = notifications;
  if (muted?.reason === "silenced") return "silence-ended";
  if (isPending === true) return muted?.reason === "maintenance" ? "maintenance-ended" : "no-longer-muted";
  return lastNotifiedAtMs !== undefined && nowMs - lastNotifiedAtMs >= remindMs ? "still-firing" : undefined;
}
