import type { Overview } from "../operate/overview.ts";

export interface LearningProgress {
  /** Every probe has run, none is without a baseline, and no incident is open. */
  readonly isDone: boolean;
  /** Of the slowest probe; undefined before the first run. */
  readonly least: { readonly done: number; readonly of: number } | undefined;
}

/** Progress of learning. `probeCount` is the expected number: a probe that never ran has learned nothing. */
export function learningOf(overview: Overview, probeCount: number): LearningProgress {
  const ran = overview.probes.filter(({ recent }) => recent.some(({ state }) => state === "done"));
  const open = ran.map(({ learning }) => learning).filter((learning) => learning !== undefined);
  const [least] = open.toSorted((one, other) => one.done / one.of - other.done / other.of);
  // On kept data, incidents of an earlier demo have to end before a new one of the same fingerprint can begin.
  const isCalm = overview.incidents.length === 0;
  return { isDone: ran.length >= probeCount && open.length === 0 && isCalm, least };
}
