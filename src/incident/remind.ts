import type { IncidentPolicy } from "../probe/probe.ts";
import { type Incident, incidentId, type Transition } from "./incident.ts";
import type { Mute } from "./mute.ts";

export type RemindReason = "still-firing" | "no-longer-muted";

/**
 * After one more bad slot of an incident that was open before: whether people are to be told again, or for the first
 * time because it was muted until now. Undefined when not.
 */
export function remind(
  incident: Incident,
  mute: Mute | undefined,
  { remindMs }: Pick<IncidentPolicy, "remindMs">,
  nowMs: number,
): { readonly incident: Incident; readonly transition: Transition } | undefined {
  if (incident.state !== "open" || mute !== undefined) return undefined;
  const isDue = incident.toldAtMs !== undefined && nowMs - incident.toldAtMs >= remindMs;
  const reason: RemindReason | undefined =
    incident.isOwed === true ? "no-longer-muted" : isDue ? "still-firing" : undefined;
  if (reason === undefined) return undefined;
  const next = { ...incident, sequence: incident.sequence + 1 };
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
