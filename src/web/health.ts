import type { Health } from "../operate/status.ts";
import type { ReconcileReport } from "../schedule/reconciler.ts";

/** What this process has done lately. */
export interface Activity {
  readonly startedAtMs: number;
  readonly roles: readonly string[];
  readonly shortestIntervalMs: number;
  lastConsumedMs?: number | undefined;
  reconciled?: ReconcileReport | undefined;
}

const shortestPatienceMs = 300_000;

/** A worker that consumes nothing is dead, however well its connections answer. */
export function healthOf(activity: Activity, nowMs: number): Health {
  const patienceMs = Math.max(3 * activity.shortestIntervalMs, shortestPatienceMs);
  const lastMs = activity.lastConsumedMs ?? activity.startedAtMs;
  const isStuck = activity.roles.includes("worker") && nowMs - lastMs > patienceMs;
  const reasons = [
    ...(isStuck ? [`no slot was consumed for ${Math.round((nowMs - lastMs) / 1000)} s`] : []),
    ...(activity.roles.includes("scheduler") && activity.reconciled === undefined
      ? ["schedules were not reconciled yet"]
      : []),
    ...(activity.reconciled?.kind === "skewed"
      ? [`clocks disagree by ${Math.round(activity.reconciled.skewMs)} ms`]
      : []),
  ];
  return { live: !isStuck, ready: reasons.length === 0, reasons };
}
