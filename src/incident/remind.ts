import type { IncidentPolicy } from "../probe/probe.ts";
import { type Incident, incidentId, type Transition } from "./incident.ts";
import type { Mute } from "./inhibit.ts";

export type RemindReason =
  | "still-firing"
  | "silence-ended"
  | "maintenance-ended"
  | "no-longer-muted"
  | "reaches-further";

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
  const reason = whyAgain(incident, remindMs, nowMs);
  if (reason === undefined) return undefined;
  const next = { ...incident, muted: undefined, sequence: incident.sequence + 1 };
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

/** The end of what people have muted is told even of what was told before: they wait for it. */
function whyAgain({ muted, isOwed, toldAtMs }: Incident, remindMs: number, nowMs: number): RemindReason | undefined {
  if (muted?.reason === "silenced") return "silence-ended";
  if (muted?.reason === "maintenance") return "maintenance-ended";
  if (isOwed === true) return "no-longer-muted";
  return toldAtMs !== undefined && nowMs - toldAtMs >= remindMs ? "still-firing" : undefined;
}
