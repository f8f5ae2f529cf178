import type { Overview } from "../operate/overview.ts";

export interface LearningProgress {
  /** Every probe has run, none is without a baseline, and no incident is open. */
  readonly isDone: boolean;
  /** Of the slowest probe; undefined before the first run. */
  readonly least: { readonly done: number; readonly of: number } | undefined;
  /** Probes that have run, and incidents that are still open. */
  readonly ran: number;
  readonly open: number;
}

/**
 * Progress of learning. `probeCount` is the expected number: a probe that never ran has learned nothing. Nor has one with
 * fewer than `leastRuns`: on a busy machine its first runs count for nothing, and it seems to have nothing to learn.
 */
export function learningOf(overview: Overview, probeCount: number, leastRuns = 1): LearningProgress {
  const doneOf = (probe: Overview["probes"][number]): number =>
    probe.recent.filter(({ state }) => state === "done").length;
  const ran = overview.probes.filter((probe) => doneOf(probe) > 0);
  const unfinished = ran
    .map((probe) => probe.learning ?? (doneOf(probe) < leastRuns ? { done: doneOf(probe), of: leastRuns } : undefined))
    .filter((learning) => learning !== undefined);
  const [least] = unfinished.toSorted((one, other) => one.done / one.of - other.done / other.of);
  // On kept data, incidents of an earlier demo have to end before a new one of the same fingerprint can begin.
  const open = overview.incidents.length;
  return { isDone: ran.length >= probeCount && unfinished.length === 0 && open === 0, least, ran: ran.length, open };
}
