import type { LearnedBaseline } from "../../../baseline/baseline.ts";
import { toJson } from "../../../std/json.ts";
import type { JudgeInput } from "../../judgement.ts";
import { type Learning, beginLearning, learn } from "../learn/learning.ts";
import { type Reference, fitReference, readReference } from "../learn/reference.ts";
import { times } from "../../../std/times.ts";
import { previousIn, withPrevious } from "../previous-baseline.ts";
import { hasNewCadence, intervalOf, isSlow } from "./cadence.ts";
import type { Change } from "./change.ts";
import { type Step, freshEngine, stepEngine } from "./engine.ts";
import type { EngineState, Held } from "./engine-state.ts";
import { marginFactorOf } from "./false-positives.ts";
import { holdOut } from "./held-out.ts";
import { type Pipeline, pipelineOf, readyPipeline } from "./pipeline.ts";
import { type Recurring, hasEnded, recurringOf, withMove } from "./recurrences.ts";
import { betterReference } from "./improvement.ts";
import { returnToPrevious } from "./return-to-previous.ts";
import { anchorOf, countWeek } from "./slow.ts";
import { type Stage, isLongEnough, isQuiet, nextStageMs, stageOf } from "./stages.ts";
import { type WatchState, readWatchState } from "./watch-state.ts";

export type Watched = { readonly state: WatchState; readonly accept?: LearnedBaseline | undefined } & (
  | { readonly kind: "learning"; readonly n: number; readonly of: number }
  | {
      readonly kind: "good";
      readonly reference: Reference;
      /** The weekly level has drifted away from the anchor: information. */
      readonly slow?: string | undefined;
      /** Large moves that used to come and go have not come for long. */
      readonly hasEnded?: boolean | undefined;
      /** Another run within minutes would show whether a move is chance. */
      readonly asks?: boolean | undefined;
    }
  | {
      readonly kind: "moved";
      readonly change: Change;
      readonly reference: Reference;
      /** A change of level against a baseline that is old enough: it may page. */
      readonly mayPage: boolean;
      /** It is one more of moves that have come and gone by themselves before. */
      readonly recurring?: Recurring | undefined;
      /** Samples from now on that the same says. */
      readonly confirmed: boolean;
      /** It is what was normal before a person accepted another normal. */
      readonly isReturn?: boolean;
    }
);

/**
 * One more value of a series that is measured in logs: learns, steps, learns anew at its stages. `isLessBetter`: a level that
 * stays lower becomes the baseline by itself. `mayAsk`: a suspicion asks for runs beside the schedule. Pure.
 */
export function watch(input: JudgeInput, value: number, isLessBetter: boolean, mayAsk = false): Watched {
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
      falsePositives: before?.falsePositives,
    });
  }

  const state = before ?? grownFrom(reference, slotMs, log);
  return compare(input, value, reference, state, intervalMs, { isLessBetter, mayAsk });
}

/** A baseline without a past of its own, accepted or imported: it grows from now on. */
function grownFrom(reference: Reference, slotMs: number, log: number): WatchState {
  const learning = beginLearning(slotMs, log);
  return { v: 4, learning, refitAtMs: nextStageMs(learning, reference.toMs - reference.fromMs) };
}

/** One sample against a baseline, and what has been made of it so far. `state` is a copy: parts of it are replaced on the way. */
interface Comparison {
  readonly input: JudgeInput;
  readonly reference: Reference;
  readonly stage: Stage;
  readonly state: WatchState;
  readonly engine: EngineState;
  readonly log: number;
  readonly intervalMs: number;
  /** Of a run beside the schedule: nothing is learned from what a suspicion has caused. */
  readonly isExtra: boolean;
}

