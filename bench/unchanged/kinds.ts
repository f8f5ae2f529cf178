import { normalFrom } from "../detection/series.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const usualMs = 800;

interface Chance {
  readonly random: () => number;
  readonly normal: () => number;
  readonly everyMs: number;
}

/** The logarithm of the next value over the usual one; undefined: nothing ran. */
type Next = (atMs: number) => number | undefined;

export interface Kind {
  readonly name: string;
  readonly begin: (chance: Chance) => Next;
}

/** An AR(1) process of variance 1 that forgets in this time. */
function slow({ normal, everyMs }: Chance, forgetsMs: number): () => number {
  const keep = Math.exp(-everyMs / forgetsMs);
  let value = normal();
  return () => (value = keep * value + Math.sqrt(1 - keep ** 2) * normal());
}

/** True for this share of the time, drawn anew once in `lastsMs` on average. */
function sometimes({ random, everyMs }: Chance, share: number, lastsMs: number): () => boolean {
  let is = random() < share;
  return () => {
    if (random() < everyMs / lastsMs) is = random() < share;
    return is;
  };
}

const hourOf = (atMs: number): number => (atMs % dayMs) / hourMs;
const wave = (atMs: number): number => Math.sin((2 * Math.PI * atMs) / dayMs);

/** Series that behave as ever all the time, in other ways than those of the detection bench. */
export const kinds: readonly Kind[] = [
  {
    name: "another route, ×1.6, three hours of ten, an hour each",
    begin(chance) {
      const isOther = sometimes(chance, 0.3, hourMs);
      return () => 0.25 * chance.normal() + (isOther() ? Math.log(1.6) : 0);
    },
  },
  {
    name: "another route, ×1.4, three hours of ten, six hours each",
    begin(chance) {
      const isOther = sometimes(chance, 0.3, 6 * hourMs);
      return () => 0.25 * chance.normal() + (isOther() ? Math.log(1.4) : 0);
    },
  },
  {
    name: "five slow runs in a row, ×4, once a day at any time",
    begin({ random, normal, everyMs }) {
      let left = 0;
      return () => {
        if (left === 0 && random() < everyMs / dayMs) left = 5;
        if (left > 0) left -= 1;
        return 0.3 * normal() + (left > 0 ? Math.log(4) : 0);
      };
    },
  },
  {
    name: "two levels, ×3, one run in two",
    begin:
      ({ random, normal }) =>
      () =>
        0.15 * normal() + (random() < 0.5 ? Math.log(3) : 0),
  },
  {
    name: "two levels, ×2, 20 to 40 % of runs, slowly changing",
    begin(chance) {
      const level = slow(chance, 12 * hourMs);
      return () => 0.2 * chance.normal() + (chance.random() < 0.3 + 0.1 * Math.tanh(level()) ? Math.log(2) : 0);
    },
  },
  {
    name: "steps of 10 ms at 60 ms",
    begin:
      ({ normal }) =>
      () =>
        Math.log((Math.max(1, Math.round(6 * Math.exp(0.2 * normal()))) * 10) / usualMs),
  },
  {
    name: "steps of 1 ms at 5 ms",
    begin:
      ({ normal }) =>
      () =>
        Math.log(Math.max(1, Math.round(5 * Math.exp(0.15 * normal()))) / usualMs),
  },
  {
    name: "nothing runs at night",
    begin:
      ({ normal }) =>
      (atMs) =>
        hourOf(atMs) < 8 ? undefined : 0.35 * normal() + 0.15 * wave(atMs),
  },
  {
    name: "one run in five is missing",
    begin:
      ({ random, normal }) =>
      () =>
        random() < 0.2 ? undefined : 0.35 * normal(),
  },
  {
    name: "two days a month without a run",
    begin:
      ({ normal }) =>
      (atMs) =>
        atMs % (30 * dayMs) < 2 * dayMs ? undefined : 0.35 * normal() + 0.1 * wave(atMs),
  },
  {
    name: "×1.5 from nine to five",
    begin:
      ({ normal }) =>
      (atMs) =>
        0.3 * normal() + (hourOf(atMs) >= 9 && hourOf(atMs) < 17 ? Math.log(1.5) : 0),
  },
  {
    name: "×1.4 in office hours, five days of seven",
    begin:
      ({ normal }) =>
      (atMs) => {
        const isOffice = Math.floor(atMs / dayMs) % 7 < 5 && hourOf(atMs) >= 8 && hourOf(atMs) < 18;
        return 0.3 * normal() + (isOffice ? Math.log(1.4) : 0);
      },
  },
  {
    name: "the day's wave an hour later from the hundredth day on",
    begin:
      ({ normal }) =>
      (atMs) =>
        0.3 * normal() + Math.log(1.3) * wave(atMs + (atMs > 100 * dayMs ? hourMs : 0)),
  },
  {
    name: "×1.8 in the first six minutes of each hour",
    begin:
      ({ normal }) =>
      (atMs) =>
        0.25 * normal() + (atMs % hourMs < 6 * minuteMs ? Math.log(1.8) : 0),
  },
  {
    name: "a power law's tail (exponent 1.5)",
    begin:
      ({ random }) =>
      () =>
        -Math.log(1 - random()) / 1.5,
  },
  {
    name: "three queues in a row (gamma)",
    begin:
      ({ random }) =>
      () =>
        Math.log(-Math.log((1 - random()) * (1 - random()) * (1 - random()))),
  },
  {
    name: "neighbours correlated by 0.9",
    begin(chance) {
      const level = slow(chance, chance.everyMs / -Math.log(0.9));
      return () => 0.3 * level();
    },
  },
  {
    name: "neighbours correlated by 0.98",
    begin(chance) {
      const level = slow(chance, chance.everyMs / -Math.log(0.98));
      return () => 0.2 * level();
    },
  },
  {
    name: "wanders by 5 % over a day",
    begin(chance) {
      const level = slow(chance, dayMs);
      return () => 0.3 * chance.normal() + 0.05 * level();
    },
  },
  {
    name: "wanders by 10 % over three days",
    begin(chance) {
      const level = slow(chance, 3 * dayMs);
      return () => 0.3 * chance.normal() + 0.1 * level();
    },
  },
];

/** Endless: the next run of such a series, in milliseconds. Same seed, same series. */
export function runsOf({ begin }: Kind, everyMs: number, seed: number): () => { atMs: number; value: number } {
  const random = seededRandom(seed);
  const next = begin({ random, normal: normalFrom(random), everyMs });
  let atMs = 0;
  return () => {
    for (;;) {
      atMs += everyMs;
      const log = next(atMs);
      if (log !== undefined) return { atMs, value: usualMs * Math.exp(log) };
    }
  };
}
