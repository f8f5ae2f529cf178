import type { LearnedBaseline } from "../../../baseline/baseline.ts";
import type { Cadence } from "../../../probe/probe.ts";
import type { JudgeInput } from "../../judgement.ts";
import { setAside } from "./held-out.ts";
import type { Change } from "./change.ts";
import { type Episodes, areItsOwn, isAsBefore, withEpisode } from "./recurrences.ts";
import { type EngineState, freshEngine, stepEngine } from "./engine.ts";
import { type Learning, beginLearning, learn } from "../learn/learning.ts";
import { wideningOf } from "./false-positives.ts";
import { type Reference, fitReference, pipelineOf, readReference, readyPipeline } from "../learn/reference.ts";
import { returned, shadowIn } from "./previous-baseline.ts";
import { anchorOf, countWeek } from "./slow.ts";
import { type Stage, isLongEnough, isQuiet, nextStageMs, stageOf } from "./stages.ts";
import { type WatchState, readWatchState } from "./watch-state.ts";

export type Watched = { readonly state: WatchState; readonly accept?: LearnedBaseline | undefined } & (
  | { readonly kind: "learning"; readonly n: number; readonly of: number }
  | {
      readonly kind: "good";
      readonly reference: Reference;
      /** The weeks wander off from the anchor: information. */
      readonly slow?: string | undefined;
    }
  | {
      readonly kind: "moved";
      readonly change: Change;
      readonly reference: Reference;
      /** A change of level against a baseline that is old enough: somebody may be told. */
      readonly mayPage: boolean;
      /** Moves as large and as long have come and gone by themselves. */
      readonly asBefore?: Episodes | undefined;
      /** Samples from now on that the same says. */
      readonly confirmed: boolean;
      /** It is what was normal before a person accepted another normal. */
      readonly isReturn?: boolean;
    }
);

/** One more value of a series that is measured in logs: learns, steps, learns anew at its stages. Pure. */
export function watch(input: JudgeInput, value: number): Watched {
  const { slotMs, policy, memory } = input;
  const reference = readReference(memory?.baseline?.learned);
  const before = readWatchState(memory?.state);
  const log = Math.log(value);
  const learning = before?.learning ?? (reference === undefined ? beginLearning(slotMs, log) : undefined);
  const intervalMs = intervalOf(input, learning ?? reference);

  const isAnotherCadence = reference !== undefined && hasNewCadence(reference, intervalMs);
  if (reference === undefined || isAnotherCadence) {
    const isBegun = learning !== undefined && (!isAnotherCadence || before?.isAnew === true);
    return learnFirst(isBegun ? learning : beginLearning(slotMs, log), slotMs, log, intervalMs, {
      of: policy.drift.samples,
      isAnotherCadence,
      marks: before?.marks,
    });
  }

  return compare(input, value, reference, before ?? grownFrom(reference, slotMs, log), intervalMs);
}

/** A baseline without a past of its own, accepted or imported: it grows from now on. */
function grownFrom(reference: Reference, slotMs: number, log: number): WatchState {
  const learning = beginLearning(slotMs, log);
  return { v: 3, learning, refitAtMs: nextStageMs(learning, reference.toMs - reference.fromMs) };
}

/** Changes the state it is given. */
function compare(
  input: JudgeInput,
  value: number,
  reference: Reference,
  state: WatchState,
  intervalMs: number,
): Watched {
  const { slotMs, policy, memory } = input;
  const { drift } = policy;
  const stage = stageOf(reference, policy);
  const pipeline = readyPipeline(reference, stage.floor, wideningOf(state.marks, slotMs));
  const isOfThese = state.engine?.detector.sums.length === pipeline.components.length;
  const engine: EngineState =
    isOfThese && state.engine !== undefined ? state.engine : freshEngine(pipeline, slotMs - 1);
  state.engine = engine;
  const wasHeld = engine.held;
  const promise = { samples: drift.falsePageEveryMs / intervalMs, floor: stage.floor, intervalMs };
  const step = stepEngine(engine, pipeline, { atMs: slotMs, value }, promise);
  if (step.kind === "page") {
    const accept = returned(memory?.baseline?.learned, reference, step.change, stage);
    const moved = { kind: "moved", change: step.change, reference, mayPage: false, confirmed: true } as const;
    if (accept !== undefined) return { ...moved, isReturn: true, state: { v: 3, marks: state.marks }, accept };
  }
  if (step.kind === "recovered" && wasHeld !== undefined) {
    const { kind } = wasHeld;
    state.episodes = { ...state.episodes, [kind]: withEpisode(state.episodes?.[kind], wasHeld, slotMs, drift) };
  }

  const { held } = engine;
  const episodes = held && state.episodes?.[held.kind];
  const own = areItsOwn(episodes, slotMs, drift) ? episodes : undefined;
  const log = Math.log(value);
  setAside(state, step, reference, { slotMs, log, intervalMs }, own === undefined);
  if (step.kind === "page" || step.kind === "held") {
    // What moved is not learned from, unless the baseline is too young to say so or it keeps coming and going.
    const isLearned = !stage.mayPage || own !== undefined;
    const accept = isLearned ? learnOn(state, input, reference, log, intervalMs, stage) : undefined;
    const confirmed = step.change.samples >= samplesThatConfirm;
    const asBefore = own !== undefined && held !== undefined && isAsBefore(own, held, slotMs) ? own : undefined;
    const mayPage = stage.mayPage && asBefore === undefined;
    return { kind: "moved", change: step.change, reference, mayPage, asBefore, confirmed, state, accept };
  }

  const anchor = anchorOf(memory?.baseline?.learned, reference);
  state.weeks = countWeek(state.weeks, engine.recent.at(-1) ?? 0, slotMs, reference, anchor, stage.floor);
  const accept = learnOn(state, input, reference, log, intervalMs, stage);
  if (step.kind === "inform") {
    const tookMs = slotMs - step.change.sinceMs;
    state.informed = { change: step.change, untilMs: slotMs + tookMs + 10 * intervalMs };
  }
  const { informed } = state;
  if (informed === undefined || informed.untilMs < slotMs) {
    state.informed = undefined;
    return { kind: "good", reference, slow: state.weeks.told, state, accept };
  }
  return { kind: "moved", change: informed.change, reference, mayPage: false, confirmed: false, state, accept };
}

