import { dayMs, policyOf } from "../fleet/follow.ts";
import { normalFrom } from "../detection/series.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";
import { judge, type JudgedSeries } from "./judged.ts";

const hourMs = 3_600_000;

export interface Chance {
  readonly random: () => number;
  readonly normal: () => number;
}

/** A series that changes: the log of its next value over the usual one. */
type Next = (atMs: number) => number;

const noise = 0.3;

/** An outage of `lastsMs` at so many times the usual, every so many days at ten. */
function outage(factor: number, lastsMs: number, everyDays: number, fromDay = 15): (atMs: number) => number {
  return (atMs) => {
    const day = Math.floor(atMs / dayMs);
    const isDay = day >= fromDay && (day - fromDay) % everyDays === 0;
    const sinceMs = (atMs % dayMs) - 10 * hourMs;
    return isDay && sinceMs >= 0 && sinceMs < lastsMs ? Math.log(factor) : 0;
  };
}

/** Pages, and what the judge said while the change was there, of one series. */
export interface Told {
  /** Outages in which somebody was told, by a page or a standing ticket; of how many. */
  readonly told: number;
  readonly of: number;
  readonly pages: number;
}

export function recurring(factor: number, lastsMs: number, everyDays: number, count: number, seed: number): Told {
  const everyMs = 300_000;
  const policy = policyOf({ intervalMs: everyMs, baselineDays: 0, floor: 0.05, falsePageEveryMs: 180 * dayMs });
  const normal = normalFrom(seededRandom(seed * 31 + 5));
  const shift = outage(factor, lastsMs, everyDays);
  const one: JudgedSeries = { memory: undefined, isPaging: false };
  let [told, pages, isTold, isOn] = [0, 0, false, false];
  for (let atMs = everyMs; atMs < (15 + count * everyDays) * dayMs; atMs += everyMs) {
    const now = shift(atMs);
    if (now > 0 && !isOn) isTold = false;
    isOn = now > 0;
    const { begins } = judge(one, policy, everyMs, { atMs, value: 800 * Math.exp(noise * normal() + now) });
    if (begins) pages += 1;
    if (isOn && one.isPaging && !isTold) [isTold, told] = [true, told + 1];
  }
  return { told, of: count, pages };
}

/** Half the time for so many days, then back: runs until a page after the return, at so many times the improved level. */
export function afterImprovement(days: number, back: number, everyMs: number, seed: number): number {
  const policy = policyOf({ intervalMs: everyMs, baselineDays: 0, floor: 0.05, falsePageEveryMs: 180 * dayMs });
  const normal = normalFrom(seededRandom(seed * 37 + 5));
  const one: JudgedSeries = { memory: undefined, isPaging: false };
  const [downMs, upMs] = [30 * dayMs, (30 + days) * dayMs];
  for (let atMs = everyMs; atMs < upMs + 10 * dayMs; atMs += everyMs) {
    const level = atMs < downMs ? 0 : atMs < upMs ? Math.log(0.5) : Math.log(0.5 * back);
    judge(one, policy, everyMs, { atMs, value: 800 * Math.exp(noise * normal() + level) });
    if (atMs >= upMs && one.isPaging) return Math.round((atMs - upMs) / everyMs) + 1;
  }
  return Infinity;
}

/** Series that move a little all the time: pages within 180 days. */
export const restless: readonly { readonly name: string; readonly begin: (chance: Chance, everyMs: number) => Next }[] =
  [
    { name: "slower by 1.5 % a month", begin: () => (atMs) => (0.015 * atMs) / (30 * dayMs) },
    {
      name: "deploys, ±6 % each Tuesday",
      begin: ({ normal }) => {
        let [week, level] = [0, 0];
        return (atMs) => {
          const now = Math.floor(atMs / (7 * dayMs));
          if (now > week) [week, level] = [now, level + 0.06 * normal()];
          return level;
        };
      },
    },
    {
      name: "a slow walk, 8 % over 30 days",
      begin: ({ normal }, everyMs) => {
        const keep = Math.exp(-everyMs / (30 * dayMs));
        let level = normal();
        return () => 0.08 * (level = keep * level + Math.sqrt(1 - keep ** 2) * normal());
      },
    },
    {
      name: "two regions, weights move over days",
      begin: ({ random, normal }, everyMs) => {
        const keep = Math.exp(-everyMs / (4 * dayMs));
        let level = normal();
        return () => {
          level = keep * level + Math.sqrt(1 - keep ** 2) * normal();
          return random() < 0.5 + 0.2 * Math.tanh(level) ? 0.25 : 0;
        };
      },
    },
    { name: "an hour a day at ×1.4", begin: () => (atMs) => (atMs % dayMs < hourMs ? Math.log(1.4) : 0) },
  ];

export function pagesOfRestless(index: number, everyMs: number, seed: number): number {
  const policy = policyOf({ intervalMs: everyMs, baselineDays: 0, floor: 0.05, falsePageEveryMs: 180 * dayMs });
  const random = seededRandom(seed * 41 + 5);
  const normal = normalFrom(random);
  const next = restless[index]!.begin({ random, normal }, everyMs);
  const one: JudgedSeries = { memory: undefined, isPaging: false };
  let pages = 0;
  for (let atMs = everyMs; atMs < 180 * dayMs; atMs += everyMs) {
    if (judge(one, policy, everyMs, { atMs, value: 800 * Math.exp(noise * normal() + next(atMs)) }).begins) pages += 1;
  }
  return pages;
}

/** AR(1) that never changes: pages within 180 days. */
export function pagesOfCorrelated(correlation: number, deviation: number, everyMs: number, seed: number): number {
  const policy = policyOf({ intervalMs: everyMs, baselineDays: 0, floor: 0.05, falsePageEveryMs: 180 * dayMs });
  const normal = normalFrom(seededRandom(seed * 43 + 5));
  const one: JudgedSeries = { memory: undefined, isPaging: false };
  let [pages, core] = [0, normal()];
  for (let atMs = everyMs; atMs < 180 * dayMs; atMs += everyMs) {
    core = correlation * core + Math.sqrt(1 - correlation ** 2) * normal();
    if (judge(one, policy, everyMs, { atMs, value: 800 * Math.exp(deviation * core) }).begins) pages += 1;
  }
  return pages;
}
