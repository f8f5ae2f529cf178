import { type Pipeline, readyPipeline } from "../level/pipeline.ts";
import type { Aspect, SeriesMemory } from "../../../baseline/baseline.ts";
import type { DayReading, Reading } from "../../../baseline/reading.ts";
import type { Cadence, JudgePolicy } from "../../../probe/probe.ts";
import { isNumbers } from "../../../std/check.ts";
import { isJsonObject, type Json } from "../../../std/json.ts";
import { readErrorBits, readRate } from "../rate/error-bits.ts";
import { readCategories } from "../counts/categories.ts";
import { isRecurrent } from "../level/recurrences.ts";
import { marginFactorOf } from "../level/false-positives.ts";
import { readReference } from "../learn/reference.ts";
import { type Stage, stageOf } from "../level/stages.ts";
import type { WatchState } from "../level/watch-state.ts";
import { cadenceMs } from "../level/cadence.ts";

export interface ReadingInput {
  readonly group: string;
  readonly aspect: Aspect;
  /** As it was before this run. */
  readonly memory: SeriesMemory | undefined;
  /** As the judge has left it, and whether it has proposed another baseline. */
  readonly state: Json;
  readonly isAnew: boolean;
  readonly policy: JudgePolicy;
  readonly cadence: Cadence;
  readonly slotMs: number;
  /** When the last daily message was made. */
  readonly dailyMs: number;
}

/** Bets of one detector with what each weighs. */
interface Bets extends Shares {
  readonly sums: readonly number[];
  readonly held: Reading["held"];
}

interface Shares {
  readonly weights: readonly number[];
  /** Which are on more; undefined: all. */
  readonly isUp?: readonly boolean[];
}

const resting: Bets = { sums: [], weights: [], held: null };

/** What a judge's state amounts to; undefined: it has no baseline yet, or does not measure moves. Pure. */
export function readingOf(input: ReadingInput): Reading | undefined {
  const { group, aspect, memory, state, policy, cadence, slotMs } = input;
  if (memory?.baseline === undefined) return undefined;
  const reference = readReference(memory.baseline.learned);
  const stage = reference && stageOf(reference, policy);
  const pipeline = stage && readyPipeline(reference, stage.floor, marginFactorOf(falsePositivesIn(state), slotMs));
  const bets = betsIn(state, pipeline);
  if (bets === undefined) return undefined;
  const [up, down] = totals(bets, bets.sums);
  const intervalMs = cadence.kind === "cron" ? (reference?.intervalMs ?? cadenceMs(cadence)) : cadenceMs(cadence);
  const before = betsIn(memory.state, pipeline) ?? resting;
  return {
    group,
    intervalMs,
    pages: pagesOf(aspect, stage, input),
    up,
    down,
    held: bets.held,
    day: dayAfter(memory.reading?.day, before, bets, intervalMs, input),
  };
}

function falsePositivesIn(state: Json): readonly number[] | undefined {
  const falsePositives = isJsonObject(state) ? state["falsePositives"] : undefined;
  return isNumbers(falsePositives) ? falsePositives : undefined;
}

function recurrencesIn(state: Json): NonNullable<WatchState["recurrences"]> {
  const recurrences = isJsonObject(state) ? state["recurrences"] : undefined;
  return recurrences === undefined ? {} : (recurrences as NonNullable<WatchState["recurrences"]>);
}

function betsIn(state: Json, pipeline: Pipeline | undefined): Bets | undefined {
  if (!isJsonObject(state)) return undefined;
  if (isJsonObject(state["engine"])) return pipeline && engineBets(state["engine"], pipeline);
  const bits = readErrorBits(state["bits"]);
  if (bits !== undefined) return evenBets(bits.sums, bits.held === undefined ? null : "up");
  const categories = readCategories(state["categories"]);
  if (categories === undefined) return undefined;
  const { sums, held } = categories;
  const [novelty = [], ...values] = sums;
  const share = values.length === 0 ? 1 : 0.5;
  const weights = [
    ...novelty.map(() => share / novelty.length),
    ...values.flatMap((of) => of.map(() => (1 - share) / values.length / of.length)),
  ];
  return { sums: sums.flat(), weights, held: held === undefined ? null : "up" };
}

