import { type Check, isNumber, isString, objectOf, optional } from "../../../std/check.ts";
import { isJsonObject, type Json } from "../../../std/json.ts";
import type { Reference } from "../learn/reference.ts";

/** The level that everything later is compared with: of the first day's baseline, or of the last one a person accepted. */
export interface Anchor {
  /** Natural logarithm of the level, and the day it is of. */
  readonly level: number;
  readonly fromMs: number;
}

/** Mean of a week under way, outliers clipped, and what the last whole week has shown. */
export interface Weeks {
  fromMs: number;
  n: number;
  sum: number;
  /** `slow drift: +12 % since 2026-03-01`, when it was further from the anchor than the floor. */
  drift?: string | undefined;
}

const weekMs = 7 * 86_400_000;
const clipAt = 1.5;
const fewest = 100;

export function anchorOf(learned: Json | undefined, { origin, level, fromMs }: Reference): Anchor {
  const kept = isJsonObject(learned) ? learned["anchor"] : undefined;
  return isAnchor(kept) ? kept : { level: origin + level, fromMs };
}

/** One more sample: `moved` is its log less season and the baseline's level. Gives the weeks as they are then. */
export function countWeek(
  before: Weeks | undefined,
  moved: number,
  atMs: number,
  { origin, level, spread }: Reference,
  anchor: Anchor,
  floor: number,
): Weeks {
  const weeks = before === undefined ? { fromMs: atMs, n: 0, sum: 0 } : { ...before };
  weeks.n += 1;
  weeks.sum += Math.max(-clipAt * spread, Math.min(clipAt * spread, moved));
  if (atMs - weeks.fromMs < weekMs) return weeks;
  const away = origin + level + weeks.sum / weeks.n - anchor.level;
  const isFar = weeks.n >= fewest && Math.abs(away) > floor;
  return { fromMs: atMs, n: 0, sum: 0, ...(isFar ? { drift: slowText(away, anchor) } : {}) };
}

function slowText(away: number, { fromMs }: Anchor): string {
  const percent = Math.round((Math.exp(away) - 1) * 100);
  return `slow drift: ${percent > 0 ? "+" : ""}${percent} % since ${new Date(fromMs).toISOString().slice(0, 10)}`;
}

export const isWeeks: Check<Weeks> = objectOf<Weeks>({
  fromMs: isNumber,
  n: isNumber,
  sum: isNumber,
  drift: optional(isString),
});

const isAnchor = objectOf<Anchor>({ level: isNumber, fromMs: isNumber });
