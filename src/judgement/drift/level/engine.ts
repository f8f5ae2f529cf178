import type { Pipeline } from "./pipeline.ts";
import type { EngineState, Held } from "./engine-state.ts";
import { type Change, backAt, backwards, changeSince, isBeyond, lastsStill, middleOf } from "./change.ts";
import {
  type Scores,
  freshDetector,
  heaviestOf,
  isLevel,
  largeMoves,
  stepDetector,
  stepExtraBets,
} from "./e-detector.ts";
import { type Burst, asksForMore, beginBurst, freshBurst, joinBurst, worthOf } from "./burst.ts";
import { farScore, rankScore } from "../learn/rank-table.ts";
import { shareOfBets, streakIn, streakRuns } from "./streak.ts";
import { seasonOf } from "../learn/season.ts";
import { startIn } from "./start.ts";
import { median } from "../../../std/statistics.ts";

/** What was promised, in the engine's own units. */
export interface AlarmPromise {
  /** Samples between two false alarms, on average, at least. */
  readonly samples: number;
  /** ln of the smallest ratio worth reporting: 0.049 for 5 %. */
  readonly floor: number;
  readonly intervalMs: number;
  /** Whether a suspicion may ask for runs beside the schedule, and how many calls each of them makes. */
  readonly callsOfExtra?: number | undefined;
}

export type Step =
  /** `asks`: another run within minutes would show whether a move is chance. */
  | { readonly kind: "quiet"; readonly asks?: true }
  /** `page`: the level has moved · `inform`: spread or tail, or a level that came back before it was reported. */
  | { readonly kind: "page" | "inform"; readonly change: Change }
  | { readonly kind: "held"; readonly change: Change }
  | { readonly kind: "recovered" };

/** Also the longest stretch by which a change is measured. */
const keptRecent = 60;
const quiet: Step = { kind: "quiet" };
const asking: Step = { kind: "quiet", asks: true };
const noScores: Scores = { up: 0, down: 0, plain: 0 };

export function freshEngine(pipeline: Pipeline, atMs: number): EngineState {
  const detector = freshDetector(pipeline.components, atMs);
  return { lastMs: atMs, follows: 0, previous: { ...noScores }, detector, recent: [] };
}

/** A value that can be judged: zero or less means that nothing was measured. */
export function isMeasured(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}

/**
 * One sample of a series, later than the one before. Changes the state it is given; what is not measured changes nothing.
 * `isExtra`: of a run beside the schedule, minutes after one of it.
 */
export function stepEngine(
  state: EngineState,
  pipeline: Pipeline,
  sample: { readonly atMs: number; readonly value: number; readonly isExtra?: boolean },
  promise: AlarmPromise,
): Step {
  const { atMs, value, isExtra = false } = sample;
  if (!isMeasured(value) || atMs <= state.lastMs) return quiet;
  const { reference, components } = pipeline;
  const raw = Math.log(value) - reference.origin;
  const log = raw - seasonOf(reference.season, atMs, raw - reference.level);
  if (isExtra && state.burst !== undefined && state.held?.kind !== "up") {
    return stepExtra(state, state.burst, pipeline, { atMs, log }, promise);
  }
  const isGap = atMs - state.lastMs > 3 * promise.intervalMs;
  const scores = whitened(state, pipeline, log, pipeline.isTied ? 0 : promise.floor, isGap);
  state.follows = isGap ? 0 : Math.min(streakRuns, state.follows + 1);
  state.lastMs = atMs;
  remember(state.recent, Math.round((log - reference.level) * 1e4) / 1e4);
  const { held } = state;
  if (held?.kind === "up") return stepHeld(state, held, pipeline, atMs, promise);

  const { level, others } = stepDetector(state.detector, components, scores, atMs, held?.kind === "down");
  const far = streakIn(state.recent, state.follows, pipeline, promise.samples);
  if (far === "up" || (far === "down" && held === undefined)) {
    return hold(state, pipeline, { kind: far, sinceMs: atMs - streakRuns * promise.intervalMs }, atMs, promise);
  }
  if (level * shareOfBets >= promise.samples) return alarm(state, pipeline, atMs, promise);
  const asks =
    promise.callsOfExtra !== undefined && beginAsking(state, pipeline, log, promise.callsOfExtra, promise.intervalMs);
  if (held !== undefined) return stepHeld(state, held, pipeline, atMs, promise);
  if (others < promise.samples) return asks ? asking : quiet;
  const { kind, sinceMs } = heaviestOf(state.detector, components, (it) => !isLevel(it));
  const change = changeSince(kind, sinceMs, state.recent, pipeline, atMs, promise.intervalMs);
  for (const [index, component] of components.entries()) {
    if (isLevel(component.kind)) continue;
    state.detector.sums[index] = 0;
    state.detector.cusums[index] = 0;
    state.detector.sinceMs[index] = atMs;
  }
  return { kind: "inform", change };
}

/** Every run of the schedule may begin a burst. */
function beginAsking(state: EngineState, pipeline: Pipeline, log: number, calls: number, intervalMs: number): boolean {
  state.burst ??= freshBurst(intervalMs, calls);
  beginBurst(state.burst, state.previous, log - pipeline.reference.level, calls);
  return !pipeline.isTied && asksForMore(state.burst, largeMoves(state.detector, pipeline.components));
}

/**
 * A run that a suspicion has caused: it bets on a rise alone, with what the runs before it in the burst don't explain. Those
 * count as one of the schedule, with their middle.
 */