function engineBets(
  { detector, held }: { readonly [field: string]: Json },
  { levelBets: { weights, isUp } }: Pipeline,
): Bets | undefined {
  const sums = isJsonObject(detector) ? detector["sums"] : undefined;
  if (!isNumbers(sums)) return undefined;
  const ofLevel = sums.slice(0, weights.length);
  const kind = isJsonObject(held) ? held["kind"] : undefined;
  return { sums: ofLevel, weights, isUp, held: kind === "up" || kind === "down" ? kind : null };
}

function evenBets(sums: readonly number[], held: Reading["held"]): Bets {
  return { sums, weights: sums.map(() => 1 / sums.length), held };
}

function totals({ weights, isUp }: Shares, sums: readonly number[]): [up: number, down: number] {
  let [up, down] = [0, 0];
  for (const [index, sum] of sums.entries()) {
    const share = (weights[index] ?? 0) * sum;
    if (isUp?.[index] === false) down += share;
    else up += share;
  }
  return [up, down];
}

/**
 * Faster replies and what costs less are no reason to notify anybody; young baselines are none either, nor is what
 * comes and goes by itself.
 */
function pagesOf(
  aspect: Aspect,
  stage: Stage | undefined,
  { memory, state, policy, slotMs }: ReadingInput,
): Reading["pages"] {
  if (aspect === "budget") return "none";
  if (stage !== undefined) {
    if (!stage.mayPage) return "none";
    const { up, down } = recurrencesIn(state);
    const isUp = !isRecurrent(up, slotMs, policy.drift);
    const isDown = aspect === "usage" && !isRecurrent(down, slotMs, policy.drift);
    if (isUp && isDown) return "both";
    return isUp ? "up" : isDown ? "down" : "none";
  }
  const rate = readRate(memory?.baseline?.learned);
  const isYoung = rate !== undefined && rate.toMs - rate.fromMs < policy.drift.pageAfterMs;
  return isYoung ? "none" : "up";
}

/**
 * The same bets, begun anew after each daily message. What each has won in this step, e, follows from the detector's own
 * sums, R <- (1 + R) e. While a move is held nothing is bet. Of the step that raises an alarm only the whole is known: it
 * has reached the promise; the day's share of that is taken at its least.
 */
function dayAfter(
  known: DayReading | undefined,
  before: Bets,
  after: Bets,
  intervalMs: number,
  { isAnew, policy, slotMs, dailyMs }: ReadingInput,
): DayReading {
  const begun = known !== undefined && known.fromMs > dailyMs ? known : undefined;
  const day = begun ?? { fromMs: slotMs, samples: 0, sums: [], total: 0 };
  const samples = day.samples + 1;
  const ofLength = (sums: readonly number[]): readonly number[] => (sums.length === after.sums.length ? sums : []);
  if (after.sums.every((sum) => sum === 0)) {
    const isAtRest = isAnew || before.held !== null || before.sums.every((sum) => sum === 0);
    return isAtRest ? { ...day, samples } : alarmed({ ...day, samples }, before, policy, intervalMs);
  }
  const [was, own] = [ofLength(before.sums), ofLength(day.sums)];
  if (was.length > 0 && after.sums.every((sum, index) => sum === was[index])) return { ...day, samples };
  const sums = after.sums.map((sum, index) => ((1 + (own[index] ?? 0)) * sum) / (1 + (was[index] ?? 0)));
  const [up, down] = totals(after, sums);
  return Number.isFinite(up + down) ? { fromMs: day.fromMs, samples, sums, total: up + down } : { ...day, samples };
}

/** The detector has reached its promise and begun anew: so have the day's bets, less what was won before the day. */
function alarmed(day: DayReading, before: Bets, { drift }: JudgePolicy, intervalMs: number): DayReading {
  const least = Math.min(1, ...before.sums.map((sum, index) => (1 + (day.sums[index] ?? 0)) / (1 + sum)));
  const reached = (least * drift.falsePageEveryMs) / intervalMs;
  if (day.total <= 0 || reached <= day.total) return day;
  return { ...day, sums: day.sums.map((sum) => (sum * reached) / day.total), total: reached };
}
