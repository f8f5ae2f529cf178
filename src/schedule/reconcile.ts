import type { Cadence } from "../probe/probe.ts";
import type { ScheduleEntry } from "./queue.ts";

/** What has to be done so that the schedules in force are those of the configuration, and why. */
export type ScheduleAction =
  | { readonly kind: "upsert"; readonly entry: ScheduleEntry; readonly reason: "missing" }
  | { readonly kind: "replace"; readonly entry: ScheduleEntry; readonly reason: "changed"; readonly was: ScheduleEntry }
  | { readonly kind: "remove"; readonly entry: ScheduleEntry; readonly reason: "not-wanted" };

/** Compares what is planned with what is in force. */
export function reconcile(wanted: readonly ScheduleEntry[], actual: readonly ScheduleEntry[]): ScheduleAction[] {
  const existing = new Map(actual.map((entry) => [entry.id, entry]));
  const desired = new Set(wanted.map(({ id }) => id));
  return [
    ...wanted.flatMap((entry): ScheduleAction[] => {
      const was = existing.get(entry.id);
      if (was === undefined) return [{ kind: "upsert", entry, reason: "missing" }];
      return isSameEntry(was, entry) ? [] : [{ kind: "replace", entry, reason: "changed", was }];
    }),
    ...actual
      .filter(({ id }) => !desired.has(id))
      .map((entry): ScheduleAction => ({ kind: "remove", entry, reason: "not-wanted" })),
  ];
}

/** Of the same probe. */
export function isSameEntry(one: ScheduleEntry, other: ScheduleEntry): boolean {
  const isSamePlace = one.place === other.place && one.offsetMs === other.offsetMs;
  return isSamePlace && one.location === other.location && isSameCadence(one.cadence, other.cadence);
}

export function isSameCadence(one: Cadence, other: Cadence): boolean {
  if (one.kind === "every") return other.kind === "every" && one.everyMs === other.everyMs;
  return other.kind === "cron" && one.pattern === other.pattern && one.tz === other.tz;
}
