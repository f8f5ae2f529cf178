import type { IncidentPolicy } from "../probe/probe.ts";
import type { FindingKind } from "../judgement/judgement.ts";
import type { Confirmation, Incident } from "./incident.ts";

/** The episode that a suspicion belongs to, if it is one that came back. */
export function returning(suspected: Incident, { reopenWithinMs }: IncidentPolicy): Incident | undefined {
  const { previous, firstBadSlotMs } = suspected;
  if (previous?.resolvedAtMs === undefined || previous.isResolvedByHand === true || previous.episode === 0)
    return undefined;
  return reopenWithinMs > 0 && firstBadSlotMs - previous.resolvedAtMs <= reopenWithinMs ? previous : undefined;
}

/** A suspicion that has been confirmed, as a new episode. */
export function open(suspected: Incident, confirmation: Confirmation, nowMs: number): Incident {
  return {
    ...suspected,
    state: "open",
    episode: suspected.episode + 1,
    sequence: 0,
    openedAtMs: nowMs,
    confirmation,
    previous: undefined,
  };
}

/** The same, as the episode that was over too early: its counts, its beginning and who was told go on. */
export function reopen(suspected: Incident, episode: Incident, confirmation: Confirmation, nowMs: number): Incident {
  return {
    ...suspected,
    state: "open",
    episode: episode.episode,
    sequence: episode.sequence,
    badRuns: episode.badRuns + suspected.badRuns,
    judgedRuns: episode.judgedRuns + suspected.judgedRuns,
    firstBadSlotMs: episode.firstBadSlotMs,
    openedAtMs: episode.openedAtMs,
    toldAtMs: episode.toldAtMs,
    told: episode.told,
    reopenedAtMs: nowMs,
    reopenings: (episode.reopenings ?? 0) + 1,
    confirmation,
    previous: undefined,
  };
}

/** Whether one that came back before has been good for long enough to be called over. */
export function isSteady(incident: Incident, slotMs: number, { reopenWithinMs }: IncidentPolicy): boolean {
  const { reopenings = 0, lastBadSlotMs = incident.firstBadSlotMs } = incident;
  return reopenings === 0 || slotMs - lastBadSlotMs >= reopenWithinMs;
}

/** Rules of one reply are asked again at once; what moves is followed over many runs. */
export function confirmationOf(kind: FindingKind, doSlotsAgree: boolean): Confirmation {
  if (doSlotsAgree) return "slots";
  return kind === "policy" || kind === "expectation" ? "asked-again" : "many-runs";
}
