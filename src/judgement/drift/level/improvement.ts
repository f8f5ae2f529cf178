import type { LearnedBaseline } from "../../../baseline/baseline.ts";
import type { DriftPolicy } from "../../../probe/probe.ts";
import { isJsonObject, type Json, toJson } from "../../../std/json.ts";
import { fitReference, type Reference, readReference } from "../learn/reference.ts";
import { previousIn } from "../previous-baseline.ts";
import { minuteText } from "../../../std/time.ts";
import { nextStageMs } from "./stages.ts";
import type { WatchState } from "./watch-state.ts";

/** A level that has been lower for so long is what is watched against from now on. */
const lastingMs = 86_400_000;

/**
 * The samples of a lasting improvement as the baseline: what is slower than that is a change, even where it was usual before.
 * The one before is kept until the next stage, three days after it began, so that a fast weekend ends without a page.
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
  const learned = toJson({ ...fitReference(heldOut, before.intervalMs, before.season), previous: before, isBetter: true });
  const why = `better for a day, ×${Math.exp(held.shift).toFixed(2)} since ${minuteText(held.sinceMs)}`;
  const state = { v: 4, learning: heldOut, refitAtMs: nextStageMs(heldOut), recurrences, falsePositives } as const;
  return { state, accept: { learned, n: heldOut.n, why } };
}

/** The previous baseline that the next stage keeps: that of a person's acceptance, not that of an improvement. */
export function keptPrevious(learned: Json | undefined): Reference | undefined {
  return isJsonObject(learned) && learned["isBetter"] === true ? undefined : previousIn(learned, readReference);
}
