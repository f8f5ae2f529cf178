import type { Alert } from "../notify/compose/alert.ts";
import { type StoryStep, showsOn } from "./story.ts";

/** A drift that was put in force; times are milliseconds since the demo began. */
export interface Injection {
  readonly step: StoryStep;
  readonly atMs: number;
}

/** A verified alert, placed on the demo's own time line. */
export interface HeardAlert {
  readonly incidentId: string;
  readonly event: Alert["event"];
  readonly kind: Alert["kind"];
  readonly scenario: string;
  readonly summary: string;
  readonly heardAtMs: number;
  /** Negative for an incident of an earlier demo on the same data folder. */
  readonly firstBadSlotAtMs: number;
}

export interface DriftScore {
  readonly injection: Injection;
  /** All alerts that rightly tell of it, first heard first. Empty = missed. */
  readonly alerts: readonly HeardAlert[];
}

export interface Score {
  readonly drifts: readonly DriftScore[];
  /** Steps the story did not come to. */
  readonly notInjected: readonly StoryStep[];
  /** Alerts that nothing we did explains, and alerts that call a drift over while it is in force. */
  readonly unexpected: readonly HeardAlert[];
  /** About incidents that began before this demo. */
  readonly earlier: readonly HeardAlert[];
}

/**
 * A slot that was due shortly before an injection can still see it, and an incident may count a single bad slot
 * within its window (two of three) from before it. Anything older was not caused by the injection.
 */
export const windowMs = 3000;

/** Which alert belongs to which drift. Pure. */
export function score(
  steps: readonly StoryStep[],
  injections: readonly Injection[],
  alerts: readonly HeardAlert[],
): Score {
  const byHearing = alerts.toSorted((one, other) => one.heardAtMs - other.heardAtMs);
  const drifts = injections.map((injection) => ({
    injection,
    alerts: byHearing.filter((alert) => notificationsOf(alert, injection)),
  }));
  const explained = new Set(drifts.flatMap((drift) => drift.alerts));
  const rest = byHearing.filter((alert) => !explained.has(alert));
  const injected = new Set(injections.map(({ step }) => step));
  return {
    drifts,
    notInjected: steps.filter((step) => !injected.has(step)),
    unexpected: rest.filter((alert) => alert.firstBadSlotAtMs >= 0),
    earlier: rest.filter((alert) => alert.firstBadSlotAtMs < 0),
  };
}

function notificationsOf(alert: HeardAlert, { step, atMs }: Injection): boolean {
  const shows = showsOn(step.shows, alert.scenario);
  const follows = alert.heardAtMs >= atMs && alert.firstBadSlotAtMs >= atMs - windowMs;
  return alert.kind === step.kind && shows && follows && alert.event !== "resolved";
}

/** Everything was injected and found, and nothing else was reported. */
export function isPerfect({ drifts, notInjected, unexpected }: Score): boolean {
  return notInjected.length === 0 && unexpected.length === 0 && drifts.every(({ alerts }) => alerts.length > 0);
}
