import type { Aspect, SeriesMemory } from "../../baseline/baseline.ts";
import type { DayReading, Reading } from "../../baseline/reading.ts";
import type { Cadence, JudgePolicy } from "../../probe/probe.ts";
import { isJsonObject, type Json } from "../../std/json.ts";
import { readErrorBits, readRate } from "./error-bits.ts";
import { readCategories } from "./categories.ts";
import { isLevel } from "./e-detector.ts";
import { wideningOf } from "./marks.ts";
import { isNumbers } from "./numbers.ts";
import { readReference, readyPipeline, type Reference } from "./reference.ts";
import { stageOf } from "./stages.ts";
import { cadenceMs } from "./watch.ts";

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
interface Bets {
  readonly sums: readonly number[];
  readonly weights: readonly number[];
  /** Which are on more; undefined: all. */
  readonly isUp?: readonly boolean[];
  readonly held: Reading["held"];
}

const resting: Bets = { sums: [], weights: [], held: null };

/** What a judge's state amounts to; undefined: it has no baseline yet, or does not measure moves. Pure. */
export function readingOf(input: ReadingInput): Reading | undefined {
  const { group, aspect, memory, state, cadence } = input;
  const bets = betsIn(state, input);
  if (memory?.baseline === undefined || bets === undefined) return undefined;
  const reference = readReference(memory.baseline.learned);
  const [up, down] = totals(bets);
  const intervalMs = cadence.kind === "cron" ? (reference?.intervalMs ?? cadenceMs(cadence)) : cadenceMs(cadence);
  const before = betsIn(memory.state, input) ?? resting;
  return {
    group,
    intervalMs,
    pages: pagesOf(aspect, reference, memory, input.policy),
    up,
    down,
    held: bets.held,
    day: dayAfter(memory.reading?.day, before, bets, intervalMs, input),
  };
}

function betsIn(state: Json, { memory, policy, slotMs }: ReadingInput): Bets | undefined {
  if (!isJsonObject(state)) return undefined;
  if (isJsonObject(state["engine"])) return engineBets(state, state["engine"], memory, policy, slotMs);
  const bits = readErrorBits(state["bits"]);
  if (bits !== undefined) return evenBets(bits.sums, bits.held === undefined ? null : "up");
  const categories = readCategories(state["categories"]);
  if (categories === undefined) return undefined;
  const { sums, alarm } = categories;
  const [novelty = [], ...values] = sums;
  const share = values.length === 0 ? 1 : 0.5;
  const weights = [
    ...novelty.map(() => share / novelty.length),
    ...values.flatMap((of) => of.map(() => (1 - share) / values.length / of.length)),
  ];
  return { sums: sums.flat(), weights, held: alarm == null ? null : "up" };
}

function engineBets(
  state: { readonly [field: string]: Json },
  engine: { readonly [field: string]: Json },
  memory: SeriesMemory | undefined,
  policy: JudgePolicy,
  slotMs: number,
): Bets | undefined {
  const reference = readReference(memory?.baseline?.learned);
  const { detector, held } = engine;
  if (reference === undefined || !isJsonObject(detector)) return undefined;
  const sums = detector["sums"];
  if (!Array.isArray(sums) || !isNumbers(sums)) return undefined;
  const marks = isNumbers(state["marks"]) ? (state["marks"] as unknown as number[]) : undefined;
  const { components } = readyPipeline(reference, stageOf(reference, policy).floor, wideningOf(marks, slotMs));
  const bets = { sums: [] as number[], weights: [] as number[], isUp: [] as boolean[] };
  for (const [index, { kind, weight }] of components.entries()) {
    if (!isLevel(kind)) continue;
    bets.sums.push((sums as unknown as number[])[index] ?? 0);
    bets.weights.push(weight);
    bets.isUp.push(kind === "up");
  }
  const kind = isJsonObject(held) ? held["kind"] : undefined;
  return { ...bets, held: kind === "up" || kind === "down" ? kind : null };
}

function evenBets(sums: readonly number[], held: Reading["held"]): Bets {
  return { sums, weights: sums.map(() => 1 / sums.length), held };
}

function totals({ sums, weights, isUp }: Bets): [up: number, down: number] {
  let [up, down] = [0, 0];
  for (const [index, sum] of sums.entries()) {
    const share = (weights[index] ?? 0) * sum;
    if (isUp?.[index] === false) down += share;
    else up += share;
  }
  return [up, down];
}

/** Faster replies and what costs less are no cause for telling anybody; young baselines are none either. */
function pagesOf(
  aspect: Aspect,
  reference: Reference | undefined,
  { baseline }: SeriesMemory,
  policy: JudgePolicy,
): Reading["pages"] {
  if (aspect === "budget") return "none";
  if (reference !== undefined) {
    if (!stageOf(reference, policy).mayPage) return "none";
    return aspect === "usage" ? "both" : "up";
  }
  const rate = readRate(baseline?.learned);
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
  const [up, down] = totals({ ...after, sums });
  return Number.isFinite(up + down) ? { fromMs: day.fromMs, samples, sums, total: up + down } : { ...day, samples };
}

/** The detector has reached its promise and begun anew: so have the day's bets, less what was won before the day. */
function alarmed(day: DayReading, before: Bets, { drift }: JudgePolicy, intervalMs: number): DayReading {
  const least = Math.min(1, ...before.sums.map((sum, index) => (1 + (day.sums[index] ?? 0)) / (1 + sum)));
  const reached = (least * drift.falsePageEveryMs) / intervalMs;
  if (day.total <= 0 || reached <= day.total) return day;
  return { ...day, sums: day.sums.map((sum) => (sum * reached) / day.total), total: reached };
}