function learnFirst(
  kept: Learning,
  slotMs: number,
  log: number,
  intervalMs: number,
  { of, isAnotherCadence, marks }: { of: number; isAnotherCadence: boolean; marks: WatchState["marks"] },
): Watched {
  learn(kept, slotMs, log, intervalMs);
  const progress = { kind: "learning", n: kept.n, of } as const;
  if (kept.n < of) return { ...progress, state: { v: 3, learning: kept, isAnew: isAnotherCadence, marks } };
  const first = fitReference(kept, intervalMs);
  const why = isAnotherCadence ? `another interval: ${kept.n} runs` : `learned from the first ${kept.n} runs`;
  const engine = freshEngine(pipelineOf(first), slotMs);
  const state: WatchState = { v: 3, learning: kept, refitAtMs: nextStageMs(kept), engine, marks };
  return { ...progress, state, accept: { learned: first, n: kept.n, why } };
}

/** An alarm's evidence lies in this many samples at least, or other slots have to agree. */
const samplesThatConfirm = 3;

/** More samples for the next stage; at its time a new baseline, or another try four hours later. Changes the state. */
function learnOn(
  state: WatchState,
  { slotMs, memory }: JudgeInput,
  reference: Reference,
  log: number,
  intervalMs: number,
  { floor, mayPage }: Stage,
): LearnedBaseline | undefined {
  const { learning, engine, refitAtMs } = state;
  if (learning === undefined || engine === undefined) return undefined;
  learn(learning, slotMs, log, intervalMs);
  if (refitAtMs === undefined || slotMs < refitAtMs || !isLongEnough(learning)) return undefined;
  state.refitAtMs = slotMs + retryMs;
  // An hour's baseline is no anchor: the first day's replaces it whatever it says.
  if (mayPage && !isQuiet(engine)) return undefined;
  const refitted = fitReference(learning, intervalMs);
  if (mayPage && Math.abs(refitted.level - reference.level) > floor) return undefined;
  state.engine = freshEngine(pipelineOf(refitted), slotMs);
  state.refitAtMs = nextStageMs(learning);
  if (state.refitAtMs === undefined) state.learning = undefined;
  const days = Math.round((learning.lastMs - learning.startMs) / 86_400_000);
  // The first day's is the anchor of all that follow.
  const anchor = mayPage ? anchorOf(memory?.baseline?.learned, reference) : anchorOf(undefined, refitted);
  const learned = { ...refitted, anchor: { ...anchor }, ...shadowIn(memory?.baseline?.learned) };
  return { learned, n: learning.n, why: `learned anew from ${learning.n} runs of ${days} days` };
}

const retryMs = 4 * 3_600_000;

/** The probe's own interval; under a cron pattern the mean of those seen. */
function intervalOf({ cadence }: JudgeInput, seen: ({ readonly n: number } & Spanned) | undefined): number {
  if (cadence.kind === "every") return cadenceMs(cadence);
  const spanMs = seen === undefined ? 0 : "startMs" in seen ? seen.lastMs - seen.startMs : seen.toMs - seen.fromMs;
  return seen === undefined || seen.n < 2 || spanMs <= 0 ? cronGuessMs : spanMs / (seen.n - 1);
}

type Spanned =
  | { readonly startMs: number; readonly lastMs: number }
  | { readonly fromMs: number; readonly toMs: number };

const cronGuessMs = 3_600_000;

/** Time between two runs; of a cron pattern, a guess. */
export function cadenceMs(cadence: Cadence): number {
  return cadence.kind === "every" ? cadence.everyMs : cronGuessMs;
}

/** Neighbours of another distance are correlated otherwise: what was learned of them no longer holds. */
function hasNewCadence({ intervalMs }: Reference, nowMs: number): boolean {
  return Math.abs(Math.log(intervalMs / nowMs)) > Math.log(1.5);
}
