import type { SpendCap } from "../../probe/target.ts";
import { capLabel, projection, units, type Unit, type Used } from "./budget.ts";

/** How a cap stands in one of the units it limits: whole tokens and requests, money in millionths of a US dollar. */
export interface CapUsage {
  /** `target/<name>`, `key/<reference>` or `all`. */
  readonly scope: string;
  readonly span: SpendCap["span"];
  readonly label: string;
  readonly unit: Unit;
  readonly limit: number;
  /** In the hour, day or month under way (UTC); what is reserved is part of it. */
  readonly used: number;
  /** Since the month began. */
  readonly monthUsed: number;
  /** What the month will have come to at the pace of late; undefined: that is not known yet. */
  readonly monthProjected?: number | undefined;
}

/** What was used of what a cap is about. */
export interface CapFacts {
  readonly cap: SpendCap;
  /** In the hour, day or month under way. */
  readonly used: Used;
  readonly month: Used;
  /** Of late, an hour; undefined: no whole hour is known. */
  readonly perHour: Used | undefined;
}

/** One for each unit that the cap limits. */
export function capUsages({ cap, used, month, perHour }: CapFacts, nowMs: number): CapUsage[] {
  return units.flatMap((unit) => {
    const limit = cap[unit];
    if (limit === undefined) return [];
    return {
      scope: cap.scope,
      span: cap.span,
      label: capLabel(cap),
      unit,
      limit,
      used: used[unit],
      monthUsed: month[unit],
      monthProjected: perHour && Math.round(projection(month[unit], perHour[unit], nowMs)),
    };
  });
}
