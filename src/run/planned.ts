import type { SeriesMemory } from "../baseline/baseline.ts";
import type { SeriesUpdate } from "../baseline/series-update.ts";
import { plannedChange } from "../judgement/drift/baseline/new-normal.ts";

/** A change that people announced: from its start a new baseline is learned, and nobody is paged for the change. */
export interface PlannedChange {
  readonly id: string;
  /** It concerns one target or one probe. */
  readonly target?: string | undefined;
  readonly probeId?: string | undefined;
  readonly startsAtMs: number;
  readonly by: string;
  readonly why: string;
}

/** The series of a run after the planned changes that start with it. */
export interface Epoch {
  readonly series: readonly SeriesMemory[];
  withEpochs(updates: readonly SeriesUpdate[]): readonly SeriesUpdate[];
}

/** Resets each series whose newest run was before a planned change: it has no baseline from this slot on. Pure. */
export function beginEpochs(series: readonly SeriesMemory[], planned: readonly PlannedChange[], slotMs: number): Epoch {
  const begun = new Map<string, PlannedChange>();
  for (const memory of series) {
    const change = planned.find(({ startsAtMs }) => memory.lastSlotMs < startsAtMs && startsAtMs <= slotMs);
    if (change !== undefined) begun.set(memory.series.id, change);
  }
  if (begun.size === 0) return { series, withEpochs: (updates) => updates };
  return {
    series: series.map((memory) =>
      begun.has(memory.series.id) ? { ...memory, baseline: undefined, state: plannedChange.state } : memory,
    ),
    withEpochs: (updates) =>
      updates.map((update) => {
        const change = begun.get(update.series.id);
        if (change === undefined || update.accept !== undefined) return update;
        const { learned, n } = plannedChange;
        return { ...update, accept: { learned, n, why: `planned change, by ${change.by}: ${change.why}` } };
      }),
  };
}
