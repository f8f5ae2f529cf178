import type { Alert } from "../notify/compose/alert.ts";
import { type StoryStep, showsOn } from "./story.ts";

/** An activated drift; times are milliseconds since the demo started. */
export interface Injection {
  readonly step: StoryStep;
  readonly atMs: number;
}

/** A verified alert on the demo's own timeline. */
export interface ReceivedAlert {
  readonly incidentId: string;
  readonly event: Alert["event"];
  readonly kind: Alert["kind"];
  readonly scenario: string;
  readonly summary: string;
  readonly receivedAtMs: number;
  /** Negative for an incident of an earlier demo on the same data folder. */
  readonly firstBadSlotAtMs: number;
}

export interface DriftScore {
  readonly injection: Injection;
  /** All alerts that correctly report it, in order of arrival. Empty = missed. */
  readonly alerts: readonly ReceivedAlert[];
}

export interface Score {
  readonly drifts: readonly DriftScore[];
  /** Steps the story did not reach. */
  readonly notInjected: readonly StoryStep[];
  /** Alerts that no injection explains, and alerts that call a drift resolved while it is active. */
  readonly unexpected: readonly ReceivedAlert[];
  /** About Plumbline itself, such as too little CPU time: no report about the provider. */
  readonly own: readonly ReceivedAlert[];
  /** About incidents that began before this demo. */
  readonly earlier: readonly ReceivedAlert[];
}

/**
 * Slots that were due shortly before an injection can still see it, and an incident may count a single bad slot
 * within its window (two of three) from before it. Anything older was not caused by it.
 */
export const windowSlots = 3;

/** Which alert belongs to which drift. Pure. */
export function score(
  steps: readonly StoryStep[],
  injections: readonly Injection[],
  alerts: readonly ReceivedAlert[],
  everyMs = 1000,
): Score {
  const byArrival = alerts.toSorted((one, other) => one.receivedAtMs - other.receivedAtMs);
  const drifts = injections.map((injection) => ({
    injection,
    alerts: byArrival.filter((alert) => explains(alert, injection, windowSlots * everyMs)),
  }));
  const explained = new Set(drifts.flatMap((drift) => drift.alerts));
  const rest = byArrival.filter((alert) => !explained.has(alert));
  const injected = new Set(injections.map(({ step }) => step));
  return {
    drifts,
    notInjected: steps.filter((step) => !injected.has(step)),
    unexpected: rest.filter(({ kind, firstBadSlotAtMs }) => kind !== "monitor" && firstBadSlotAtMs >= 0),
    own: rest.filter(({ kind, firstBadSlotAtMs }) => kind === "monitor" && firstBadSlotAtMs >= 0),
    earlier: rest.filter((alert) => alert.firstBadSlotAtMs < 0),
  };
}

function explains(alert: ReceivedAlert, { step, atMs }: Injection, windowMs: number): boolean {
  const shows = showsOn(step.shows, alert.scenario);
  const follows = alert.receivedAtMs >= atMs && alert.firstBadSlotAtMs >= atMs - windowMs;
  const isOfKind = alert.kind === step.kind || alert.kind === step.consequence;
  return isOfKind && shows && follows && alert.event !== "resolved";
}

/** Everything was injected and found, and nothing else was reported. */
export function isPerfect({ drifts, notInjected, unexpected }: Score): boolean {
  return notInjected.length === 0 && unexpected.length === 0 && drifts.every(({ alerts }) => alerts.length > 0);
}