function compare(
  input: JudgeInput,
  value: number,
  reference: Reference,
  state: WatchState,
  intervalMs: number,
  { isLessBetter, mayAsk }: { readonly isLessBetter: boolean; readonly mayAsk: boolean },
): Watched {
  const { slotMs, policy, memory, cadence } = input;
  const { drift } = policy;
  const stage = stageOf(reference, policy);
  const pipeline = readyPipeline(reference, stage.floor, marginFactorOf(state.falsePositives, slotMs));
  const engine = engineFor(state, pipeline, slotMs);
  const { held: before } = engine;
  const callsOfExtra = mayAsk && stage.mayPage && isSlow(cadence) ? input.scenario.maxCalls : undefined;
  const promise = { samples: drift.falsePageEveryMs / intervalMs, floor: stage.floor, intervalMs, callsOfExtra };
  // Under a cron pattern the distance between two runs does not say which are beside the schedule.
  const isExtra = isSlow(cadence) && slotMs - engine.lastMs < intervalMs / 3;
  const step = stepEngine(engine, pipeline, { atMs: slotMs, value, isExtra }, promise);
  if (step.kind === "page") {
    const { change } = step;
    const accept = returnToPrevious(memory?.baseline?.learned, reference, change, stage);
    const isReturn = { kind: "moved", change, reference, mayPage: false, confirmed: true, isReturn: true } as const;
    if (accept !== undefined) return { ...isReturn, state: { v: 4, falsePositives: state.falsePositives }, accept };
  }
  const now: Comparison = { input, reference, stage, state, engine, log: Math.log(value), intervalMs, isExtra };
  if (step.kind === "recovered" && before !== undefined) rememberMove(now, before);
  const { held } = engine;
  const recurring = held && recurringOf(state.recurrences?.[held.kind], held, slotMs, drift);
  holdOut(state, step, reference, { slotMs, log: now.log, intervalMs }, recurring?.kind !== "own");
  if (step.kind !== "page" && step.kind !== "held") return whileSteady(now, step);
  const better = isLessBetter && stage.mayPage ? betterReference(state, reference, drift) : undefined;
  return better === undefined
    ? whileMoved(now, step.change, recurring)
    : { kind: "moved", change: step.change, reference, mayPage: false, confirmed: false, ...better };
}

/** Sums that belong to other bets say nothing: they begin anew. */
function engineFor(state: WatchState, pipeline: Pipeline, slotMs: number): EngineState {
  const isOfThese = state.engine?.detector.sums.length === pipeline.components.length;
  const engine = isOfThese && state.engine !== undefined ? state.engine : freshEngine(pipeline, slotMs - 1);
  state.engine = engine;
  return engine;
}

function rememberMove({ input: { slotMs, policy }, state }: Comparison, over: Held): void {
  const { kind } = over;
  const moves = withMove(state.recurrences?.[kind], over, slotMs, policy.drift);
  state.recurrences = { ...state.recurrences, [kind]: moves };
}

/** What has moved is not learned from, unless the baseline is too young to say so or small moves keep coming and going. */
function whileMoved(now: Comparison, change: Change, recurring: Recurring | undefined): Watched {
  const { reference, stage, state } = now;
  const isOwn = recurring?.kind === "own";
  const accept = !stage.mayPage || isOwn ? learnOn(now) : undefined;
  const mayPage = stage.mayPage && !isOwn && recurring?.kind !== "expected";
  const confirmed = change.samples + (change.extra ?? 0) >= samplesThatConfirm;
  return { kind: "moved", change, reference, mayPage, recurring, confirmed, state, accept };
}

function whileSteady(now: Comparison, step: Step): Watched {
  const { input, reference, stage, state, engine, intervalMs } = now;
  const { slotMs, memory, policy } = input;
  const anchor = anchorOf(memory?.baseline?.learned, reference);
  if (!now.isExtra) {
    state.weeks = countWeek(state.weeks, engine.recent.at(-1) ?? 0, slotMs, reference, anchor, stage.floor);
  }
  const accept = learnOn(now);
  if (step.kind === "inform") {
    const tookMs = slotMs - step.change.sinceMs;
    state.informed = { change: step.change, untilMs: slotMs + tookMs + 10 * intervalMs };
  }
  const { informed } = state;
  if (informed !== undefined && informed.untilMs >= slotMs) {
    return { kind: "moved", change: informed.change, reference, mayPage: false, confirmed: false, state, accept };
  }
  state.informed = undefined;
  const { up, down } = state.recurrences ?? {};
  const isOver = hasEnded(up, slotMs, policy.drift) || hasEnded(down, slotMs, policy.drift);
  const asks = step.kind === "quiet" && step.asks === true;
  return { kind: "good", reference, slow: state.weeks?.drift, hasEnded: isOver, asks, state, accept };
}

