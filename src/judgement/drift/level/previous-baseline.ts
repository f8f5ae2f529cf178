import type { LearnedBaseline } from "../../../baseline/baseline.ts";
import { isJsonObject, type Json } from "../../../std/json.ts";
import type { Change } from "./change.ts";
import { type Reference, readReference } from "../learn/reference.ts";
import type { Stage } from "./stages.ts";

/** The baseline before one that a person accepted, kept with it: what comes back to it has recovered. */
export function previousBaselineOf(learned: Json | undefined): Reference | undefined {
  return isJsonObject(learned) ? readReference(learned["shadow"]) : undefined;
}

export function shadowIn(learned: Json | undefined): { readonly shadow?: Reference } {
  const shadow = previousBaselineOf(learned);
  return shadow === undefined ? {} : { shadow };
}

/** When a level has moved to the shadow's, as far as can be told: the shadow is the baseline again, and that its shadow. */
export function returned(
  learned: Json | undefined,
  reference: Reference,
  { kind, ratio, low, high, sinceMs }: Change,
  { floor }: Stage,
): LearnedBaseline | undefined {
  const shadow = previousBaselineOf(learned);
  if (shadow === undefined || (kind !== "up" && kind !== "down")) return undefined;
  const away = Math.abs(levelOf(reference) + Math.log(ratio) - levelOf(shadow));
  if (away > Math.max(floor, Math.log(high / low) / 2)) return undefined;
  const since = new Date(sinceMs).toISOString().slice(0, 16).replace("T", " ");
  const why = `what was normal before is normal again since ${since} UTC`;
  return { learned: { ...shadow, shadow: reference }, n: shadow.n, why };
}

function levelOf({ origin, level }: Reference): number {
  return origin + level;
}
