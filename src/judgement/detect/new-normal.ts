import type { SeriesMemory } from "../../baseline/baseline.ts";
import { isJsonObject, type Json } from "../../std/json.ts";
import { forgetSince } from "./learning.ts";
import { withMark } from "./marks.ts";
import { fitReference, readReference } from "./reference.ts";
import { nextStageMs } from "./stages.ts";
import { type WatchState, readWatchState } from "./watch-state.ts";

/** What takes the place of a baseline and of a judge's state. `learned: null` is learned anew, from what `state` has. */
export interface NewNormal {
  readonly learned: Json;
  readonly n: number;
  readonly state: Json;
}

/**
 * "This is normal from now on": the baseline is made of the samples since the estimated time of the change that is
 * held, and the old one is kept as its shadow, so that going back there is recognised and told to nobody as a drift.
 * With too few samples they are the beginning of a new baseline. undefined: no change is held.
 */
export function acceptFromChange({ baseline, state }: SeriesMemory, fewest: number): NewNormal | undefined {
  const before = readReference(baseline?.learned);
  const watch = readWatchState(state);
  if (before === undefined || watch?.aside === undefined || watch.engine?.held === undefined) return undefined;
  const { aside, marks } = watch;
  const rest: WatchState = { v: 3, learning: aside, ...(marks === undefined ? {} : { marks }) };
  if (aside.n < fewest) return { learned: null, n: aside.n, state: stored(rest) };
  const learned = { ...fitReference(aside, before.intervalMs, before.season), shadow: before };
  return { learned, n: aside.n, state: stored({ ...rest, refitAtMs: nextStageMs(aside) }) };
}

/**
 * "That was an incident": nothing from `fromMs` on is learned from, the baseline stays. A change that was told is kept
 * out without this; it is for what was found otherwise. undefined: nothing is being learned.
 */
export function excludeSince({ baseline, state }: SeriesMemory, fromMs: number): Json | undefined {
  const reference = readReference(baseline?.learned);
  const watch = readWatchState(state);
  if (watch?.learning === undefined) return undefined;
  const { startMs, lastMs, n } = watch.learning;
  forgetSince(watch.learning, fromMs, reference?.intervalMs ?? (lastMs - startMs) / Math.max(1, n - 1));
  return stored(watch);
}

/** "We change something ourselves": whatever comes next is learned as a new epoch, and nobody is paged for it. */
export const plannedChange: NewNormal = { learned: null, n: 0, state: null };

/** "That page was noise": two within 90 days widen the guard of the series by half. undefined: not a series of this kind. */
export function markAsNoise({ state }: Pick<SeriesMemory, "state">, atMs: number): Json | undefined {
  const watch = readWatchState(state);
  if (watch === undefined || !isJsonObject(state)) return undefined;
  return stored({ ...watch, marks: withMark(watch.marks, atMs) });
}

function stored(state: WatchState): Json {
  return state as unknown as Json;
}
