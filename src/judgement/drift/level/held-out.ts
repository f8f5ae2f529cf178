import type { Step } from "./engine.ts";
import { beginLearning, forgetSince, learn } from "../learn/learning.ts";
import type { Reference } from "../learn/reference.ts";
import { seasonAt } from "../learn/season.ts";
import type { WatchState } from "./watch-state.ts";

/**
 * Keeps the samples of a change apart while it lasts: they are what a person may accept as the new normal, and what is
 * learned from forgets them unless such changes are the series' own. Changes the state it is given.
 */
export function holdOut(
  state: WatchState,
  step: Step,
  reference: Reference,
  { slotMs, log, intervalMs }: { readonly slotMs: number; readonly log: number; readonly intervalMs: number },
  isForgotten: boolean,
): void {
  if (step.kind === "page") {
    const { sinceMs, samples } = step.change;
    if (isForgotten && state.learning !== undefined) forgetSince(state.learning, sinceMs + 1, intervalMs);
    const logs = (state.engine?.recent ?? []).slice(-samples);
    const timeOf = (index: number): number => slotMs - (logs.length - 1 - index) * intervalMs;
    const whole = logs.map((moved, index) => {
      const atMs = timeOf(index);
      return { atMs, log: moved + reference.level + reference.origin + seasonAt(reference.season, atMs) };
    });
    state.heldOut = beginLearning(whole[0]?.atMs ?? slotMs, whole[0]?.log ?? log);
    for (const sample of whole) learn(state.heldOut, sample.atMs, sample.log, intervalMs);
  } else if (step.kind === "held" && state.heldOut !== undefined) {
    learn(state.heldOut, slotMs, log, intervalMs);
  } else if (state.engine?.held === undefined) {
    state.heldOut = undefined;
  }
}
