import { describe, expect, test } from "vitest";
import {
  type Rate,
  countRate,
  freshErrorBits,
  isCounted,
  stepErrors,
  usualAt,
} from "../../../src/judgement/drift/rate/error-bits.ts";
import { seededRandom } from "../../../src/std/seeded-random.ts";

const [everyMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];
const halfYear = (180 * dayMs) / everyMs;
const byDay = (atMs: number): number => (atMs % dayMs < 12 * hourMs ? 0.04 : 0.005);

/** A target whose runs fail with the chance of their time: learned for some days, then watched. */
function target(seed: number, chance: (atMs: number) => number) {
  const random = seededRandom(seed);
  let atMs = 0;
  let clusterFromMs: number | undefined;
  const next = (of: (atMs: number) => number) => {
    atMs += everyMs;
    const failed = random() < of(atMs);
    const counts = isCounted({ clusterFromMs }, atMs, failed);
    if (failed && counts) clusterFromMs = atMs;
    return { failed, counts };
  };
  let usual: Rate | undefined;
  while (atMs < 14 * dayMs) {
    const { failed, counts } = next(chance);
    if (counts) usual = countRate(usual, atMs, failed);
  }
  const bits = freshErrorBits(atMs);
  /** Runs until it is told; undefined: not within `runs`. */
  const toldAfter = (runs: number, of = chance): number | undefined => {
    for (let run = 1; run <= runs; run += 1) {
      const { failed, counts } = next(of);
      if (counts && stepErrors(bits, usual as Rate, atMs, failed, halfYear)) return run;
    }
    return undefined;
  };
  return { usual: usual as Rate, toldAfter };
}

const seeds = [1, 2, 3, 4, 5];
const notified = (runs: number, chance: (atMs: number) => number, of: (atMs: number) => number) =>
  seeds.map((seed) => target(seed, chance).toldAfter(runs, of) ?? Number.POSITIVE_INFINITY).toSorted((a, b) => a - b);

describe("parts of the day", () => {
  test("failing more by day than by night is no drift, every noon anew", () => {
    for (const seed of seeds) expect(target(seed, byDay).toldAfter(halfYear)).toBeUndefined();
  });

  test("the day's rate at night is one", () => {
    const [, , median] = notified(24 * 60, byDay, (atMs) => Math.max(0.04, byDay(atMs)));
    expect(median).toBeLessThan(24 * 60);
  });

  test("are not told apart by chance, nor from a few failures", () => {
    for (const seed of seeds) {
      const { usual } = target(seed, () => 0.01);
      expect(usualAt(usual, 0)).toEqual({ n: usual.n, k: usual.k });
    }
    const one = {
      n: 600,
      k: 6,
      fromMs: 0,
      toMs: 1,
      hours: { n: [100, 100, 100, 100, 100, 100], k: [6, 0, 0, 0, 0, 0] },
    };
    expect(usualAt(one, 0)).toEqual({ n: 600, k: 6 });
    const many = { ...one, k: 12, hours: { ...one.hours, k: [12, 0, 0, 0, 0, 0] } };
    expect(usualAt(many, hourMs)).toEqual({ n: 100, k: 12 });
    expect(usualAt(many, 5 * hourMs)).toEqual({ n: 100, k: 0 });
  });

  test("a baseline of before knows none and stays as it is", () => {
    const before = { n: 1000, k: 10, fromMs: 0, toMs: dayMs };
    expect(countRate(before, dayMs + 1, true)).toEqual({ n: 1001, k: 11, fromMs: 0, toMs: dayMs + 1 });
  });
});

describe("clusters", () => {
  test("half of a minute's runs failing is found within the hour; so is nearly all of them", () => {
    for (const chance of [0.5, 0.7, 0.9])
      expect(
        notified(
          60,
          () => 0.005,
          () => chance,
        ).at(-1),
      ).toBeLessThan(60);
  });

  test("last three minutes from the failure that counts", () => {
    expect(isCounted({}, 0, true)).toBe(true);
    expect(isCounted({ clusterFromMs: 0 }, 180_000, true)).toBe(false);
    expect(isCounted({ clusterFromMs: 0 }, 180_001, true)).toBe(true);
    expect(isCounted({ clusterFromMs: 0 }, 60_000, false)).toBe(true);
  });

  test("and as long as the run before failed too, whatever the interval", () => {
    expect(isCounted({ clusterFromMs: 0, isFailing: true }, 3_600_000, true)).toBe(false);
    expect(isCounted({ clusterFromMs: 0, isFailing: true }, 3_600_000, false)).toBe(true);
  });
});

test("a raised rate seems over in few series while it lasts, and is over soon when it ends", () => {
  const usual: Rate = { n: 1000, k: 0, fromMs: 0, toMs: 4 * dayMs };
  const of = 60;
  let [ended, longest] = [0, 0];
  for (let seed = 0; seed < of; seed += 1) {
    const random = seededRandom(3100 + seed);
    const bits = freshErrorBits(0);
    let wasRaised = false;
    let isOver = false;
    for (let run = 0; run < 2000 && !isOver; run += 1) {
      const isRaised = stepErrors(bits, usual, run * everyMs, random() < 0.1, halfYear);
      isOver = wasRaised && !isRaised;
      wasRaised = isRaised;
    }
    ended += isOver ? 1 : 0;
    let good = 0;
    while (bits.held !== undefined && good < 1000)
      stepErrors(bits, usual, (2000 + (good += 1)) * everyMs, false, halfYear);
    longest = Math.max(longest, good);
  }
  expect(ended / of).toBeLessThan(0.1);
  expect(longest).toBeLessThan(150);
});
