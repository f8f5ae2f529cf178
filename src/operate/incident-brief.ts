import { type BlastRadius, blastRadiusOf, type PeerProbe } from "../incident/blast-radius.ts";
import { type Incident, incidentId } from "../incident/incident.ts";
import type { LikelyCause } from "../notify/compose/alert.ts";
import { composeAlert } from "../notify/compose/compose.ts";

/** An incident with the sentence that its newest alert says, and what to do first. */
export interface IncidentBrief {
  readonly id: string;
  readonly incident: Incident;
  readonly sentence: string;
  readonly likelyCause: LikelyCause;
  readonly nextStep: string;
  readonly reach?: BlastRadius | undefined;
}

/** In the words of an alert, so that pages and alerts say the same. */
export function briefOf(incident: Incident, peers?: readonly PeerProbe[]): IncidentBrief {
  const id = incidentId(incident);
  const { fingerprint, sequence, openedAtMs, firstBadSlotMs } = incident;
  const transition = {
    kind: "opened",
    incidentId: id,
    fingerprint,
    sequence,
    atMs: openedAtMs ?? firstBadSlotMs,
    reason: "",
  } as const;
  const { summary, likelyCause, nextStep } = composeAlert(incident, transition);
  return {
    id,
    incident,
    sentence: summary,
    likelyCause,
    nextStep,
    ...(peers && { reach: blastRadiusOf(incident, peers) }),
  };
}