function learnFirst(
  kept: Learning,
  slotMs: number,
  log: number,
  intervalMs: number,
  {
    of,
    isAnotherCadence,
    falsePositives,
  }: { of: number; isAnotherCadence: boolean; falsePositives: WatchState["falsePositives"] },
): Watched {
  learn(kept, slotMs, log, intervalMs);
  const progress = { kind: "learning", n: kept.n, of } as const;
  if (kept.n < of) return { ...progress, state: { v: 4, learning: kept, isAnew: isAnotherCadence, falsePositives } };
  const first = fitReference(kept, intervalMs);
  const why = isAnotherCadence ? `another interval: ${kept.n} runs` : `learned from the first ${kept.n} runs`;
  const engine = freshEngine(pipelineOf(first), slotMs);
  const state: WatchState = { v: 4, learning: kept, refitAtMs: nextStageMs(kept), engine, falsePositives };
  return { ...progress, state, accept: { learned: toJson(first), n: kept.n, why } };
}

/** An alarm's evidence lies in this many samples at least, or other slots have to agree. */
const samplesThatConfirm = 3;

/** More samples for the next stage; at its time a new baseline, or another try four hours later. */
function learnOn({
  input,
  reference,
  stage,
  state,
  log,
  intervalMs,
  isExtra,
}: Comparison): LearnedBaseline | undefined {
  const { slotMs, memory } = input;
  const { floor, mayPage } = stage;
  const { learning, engine, refitAtMs } = state;
  if (learning === undefined || engine === undefined || isExtra) return undefined;
  learn(learning, slotMs, log, intervalMs);
  if (refitAtMs === undefined || slotMs < refitAtMs || !isLongEnough(learning)) return undefined;
  state.refitAtMs = slotMs + retryMs;
  const refitted = fitReference(learning, intervalMs);
  const away = refitted.level - reference.level;
  // An hour's baseline is no anchor: the first day's replaces it whatever it says.
  const isRefused = mayPage && (!isQuiet(engine) || Math.abs(away) > floor);
  state.refusedSinceMs = isRefused ? (state.refusedSinceMs ?? slotMs) : undefined;
  if (engine.held !== undefined) state.refusedSinceMs = undefined;
  if (isRefused && slotMs - (state.refusedSinceMs ?? slotMs) < longestRefusedMs) return undefined;
  state.refusedSinceMs = undefined;
  state.engine = freshEngine(pipelineOf(refitted), slotMs);
  state.engine.recent = engine.recent.map((moved) => moved - away);
  state.engine.burst = engine.burst;
  state.refitAtMs = nextStageMs(learning);
  if (state.refitAtMs === undefined) state.learning = undefined;
  const days = Math.round((learning.lastMs - learning.startMs) / 86_400_000);
  // The first day's is the anchor of all that follow.
  const anchor = mayPage ? anchorOf(memory?.baseline?.learned, reference) : anchorOf(undefined, refitted);
  const learned = withPrevious({ ...refitted, anchor }, previousIn(memory?.baseline?.learned, readReference));
  const unrest = isRefused
    ? `; for a day it was unlike the baseline before, ×${times(Math.exp(away))}, and no proof of a change`
    : "";
  return { learned, n: learning.n, why: `learned anew from ${learning.n} runs of ${days} days${unrest}` };
}

/** So long a series is compared with a baseline that it may have left, while what is suspected is not enough for an alert. */
const longestRefusedMs = 86_400_000;
const retryMs = 4 * 3_600_000;
