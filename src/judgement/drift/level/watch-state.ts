import { isJsonObject, type Json } from "../../../std/json.ts";
import type { Change } from "./change.ts";
import { areEpisodes, type Episodes } from "./recurrences.ts";
import { type EngineState, copyOfEngine, isEngineState } from "./engine.ts";
import { type Learning, isLearning } from "../learn/learning.ts";
import { isNumbers } from "../numbers.ts";
import { areWeeks, type Weeks } from "./slow.ts";

/** What is remembered of one series between two of its samples. */
export interface WatchState {
  v: 3;
  /** undefined when the last stage has been learned. */
  learning?: Learning | undefined;
  /** The baseline is of another interval: `learning` began when that changed. */
  isAnew?: boolean | undefined;
  /** When the baseline is to be learned anew from more samples, Unix milliseconds. */
  refitAtMs?: number | undefined;
  engine?: EngineState | undefined;
  /** Information is repeated for as long again as it took to find it. */
  informed?: { readonly change: Change; readonly untilMs: number } | undefined;
  /** The samples since the change that is held: what a person may accept as the new normal. */
  aside?: Learning | undefined;
  /** Where the weeks are, against the anchor. */
  weeks?: Weeks | undefined;
  /** Moves up and down that came and went by themselves. */
  episodes?: { readonly up?: Episodes | undefined; readonly down?: Episodes | undefined } | undefined;
  /** When pages of this series were marked as noise, Unix milliseconds, newest last. */
  marks?: readonly number[] | undefined;
}

/** A stored state of this version, as a copy that may be changed; undefined: begin anew. */
export function readWatchState(stored: Json | undefined): WatchState | undefined {
  if (!isJsonObject(stored) || stored["v"] !== 3) return undefined;
  const { learning, engine, aside, marks, informed, weeks, episodes } = stored;
  if (learning !== undefined && !isLearning(learning)) return undefined;
  if (aside !== undefined && !isLearning(aside)) return undefined;
  if (marks !== undefined && !isNumbers(marks)) return undefined;
  if (weeks !== undefined && !areWeeks(weeks)) return undefined;
  if (informed !== undefined && !isInformed(informed)) return undefined;
  if (episodes !== undefined && !areOfBoth(episodes)) return undefined;
  if (engine !== undefined && !isEngineState(engine)) return undefined;
  const state = stored as unknown as WatchState;
  return {
    v: 3,
    learning: copyOfLearning(state.learning),
    isAnew: state.isAnew,
    refitAtMs: state.refitAtMs,
    engine: state.engine === undefined ? undefined : copyOfEngine(state.engine),
    informed: state.informed,
    aside: copyOfLearning(state.aside),
    weeks: state.weeks,
    episodes: state.episodes,
    marks: state.marks,
  };
}

function copyOfLearning(learning: Learning | undefined): Learning | undefined {
  return learning === undefined ? undefined : { ...learning, tail: learning.tail.slice() };
}

function areOfBoth(stored: Json): boolean {
  if (!isJsonObject(stored)) return false;
  const { up, down } = stored;
  return (up === undefined || areEpisodes(up)) && (down === undefined || areEpisodes(down));
}

function isInformed(stored: Json): boolean {
  if (!isJsonObject(stored) || typeof stored["untilMs"] !== "number") return false;
  const change = stored["change"];
  return isJsonObject(change) && isNumbers([change["sinceMs"], change["ratio"], change["low"], change["high"]], 4);
}