function stepExtra(
  state: EngineState,
  burst: Burst,
  pipeline: Pipeline,
  { atMs, log }: { readonly atMs: number; readonly log: number },
  promise: AlarmPromise,
): Step {
  const { reference, scores, components } = pipeline;
  const now = scoresAt(pipeline, log, pipeline.isTied ? 0 : promise.floor);
  const rest = joinBurst(burst, now, log - reference.level, largeMoves(state.detector, components));
  state.lastMs = atMs;
  state.recent[state.recent.length - 1] = Math.round(median(burst.logs) * 1e4) / 1e4;
  const score = rankScore(scores, rest.score * Math.sqrt(1 - reference.correlation ** 2));
  const level = stepExtraBets(state.detector, pipeline, { score, share: rest.share }, atMs);
  if (level * shareOfBets >= promise.samples) return alarm(state, pipeline, atMs, promise);
  return promise.callsOfExtra !== undefined && asksForMore(burst, largeMoves(state.detector, components))
    ? asking
    : quiet;
}

/** A list that has grown would be copied once more: the oldest makes room first. */
function remember(recent: number[], value: number): void {
  if (recent.length < keptRecent) {
    recent.push(value);
    return;
  }
  for (let index = 1; index < keptRecent; index += 1) recent[index - 1] = recent[index] as number;
  recent[keptRecent - 1] = value;
}

function scoresAt({ reference, values }: Pipeline, log: number, floor: number): Scores {
  return {
    up: farScore(values, log - reference.shift - floor, reference.spread),
    down: farScore(values, log - reference.shift + floor, reference.spread),
    plain: farScore(values, log, reference.spread),
  };
}

function whitened(state: EngineState, pipeline: Pipeline, log: number, floor: number, isGap: boolean): Scores {
  const { reference, scores } = pipeline;
  const before = isGap ? noScores : state.previous;
  const now = scoresAt(pipeline, log, floor);
  state.previous = now;
  const { correlation } = reference;
  return {
    up: rankScore(scores, now.up - correlation * before.up),
    down: rankScore(scores, now.down - correlation * before.down),
    plain: rankScore(scores, now.plain - correlation * before.plain),
  };
}

function alarm(state: EngineState, pipeline: Pipeline, atMs: number, promise: AlarmPromise): Step {
  const { intervalMs, floor } = promise;
  const { reference, components, isTied } = pipeline;
  const { kind: heaviest, sinceMs } = heaviestOf(state.detector, components, isLevel);
  const change = changeSince(heaviest, sinceMs, state.recent, pipeline, atMs, intervalMs, extraOf(state));
  if (isTied && !isBeyond(floor, state.recent.slice(-change.samples), reference)) return quiet;
  // What is faster than usual is not slower, however much evidence there is that it was.
  if (state.held !== undefined && change.ratio <= 1) return quiet;
  state.detector = freshDetector(components, atMs);
  const kind = heaviest === "down" ? "down" : "up";
  const shift = Math.log(change.ratio);
  const isStillThere = lastsStill(state.recent.slice(-change.samples), shift, reference, floor);
  if (!isStillThere) return { kind: "inform", change };
  return report(state, pipeline, change, { kind, sinceMs, shift, back: 0 }, atMs, promise);
}

/** The move is held from now on, with the range in which it has begun. */
function report(
  state: EngineState,
  { reference }: Pipeline,
  change: Change,
  held: Held,
  atMs: number,
  promise: AlarmPromise,
): Step {
  const sinceRuns = (atMs - held.sinceMs) / promise.intervalMs;
  const { most, least } = startIn(state.recent, held.shift, reference, promise, sinceRuns);
  const start = { fromMs: atMs - most * promise.intervalMs, toMs: atMs - (least - 1) * promise.intervalMs };
  state.held = { ...held, start };
  return { kind: "page", change: { ...change, start } };
}

const extraOf = ({ burst }: EngineState): number => (burst === undefined ? 0 : worthOf(burst));

/** A level that has moved: from now on the question is when it is back. */
function hold(
  state: EngineState,
  pipeline: Pipeline,
  { kind, sinceMs }: { readonly kind: "up" | "down"; readonly sinceMs: number },
  atMs: number,
  promise: AlarmPromise,
): Step {
  const change = changeSince(kind, sinceMs, state.recent, pipeline, atMs, promise.intervalMs);
  state.detector = freshDetector(pipeline.components, atMs);
  return report(state, pipeline, change, { kind, sinceMs, shift: Math.log(change.ratio), back: 0 }, atMs, promise);
}

function stepHeld(state: EngineState, held: Held, pipeline: Pipeline, atMs: number, promise: AlarmPromise): Step {
  const { intervalMs, floor } = promise;
  const { reference, components } = pipeline;
  settleGeneration(state, held, pipeline, atMs, promise);
  held.back = Math.max(0, held.back + backwards(state.recent.at(-1) ?? 0, held.shift, reference, floor));
  if (held.back < backAt) {
    const change = changeSince(held.kind, held.sinceMs, state.recent, pipeline, atMs, intervalMs);
    return { kind: "held", change: { ...change, start: held.start } };
  }
  delete state.held;
  state.detector = freshDetector(components, atMs);
  return { kind: "recovered" };
}

/** An alarm's first estimate is of few samples, and too large on average: it is made again while they become more. */
function settleGeneration(
  state: EngineState,
  held: Held,
  pipeline: Pipeline,
  atMs: number,
  { intervalMs, floor }: AlarmPromise,
): void {
  const samples = Math.round((atMs - held.sinceMs) / intervalMs);
  if (samples > keptRecent || held.back > backAt / 3) return;
  const estimate = middleOf(state.recent.slice(-samples), pipeline);
  const sign = Math.sign(held.shift);
  held.shift = sign * Math.max(floor, sign * estimate);
}
