import type { Json } from "../../../std/json.ts";
import { readReference } from "../learn/reference.ts";
import { seasonAt } from "../learn/season.ts";

/** What is usual at one time of day and week, in the unit of the series. */
export interface Band {
  readonly atMs: number;
  /** Nine of ten values are between low and high. */
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

const deviationsOf90 = 1.645;

/** The band of a learned level at each of these times; undefined: the baseline is of another kind. */
export function bandsOf(learned: Json, timesMs: readonly number[]): readonly Band[] | undefined {
  const reference = readReference(learned);
  if (reference === undefined) return undefined;
  const { origin, level, spread, season } = reference;
  return timesMs.map((atMs) => {
    const at = (deviations: number): number => Math.exp(origin + level + seasonAt(season, atMs) + deviations * spread);
    return { atMs, low: at(-deviationsOf90), middle: at(0), high: at(deviationsOf90) };
  });
}
