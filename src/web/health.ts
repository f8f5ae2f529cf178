import type { Health } from "../operate/status.ts";
import type { ReconcileReport } from "../schedule/reconciler.ts";

/** What one periodic check of the monitor's health found last. */
export interface HealthFact {
  readonly everyMs: number;
  /** When the newest check ended; undefined before the first. */
  atMs?: number;
  /** Why this process, or the monitor as a whole, is not ready. */
  reasons: readonly string[];
  warnings: readonly string[];
}

/** What this process has done lately. */
export interface Activity {
  readonly startedAtMs: number;
  readonly roles: readonly string[];
  /** When this process must have consumed a slot after `lastMs`, at the latest. */
  readonly idleUntilMs: (lastMs: number) => number;
  readonly reconcileMs: number;
  /** By the name of what is checked: `store`, `queue`. */
  readonly facts: Map<string, HealthFact>;
  lastConsumedMs?: number | undefined;
  reconciled?: ReconcileReport | undefined;
}

const shortestPatienceMs = 300_000;
/** What was found longer ago than this is not known any more. */
const freshIntervals = 3;

/** Readiness, and problems of the monitor itself that are no reason to take it out of service. Asks nobody. */
export interface Checked extends Health {
  readonly warnings: readonly string[];
}

/** A worker that consumes nothing is dead, however well its connections answer. */
export function healthOf(activity: Activity, nowMs: number): Checked {
  const lastMs = activity.lastConsumedMs ?? activity.startedAtMs;
  const isStuck =
    activity.roles.includes("worker") && nowMs > Math.max(activity.idleUntilMs(lastMs), lastMs + shortestPatienceMs);
  const reasons = [
    ...(isStuck ? [`no slot was consumed for ${seconds(nowMs - lastMs)}`] : []),
    ...(activity.roles.includes("scheduler") ? reconciliationReasons(activity, nowMs) : []),
    ...[...activity.facts].flatMap(([name, fact]) => factReasons(name, fact, activity.startedAtMs, nowMs)),
  ];
  const warnings = [...activity.facts.values()].flatMap((fact) => fact.warnings);
  return { live: !isStuck, ready: reasons.length === 0, reasons, warnings };
}

function reconciliationReasons({ reconciled, reconcileMs }: Activity, nowMs: number): string[] {
  if (reconciled === undefined) return ["schedules were not reconciled yet"];
  const ageMs = nowMs - reconciled.atMs;
  if (ageMs > freshIntervals * reconcileMs) return [`schedules were last reconciled ${seconds(ageMs)} ago`];
  return reconciled.kind === "skewed" ? [`clocks disagree by ${Math.round(reconciled.skewMs)} ms`] : [];
}

function factReasons(name: string, { atMs, everyMs, reasons }: HealthFact, startedAtMs: number, nowMs: number) {
  const ageMs = nowMs - (atMs ?? startedAtMs);
  if (ageMs > freshIntervals * everyMs) {
    return [`the state of the ${name} is unknown: it has not answered for ${seconds(ageMs)}`];
  }
  return atMs === undefined ? [`the ${name} has not been checked yet`] : reasons;
}

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
