import { scenarios } from "../detection/series.ts";
import { dayMs, followTarget, learnPlaces, type Rule } from "./follow.ts";
import { type Places, placesOf } from "./target.ts";

export interface FleetSetting extends Places {
  readonly targets: number;
  readonly days: number;
  readonly rule: Omit<Rule, "falsePageEveryMs">;
}

/** Of a whole fleet in which nothing happens. */
export interface FalseMessages {
  /** Series that were told of one by one. */
  pages: number;
  /** Messages about the places of a target together. */
  groups: number;
  /** What is left to tell of single series beside those. */
  alone: number;
}

export const seriesIn = ({ targets, count }: FleetSetting): number => targets * count;

/** The same samples under each promise. Targets behave by all the scenarios in turn. */
export function falseMessages(setting: FleetSetting, promisesMs: readonly number[], seed: number): FalseMessages[] {
  const { targets, days, rule } = setting;
  const sums = promisesMs.map((): FalseMessages => ({ pages: 0, groups: 0, alone: 0 }));
  for (let target = 0; target < targets; target += 1) {
    const scene = scenarios[target % scenarios.length]!;
    const next = placesOf(scene, setting, rule.intervalMs, seed * targets + target);
    const { references, atMs } = learnPlaces(next, rule);
    const followed = promisesMs.map((falsePageEveryMs) =>
      followTarget(references, atMs, { ...rule, falsePageEveryMs }),
    );
    for (let slot = 0; slot < Math.round((days * dayMs) / rule.intervalMs); slot += 1) {
      const samples = next();
      for (const [index, follow] of followed.entries()) {
        const { pages, isGroup, alone } = follow(samples);
        const sum = sums[index]!;
        sum.pages += pages.length;
        sum.groups += isGroup ? 1 : 0;
        sum.alone += alone;
      }
    }
  }
  return sums;
}
