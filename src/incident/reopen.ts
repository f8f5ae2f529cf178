import type { IncidentPolicy } from "../probe/probe.ts";
import type { FindingKind } from "../judgement/judgement.ts";
import type { Confirmation, Incident } from "./incident.ts";
import { continuedLog } from "./notification-log.ts";

/** The episode that a suspected incident reopens, if it does. */
export function returning(suspected: Incident, { reopenWithinMs }: IncidentPolicy): Incident | undefined {
  const { previous, firstBadSlotMs } = suspected;
  if (previous?.resolvedAtMs === undefined || previous.isResolvedByHand === true || previous.episode === 0)
    return undefined;
  return reopenWithinMs > 0 && firstBadSlotMs - previous.resolvedAtMs <= reopenWithinMs ? previous : undefined;
}

/** Opens a confirmed suspicion as a new episode. */
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

/** Reopens the episode that was resolved too early: its counts, its beginning and its notification log continue. */
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
    history: episode.history,
    notifications: continuedLog(episode),
    reopenedAtMs: nowMs,
    reopenings: (episode.reopenings ?? 0) + 1,
    confirmation,
    previous: undefined,
  };
}

/** Whether an incident that was reopened before has been good for long enough to resolve. */
export function isSteady(incident: Incident, slotMs: number, { reopenWithinMs }: IncidentPolicy): boolean {
  const { reopenings = 0, lastBadSlotMs = incident.firstBadSlotMs } = incident;
  return reopenings === 0 || slotMs - lastBadSlotMs >= reopenWithinMs;
}

/** Rules about one reply are confirmed by a second request; drift is followed over many runs. */
export function confirmationOf(kind: FindingKind, doSlotsAgree: boolean): Confirmation {
  if (doSlotsAgree) return "slots";
  return kind === "policy" || kind === "expectation" ? "asked-again" : "many-runs";
}
