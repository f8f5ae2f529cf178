import type { SeriesMemory } from "../baseline/baseline.ts";
import type { SeriesUpdate } from "../baseline/series-update.ts";

/**
 * The series of probes as this process has last written them, each with the version that the store gave them: while
 * that is the version of the store, nobody reads them again.
 */
export interface KnownSeries {
  versionOf(probeId: string): string | undefined;
  of(probeId: string): readonly SeriesMemory[];
  /** Takes what a run of that slot has written; `version` is what it is now. */
  wrote(
    probeId: string,
    version: string,
    before: readonly SeriesMemory[],
    updates: readonly SeriesUpdate[],
    slotMs: number,
  ): void;
  forget(probeId: string): void;
}

/** Some 5 kB each. */
const mostProbes = 4_000;

export function knownSeries(): KnownSeries {
  // As JSON, which is what the store would return of them, and small.
  const known = new Map<string, { readonly version: string; readonly json: string }>();
  return {
    versionOf: (probeId) => known.get(probeId)?.version,
    of: (probeId) => JSON.parse(known.get(probeId)?.json ?? "[]") as SeriesMemory[],
    wrote(probeId, version, before, updates, slotMs) {
      known.delete(probeId);
      // The store numbers baselines.
      if (updates.some(({ accept }) => accept !== undefined)) return;
      const after = new Map(before.map((memory) => [memory.series.id, memory]));
      for (const { series, state, reading } of updates) {
        const { baseline, lastSlotMs = Number.NEGATIVE_INFINITY } = after.get(series.id) ?? {};
        if (lastSlotMs < slotMs) after.set(series.id, { series, baseline, state, reading, lastSlotMs: slotMs });
      }
      if (known.size >= mostProbes) for (const oldest of known.keys()) if (known.delete(oldest)) break;
      known.set(probeId, { version, json: JSON.stringify([...after.values()]) });
    },
    forget: (probeId) => void known.delete(probeId),
  };
}
