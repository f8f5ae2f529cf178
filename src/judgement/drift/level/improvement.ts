import type { LearnedBaseline } from "../../../baseline/baseline.ts";
import type { DriftPolicy } from "../../../probe/probe.ts";
import { toJson } from "../../../std/json.ts";
import { minuteText } from "../../../std/time.ts";
import { fitReference, type Reference } from "../learn/reference.ts";
import { nextStageMs } from "./stages.ts";
import type { WatchState } from "./watch-state.ts";

const dayMs = 86_400_000;
/** Longer than a weekend: a level that has been lower for so long is what is watched against from now on. */
const lastingMs = 3 * dayMs;
/** So far down is no weekend, unless such moves have come and gone before: a day is enough. */
const far = Math.log(1.5);

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
  const days = -held.shift >= far && recurrences?.down === undefined ? 1 : lastingMs / dayMs;
  if (heldOut.lastMs - heldOut.startMs < Math.max(days * dayMs, pageAfterMs)) return undefined;
  const learned = toJson(fitReference(heldOut, before.intervalMs, before.season));
  const why = `better for ${days === 1 ? "a day" : "three days"}, ×${Math.exp(held.shift).toFixed(2)} since ${minuteText(held.sinceMs)}`;
  const state = { v: 4, learning: heldOut, refitAtMs: nextStageMs(heldOut), recurrences, falsePositives } as const;
  return { state, accept: { learned, n: heldOut.n, why } };
}
