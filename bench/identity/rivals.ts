import { choices } from "../../src/scenario/same-model/choices.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";
import { answerIn, type Model, newModel, type Random, topsIn } from "./endpoint.ts";
import { changes, hourly, noise } from "./endpoints.ts";

/** A rule with a fixed sample: how far the newest answers are from those before. It looks at the end of each window. */
export interface Rival {
  readonly name: string;
  readonly statistics: (of: (day: number, random: Random) => Model, days: number, random: Random) => Looks;
}
/** Day and statistic of each look. */
type Looks = readonly (readonly [day: number, statistic: number])[];

const perDay = 20;
const learned = 240;

type Counts = Map<string, number>;
const jsd = (before: Counts, after: Counts): number => {
  const [n, m] = [before, after].map((of) => [...of.values()].reduce((sum, count) => sum + count, 0)) as [
    number,
    number,
  ];
  let bits = 0;
  for (const answer of new Set([...before.keys(), ...after.keys()])) {
    const [p, q] = [(before.get(answer) ?? 0) / n, (after.get(answer) ?? 0) / m];
    if (p > 0) bits += (p / 2) * Math.log2((2 * p) / (p + q));
    if (q > 0) bits += (q / 2) * Math.log2((2 * q) / (p + q));
  }
  return bits;
};
/** Of two samples; answers of both count. */
const chi2 = (before: Counts, after: Counts): number => {
  const [n, m] = [before, after].map((of) => [...of.values()].reduce((sum, count) => sum + count, 0)) as [
    number,
    number,
  ];
  let sum = 0;
  for (const answer of new Set([...before.keys(), ...after.keys()])) {
    const [a, b] = [before.get(answer) ?? 0, after.get(answer) ?? 0];
    sum += (Math.sqrt(m / n) * a - Math.sqrt(n / m) * b) ** 2 / (a + b);
  }
  return sum;
};

/** Random choices: 20 of each question once, then the answers of each window against them. */
function words(name: string, days: number, distance: (before: Counts, after: Counts) => number): Rival {
  const ask = (model: Model, of: Map<string, Counts>, place: number, random: Random): void => {
    const cell = choices[place % choices.length]?.cell ?? "";
    const counts = of.get(cell) ?? new Map<string, number>();
    const answer = answerIn(model.logits[cell] ?? {}, random);
    of.set(cell, counts.set(answer, (counts.get(answer) ?? 0) + 1));
  };
  return {
    name: `${name} of choices, each ${days === 1 ? "day" : `${days} days`}`,
    statistics(of, until, random) {
      const before = new Map<string, Counts>();
      for (let place = 0; place < learned; place += 1) ask(of(-1, random), before, place, random);
      const looks: [number, number][] = [];
      for (let day = 0; day + days <= until; day += days) {
        const after = new Map<string, Counts>();
        for (let place = 0; place < perDay * days; place += 1) {
          ask(of(day + place / perDay, random), after, place + day * perDay, random);
        }
        const all = [...after].map(([cell, counts]) => distance(before.get(cell) ?? new Map(), counts));
        looks.push([day + days, all.reduce((sum, value) => sum + value, 0) / all.length]);
      }
      return looks;
    },
  };
}

const window = 24;

/** LT: means of each token in the 24 samples before and the 24 after, over the noise of the difference. */
const logprobTracking: Rival = {
  name: "LT: 24 samples of logprobs before and 24 after, 20 a day",
  statistics(of, until, random) {
    const tops: NonNullable<ReturnType<typeof topsIn>>[] = [];
    const looks: [number, number][] = [];
    for (let place = 0; place < until * perDay; place += 1) {
      const day = place / perDay;
      tops.push(topsIn(of(day, random), noise, random) ?? {});
      if (tops.length < 2 * window) continue;
      const [before, after] = [tops.slice(-2 * window, -window), tops.slice(-window)];
      const tokens = new Set([...before, ...after].flatMap((top) => Object.keys(top)));
      const meanOf = (of: typeof tops, token: string): number =>
        of.reduce((sum, top) => sum + (top[token] ?? Math.min(...Object.values(top))), 0) / window;
      const moved = [...tokens].map((token) => Math.abs(meanOf(before, token) - meanOf(after, token)));
      looks.push([day, moved.reduce((sum, value) => sum + value, 0) / moved.length]);
    }
    return looks;
  },
};

const rivals: readonly Rival[] = [
  words("JSD", 1, jsd),
  words("JSD", 7, jsd),
  words("χ²", 1, chi2),
  words("χ²", 7, chi2),
  logprobTracking,
];

/** Looks of one kind depend on each other: the largest of each half-year, one in `e` of which has an alarm at this rate. */
function thresholdOf({ statistics }: Rival, series: number): number {
  const largest = Array.from({ length: series }, (_, index) => {
    const random = seededRandom(305_000 + index);
    const model = newModel(random);
    return Math.max(...statistics(() => model, 180, random).map(([, statistic]) => statistic));
  }).toSorted((a, b) => a - b);
  return largest[Math.floor(largest.length / Math.E)] ?? Infinity;
}

/** Days until each rule reports a change, at one false page in 180 days. */
export function rivalDays(
  series: number,
): { readonly name: string; readonly days: Readonly<Record<string, number[]>> }[] {
  return rivals.map((rival) => {
    const threshold = thresholdOf(rival, series);
    const days = Object.entries(changes).flatMap(([name, change]) => {
      if (change === "cache" || name === hourly) return [];
      const found = Array.from({ length: series }, (_, index) => {
        const random = seededRandom(301_000 + index);
        const before = newModel(random);
        const after = change(before, random);
        const changedDay = 7 + random();
        const looks = rival.statistics((day) => (day >= changedDay ? after : before), 67, random);
        const [day] = looks.find(([at, statistic]) => at >= changedDay && statistic > threshold) ?? [Infinity];
        return day - changedDay;
      });
      return [[name, found] as const];
    });
    return { name: rival.name, days: Object.fromEntries(days) };
  });
}
