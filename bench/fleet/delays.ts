import { scenarios } from "../detection/series.ts";
import { dayMs, followTarget, learnPlaces, type Rule } from "./follow.ts";
import { placesOf } from "./target.ts";

export interface DelaySetting {
  readonly places: number;
  /** So many of them move at once, two at least, by this factor. */
  readonly moved: number;
  readonly factor: number;
  readonly inCommon: number;
  readonly scenario: string;
  readonly rule: Omit<Rule, "falsePageEveryMs">;
}

/** Slots from the move on until it is told; Infinity: not within the time that was looked at. */
export interface Delay {
  /** By one certain series of those that moved. */
  readonly single: number;
  readonly first: number;
  readonly last: number;
  readonly group: number;
  /** Messages about one place beside the group's. */
  readonly alone: number;
}

const lookedMs = 14 * dayMs;

/** One move, seen under each promise, at a random time of day after a day of nothing. */
export function delaysOf(setting: DelaySetting, promisesMs: readonly number[], seed: number): Delay[] {
  const { places, moved, factor, inCommon, scenario, rule } = setting;
  const scene = scenarios.find(({ name }) => name === scenario)!;
  const next = placesOf(scene, { count: places, inCommon }, rule.intervalMs, seed + 5000);
  const { references, atMs } = learnPlaces(next, rule);
  const followed = promisesMs.map((falsePageEveryMs) => followTarget(references, atMs, { ...rule, falsePageEveryMs }));
  const quiet = Math.round((dayMs * (1 + ((seed * 0.618_034) % 1))) / rule.intervalMs);
  for (let slot = 0; slot < quiet; slot += 1) {
    const samples = next();
    for (const follow of followed) follow(samples);
  }
  const factors = Array.from({ length: places }, (_, place) => (place < moved ? factor : 1));
  const delays = followed.map((): Mutable<Delay> => ({ ...none }));
  const found = followed.map(() => new Set<number>());
  for (let slot = 1; slot <= Math.round(lookedMs / rule.intervalMs); slot += 1) {
    const samples = next(factors);
    for (const [index, follow] of followed.entries()) {
      const { pages, isGroup, alone } = follow(samples);
      const delay = delays[index]!;
      for (const place of pages.filter((it) => it < moved)) {
        found[index]!.add(place);
        if (place === 0) delay.single = Math.min(delay.single, slot);
        if (found[index]!.size === 1) delay.first = Math.min(delay.first, slot);
        if (found[index]!.size === moved) delay.last = Math.min(delay.last, slot);
      }
      if (isGroup) delay.group = Math.min(delay.group, slot);
      delay.alone += alone;
    }
    if (delays.every(({ last, group }) => last + group < Infinity)) break;
  }
  return delays;
}

type Mutable<T> = { -readonly [field in keyof T]: T[field] };
const none = { single: Infinity, first: Infinity, last: Infinity, group: Infinity, alone: 0 };
