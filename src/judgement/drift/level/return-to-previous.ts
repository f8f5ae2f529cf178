import type { LearnedBaseline } from "../../../baseline/baseline.ts";
import type { Json } from "../../../std/json.ts";
import { minuteText } from "../../../std/time.ts";
import { type Reference, readReference } from "../learn/reference.ts";
import { previousIn, withPrevious } from "../previous-baseline.ts";
import type { Change } from "./change.ts";
import type { Stage } from "./stages.ts";

/** When a level has moved back to that of the previous baseline, as far as samples show: the two change places. */
export function returnToPrevious(
  learned: Json | undefined,
  reference: Reference,
  { kind, ratio, low, high, sinceMs }: Change,
  { floor }: Stage,
): LearnedBaseline | undefined {
  const previous = previousIn(learned, readReference);
  if (previous === undefined || (kind !== "up" && kind !== "down")) return undefined;
  const away = Math.abs(levelOf(reference) + Math.log(ratio) - levelOf(previous));
  if (away > Math.max(floor, Math.log(high / low) / 2)) return undefined;
  const why = `what was normal before is normal again since ${minuteText(sinceMs)}`;
  return { learned: withPrevious(previous, reference), n: previous.n, why };
}

function levelOf({ origin, level }: Reference): number {
  return origin + level;
}
