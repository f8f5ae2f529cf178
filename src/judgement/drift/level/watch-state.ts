import { isBoolean, isNumber, isNumbers, objectOf, oneOf, optional } from "../../../std/check.ts";
import type { Json } from "../../../std/json.ts";
import type { Change } from "./change.ts";
import { isRecurrences, type Recurrences } from "./recurrences.ts";
import { type EngineState, copyOfEngine, isEngineState, isStartTimes } from "./engine-state.ts";
import { type Learning, isLearning } from "../learn/learning.ts";
import { isWeeks, type Weeks } from "./slow.ts";

/** What is remembered of one series between two of its samples. */
export interface WatchState {
  v: 4;
  /** undefined when the last stage has been learned. */
  learning?: Learning | undefined;
  /** The baseline is of another interval: `learning` began when that changed. */
  isAnew?: boolean | undefined;
  /** When the baseline is to be learned anew from more samples, Unix milliseconds. */
  refitAtMs?: number | undefined;
  /** Since when it could not be, for something is suspected that is not enough for an alert. */
  refusedSinceMs?: number | undefined;
  engine?: EngineState | undefined;
  /** Information is repeated for as long again as it took to find it. */
  informed?: { readonly change: Change; readonly untilMs: number } | undefined;
  /** The samples since the change that is held: what a person may accept as the new normal. */
  heldOut?: Learning | undefined;
  /** Where the weeks are, against the anchor. */
  weeks?: Weeks | undefined;
  /** Moves up and down that came and went by themselves. */
  recurrences?: { readonly up?: Recurrences | undefined; readonly down?: Recurrences | undefined } | undefined;
  /** When pages of this series began that people marked as false positives, Unix milliseconds, newest last. */
  falsePositives?: number[] | undefined;
}

const isChange = objectOf<Change>({
  kind: oneOf("up", "down", "variance", "tail"),
  sinceMs: isNumber,
  start: optional(isStartTimes),
  ratio: isNumber,
  low: isNumber,
  high: isNumber,
  samples: isNumber,
  extra: optional(isNumber),
});

const isWatchState = objectOf<WatchState>({
  v: oneOf(4),
  learning: optional(isLearning),
  isAnew: optional(isBoolean),
  refitAtMs: optional(isNumber),
  refusedSinceMs: optional(isNumber),
  engine: optional(isEngineState),
  informed: optional(objectOf<NonNullable<WatchState["informed"]>>({ change: isChange, untilMs: isNumber })),
  heldOut: optional(isLearning),
  weeks: optional(isWeeks),
  recurrences: optional(
    objectOf<NonNullable<WatchState["recurrences"]>>({ up: optional(isRecurrences), down: optional(isRecurrences) }),
  ),
  falsePositives: optional(isNumbers),
});

/** A stored state of this version, as a copy that may be changed; undefined: begin anew. */
export function readWatchState(stored: Json | undefined): WatchState | undefined {
  if (!isWatchState(stored)) return undefined;
  const { learning, isAnew, refitAtMs, refusedSinceMs, engine, informed, heldOut, weeks, recurrences, falsePositives } =
    stored;
  return {
    v: 4,
    learning: learning && { ...learning, tail: learning.tail.slice() },
    isAnew,
    refitAtMs,
    refusedSinceMs,
    engine: engine && copyOfEngine(engine),
    informed,
    heldOut: heldOut && { ...heldOut, tail: heldOut.tail.slice() },
    weeks,
    recurrences,
    falsePositives,
  };
}
