import type { Overview } from "../run/overview.ts";

export interface LearningProgress {
  /** Every probe has run, and none is without a baseline. */
  readonly isDone: boolean;
  /** Of the probe that has come least far; undefined before the first run. */
  readonly least: { readonly done: number; readonly of: number } | undefined;
}

/** How far learning has come. `probeCount` is how many there should be: a probe that never ran has learned nothing. */
export function learningOf(overview: Overview, probeCount: number): LearningProgress {
  const ran = overview.probes.filter(({ recent }) => recent.some(({ state }) => state === "done"));
  const open = ran.map(({ learning }) => learning).filter((learning) => learning !== undefined);
  const [least] = open.toSorted((one, other) => one.done / one.of - other.done / other.of);
  return { isDone: ran.length >= probeCount && open.length === 0, least };
}
