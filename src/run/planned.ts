import type { SeriesMemory } from "../baseline/baseline.ts";
import { plannedChange } from "../judgement/drift/baseline/new-normal.ts";
import type { SeriesUpdate } from "./world.ts";

/** A change that people make themselves, announced: from its time on a new normal is learned and nobody is paged for it. */
export interface PlannedChange {
  readonly id: string;
  /** Of one target, or of one probe. */
  readonly target?: string | undefined;
  readonly probeId?: string | undefined;
  readonly startsAtMs: number;
  readonly by: string;
  readonly why: string;
}

/** What planned changes make of a run: its series as they begin, and what is to be written of those that began anew. */
export interface Epoch {
  readonly series: readonly SeriesMemory[];
  withEpochs(updates: readonly SeriesUpdate[]): readonly SeriesUpdate[];
}

/** A series whose newest run was before a planned change has no baseline from this slot on. Pure. */
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
