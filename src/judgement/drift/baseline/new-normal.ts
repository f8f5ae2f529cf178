import type { SeriesMemory } from "../../../baseline/baseline.ts";
import type { DriftPolicy } from "../../../probe/probe.ts";
import { isJsonObject, type Json, toJson } from "../../../std/json.ts";
import { haveTicket, isRecurrent, recurrencesText } from "../level/recurrences.ts";
import { forgetBetween } from "../learn/learning.ts";
import { type FalsePositiveFeedback, feedbackOf, withFalsePositive } from "../level/false-positives.ts";
import { fitReference, readReference } from "../learn/reference.ts";
import { previousIn, withPrevious } from "../previous-baseline.ts";
import { readPairing } from "../../output/pair-judge.ts";
import { readWatching } from "../../output/watching.ts";
import { nextStageMs } from "../level/stages.ts";
import { type WatchState, readWatchState } from "../level/watch-state.ts";

/** What takes the place of a baseline and of a judge's state. `learned: null` is learned anew, from what `state` has. */
export interface NewNormal {
  readonly learned: Json;
  readonly n: number;
  /** What the judge goes on from; nothing when left out. */
  readonly state?: Json | undefined;
}

/**
 * "This is normal from now on": the baseline is made of the samples since the estimated time of the change that is
 * held, and the old one is kept as its previous one, so that going back there is a recovery and not a drift.
 * With too few samples they are the beginning of a new baseline. undefined: no change is held.
 */
export function acceptFromChange({ baseline, state }: SeriesMemory, fewest: number): NewNormal | undefined {
  const before = readReference(baseline?.learned);
  const watch = readWatchState(state);
  if (before === undefined || watch?.heldOut === undefined || watch.engine?.held === undefined) return undefined;
  const { heldOut, falsePositives } = watch;
  const rest: WatchState = { v: 4, learning: heldOut, ...(falsePositives === undefined ? {} : { falsePositives }) };
  if (heldOut.n < fewest) return { learned: null, n: heldOut.n, state: toJson(rest) };
  const learned = withPrevious(fitReference(heldOut, before.intervalMs, before.season), before);
  return { learned, n: heldOut.n, state: toJson({ ...rest, refitAtMs: nextStageMs(heldOut) }) };
}

/** What is left of a series when a time is taken out of what it was learned from. */
export interface Excluded {
  readonly state: Json;
  /** The baseline, when it was learned from that time as well and could be learned again without it. */
  readonly again?: Pick<NewNormal, "learned" | "n"> | undefined;
}

/**
 * "That was an incident": nothing between these times is learned from. The baseline stays, unless it was itself learned
 * from them and enough is left to learn it again. undefined: nothing is being learned.
 */
export function excludeBetween(
  { baseline, state }: Pick<SeriesMemory, "baseline" | "state">,
  fromMs: number,
  toMs: number,
  fewest: number,
): Excluded | undefined {
  const reference = readReference(baseline?.learned);
  const watch = readWatchState(state);
  if (watch === undefined) return undefined;
  const { learning, engine, recurrences, ...rest } = watch;
  // Nor is it one of the moves that come and go by themselves: which of them it was is not known.
  if (learning === undefined) return recurrences && { state: toJson({ ...rest, engine }) };
  const { startMs, lastMs, n } = learning;
  const intervalMs = reference?.intervalMs ?? (lastMs - startMs) / Math.max(1, n - 1);
  forgetBetween(learning, fromMs, toMs, intervalMs);
  const isTouched = reference !== undefined && reference.fromMs <= toMs && reference.toMs >= fromMs;
  if (!isTouched || engine?.held !== undefined || learning.n < fewest)
    return { state: toJson({ ...rest, learning, engine }) };
  const before = baseline?.learned;
  const anchor = isJsonObject(before) && before["anchor"] !== undefined ? { anchor: before["anchor"] } : {};
  const again = { ...fitReference(learning, intervalMs, reference.season), ...anchor };
  const learned = withPrevious(again, previousIn(before, readReference));
  return { state: toJson({ ...rest, learning }), again: { learned, n: learning.n } };
}

/** "We change something ourselves": whatever comes next is learned as a new epoch, and nobody is paged for it. */
export const plannedChange = { learned: null, n: 0, state: null } as const satisfies NewNormal;

/** "That page was a false positive": two within 90 days make the margin of the series half as wide again. undefined: not a series of this kind. */
export function markFalsePositive({ state }: Pick<SeriesMemory, "state">, pagedAtMs: number): Json | undefined {
  const watch = readAnyWatch(state);
  return watch === undefined
    ? undefined
    : toJson({ ...watch, falsePositives: withFalsePositive(watch.falsePositives, pagedAtMs) });
}

/** The state of a level, of answers to drawn questions, or of two targets compared: each remembers false positives. */
function readAnyWatch(state: Json | undefined) {
  return readWatchState(state) ?? readWatching(state) ?? readPairing(state);
}

/** Was that page marked already? */
export function isMarkedFalsePositive({ state }: Pick<SeriesMemory, "state">, pagedAtMs: number): boolean {
  return readAnyWatch(state)?.falsePositives?.includes(pagedAtMs) === true;
}

/** "We expect that": large moves that come and go cause no message until then. undefined: there are none with a ticket. */
export function expectRecurrences({ state }: Pick<SeriesMemory, "state">, expectedUntilMs: number): Json | undefined {
  const watch = readWatchState(state);
  const { up, down } = watch?.recurrences ?? {};
  if (watch === undefined || (!haveTicket(up) && !haveTicket(down))) return undefined;
  const recurrences = {
    up: haveTicket(up) ? { ...up, expectedUntilMs } : up,
    down: haveTicket(down) ? { ...down, expectedUntilMs } : down,
  };
  return toJson({ ...watch, recurrences });
}

/** What people's falsePositives have made of a series. */
export function feedbackIn({ state }: Pick<SeriesMemory, "state">, nowMs: number): FalsePositiveFeedback {
  return feedbackOf(readAnyWatch(state)?.falsePositives, nowMs);
}

/** Which moves of a series are its own, a line each for people. */
export function recurrencesIn({ state }: Pick<SeriesMemory, "state">, nowMs: number, drift: DriftPolicy): string[] {
  const { up, down } = readWatchState(state)?.recurrences ?? {};
  return [
    ...(isRecurrent(up, nowMs, drift) ? [`up: ${recurrencesText(up)}`] : []),
    ...(isRecurrent(down, nowMs, drift) ? [`down: ${recurrencesText(down)}`] : []),
  ];
}
