import type { LearnedBaseline } from "../../../baseline/baseline.ts";
import type { DriftPolicy } from "../../../probe/probe.ts";
import { toJson } from "../../../std/json.ts";
import { minuteText } from "../../../std/time.ts";
import { fitReference, type Reference } from "../learn/reference.ts";
import { nextStageMs } from "./stages.ts";
import type { WatchState } from "./watch-state.ts";

/** Longer than a weekend: a level that has been lower for so long is what is watched against from now on. */
const lastingMs = 3 * 86_400_000;

/**
 * The samples of a lasting improvement as the baseline: what is slower than that is a change, even where it was usual before.
 * undefined: nothing has become better for long enough.
 */
export function betterReference(
  { engine, heldOut, recurrences, falsePositives }: WatchState,
  before: Reference,
  { samples, pageAfterMs }: DriftPolicy,
): { readonly state: WatchState; readonly accept: LearnedBaseline } | undefined {
  const held = engine?.held;
  if (held?.kind !== "down" || heldOut === undefined || heldOut.n < samples) return undefined;
  if (heldOut.lastMs - heldOut.startMs < Math.max(lastingMs, pageAfterMs)) return undefined;
  const learned = toJson(fitReference(heldOut, before.intervalMs, before.season));
  const why = `better for three days, ×${Math.exp(held.shift).toFixed(2)} since ${minuteText(held.sinceMs)}`;
  const state = { v: 4, learning: heldOut, refitAtMs: nextStageMs(heldOut), recurrences, falsePositives } as const;
  return { state, accept: { learned, n: heldOut.n, why } };
}
