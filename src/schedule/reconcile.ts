import type { ScheduledEntry, ScheduleEntry } from "./queue.ts";
import { dueSlots } from "./slots.ts";

/**
 * What has to be done so that the queue has what is wanted, and why. All but `upsert` begin with a removal: an upsert
 * alone does not mend every chain, and leaves the old phase on one that turns from an interval to a cron pattern.
 */
export type ScheduleAction =
  | { readonly kind: "upsert"; readonly entry: ScheduleEntry; readonly reason: "missing" }
  | {
      readonly kind: "replace";
      readonly entry: ScheduleEntry;
      readonly reason: "changed";
      readonly was: ScheduledEntry;
    }
  | { readonly kind: "repair"; readonly entry: ScheduleEntry; readonly reason: "next-in-the-past" | "next-too-far" }
  | { readonly kind: "remove"; readonly entry: ScheduledEntry; readonly reason: "not-wanted" };

/**
 * Compares schedulers with the configuration. A chain whose next slot lies in the past, with no job for it, has lost
 * its delayed job; one whose next slot is further away than a whole interval was moved by a clock that jumped. Neither
 * mends itself. A due job that waits for a worker is no reason to touch its chain.
 */
export function reconcile(
  wanted: readonly ScheduleEntry[],
  actual: readonly ScheduledEntry[],
  nowMs: number,
  graceMs: number,
): ScheduleAction[] {
  const key = ({ location, id }: ScheduleEntry): string => `${location}/${id}`;
  const existing = new Map(actual.map((entry) => [key(entry), entry]));
  const desired = new Set(wanted.map(key));
  return [
    ...wanted.flatMap((entry) => actionFor(entry, existing.get(key(entry)), nowMs, graceMs)),
    ...actual
      .filter((entry) => !desired.has(key(entry)))
      .map((entry): ScheduleAction => ({ kind: "remove", entry, reason: "not-wanted" })),
  ];
}

function actionFor(
  entry: ScheduleEntry,
  existing: ScheduledEntry | undefined,
  nowMs: number,
  graceMs: number,
): ScheduleAction[] {
  if (existing === undefined) return [{ kind: "upsert", entry, reason: "missing" }];
  if (!isSame(entry, existing)) return [{ kind: "replace", entry, reason: "changed", was: existing }];
  if (existing.nextMs === undefined || (existing.nextMs < nowMs - graceMs && !existing.isQueued)) {
    return [{ kind: "repair", entry, reason: "next-in-the-past" }];
  }
  if (isTooFar(entry, existing.nextMs, nowMs, graceMs)) return [{ kind: "repair", entry, reason: "next-too-far" }];
  return [];
}

function isSame(a: ScheduleEntry, b: ScheduleEntry): boolean {
  if (a.cadence.kind === "every") {
    return b.cadence.kind === "every" && a.cadence.everyMs === b.cadence.everyMs && a.offsetMs === b.offsetMs;
  }
  return b.cadence.kind === "cron" && a.cadence.pattern === b.cadence.pattern && a.cadence.tz === b.cadence.tz;
}

function isTooFar(entry: ScheduleEntry, nextMs: number, nowMs: number, graceMs: number): boolean {
  if (entry.cadence.kind === "every") return nextMs > nowMs + entry.cadence.everyMs + graceMs;
  // A cron slot between now and the next one means that the chain has skipped it.
  return dueSlots(entry, nowMs + graceMs, nextMs - 1, 1).length > 0;
}
