import type { SeriesMemory } from "../baseline/baseline.ts";
import { packStates, unpackStates } from "./states.ts";

/**
 * The series of probes as this process has last written them, each with the version that the store gave them: while
 * that is the version of the store, nobody reads them again.
 */
export interface KnownSeries {
  versionOf(probeId: string): string | undefined;
  of(probeId: string): readonly SeriesMemory[];
  /** Takes what is remembered now; `version` is what it is in the store. */
  wrote(probeId: string, version: string, memories: readonly SeriesMemory[], states?: Buffer): void;
  forget(probeId: string): void;
}

/** Enough for ten thousand probes that learn; those with baselines take more. */
const mostChars = 24_000_000;

export function knownSeries(): KnownSeries {
  // As the store would return them, and small. A buffer of this size would hold the whole slab that it was cut from.
  const known = new Map<string, { readonly version: string; readonly json: string; readonly states: string }>();
  let chars = 0;
  function forget(probeId: string): void {
    const { json, states } = known.get(probeId) ?? { json: "", states: "" };
    if (known.delete(probeId)) chars -= json.length + states.length;
  }
  return {
    versionOf: (probeId) => known.get(probeId)?.version,
    of(probeId) {
      const found = known.get(probeId);
      if (found === undefined) return [];
      const states = unpackStates(Buffer.from(found.states, "latin1"));
      return (JSON.parse(found.json) as Pick<SeriesMemory, "series" | "baseline">[]).map((memory) => ({
        state: null,
        lastSlotMs: 0,
        ...memory,
        ...states.get(memory.series.id),
      }));
    },
    wrote(probeId, version, memories, states = packStates(memories).states) {
      forget(probeId);
      const json = JSON.stringify(memories.map(({ series, baseline }) => ({ series, baseline })));
      known.set(probeId, { version, json, states: states.toString("latin1") });
      chars += json.length + states.length;
      for (const oldest of known.keys()) {
        if (chars <= mostChars) break;
        forget(oldest);
      }
    },
    forget,
  };
}
