import { expect, test } from "vitest";
import {
  countRate,
  freshErrorBits,
  isCounted,
  type Rate,
  stepErrors,
} from "../../../src/judgement/drift/rate/error-bits.ts";
import { rateCardOf } from "../../../src/judgement/drift/rate/rate-card.ts";
import { seededRandom } from "../../../src/std/seeded-random.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;
const drift = { falsePageEveryMs: 180 * dayMs, samples: 60, pageAfterMs: dayMs, fullAfterMs: 7 * dayMs };

function learned(runs: number, everyMs: number, chance: number, random: () => number): Rate {
  let rate: Rate | undefined;
  for (let run = 1; run <= runs; run += 1) rate = countRate(rate, run * everyMs, random() < chance);
  return rate as Rate;
}

/** Mean over simulated series of how long it takes until so large a share of failing runs is told. */
function simulated(usual: Rate, everyMs: number, share: number): number {
  const delays = Array.from({ length: 101 }, (_, seed) => {
    const random = seededRandom(seed + 1);
    const bits = freshErrorBits(usual.toMs);
    for (let run = 1; ; run += 1) {
      const atMs = usual.toMs + run * everyMs;
      const failed = random() < share;
      if (!isCounted(bits, atMs, failed)) continue;
      if (failed) bits.clusterFromMs = atMs;
      if (stepErrors(bits, usual, atMs, failed, drift.falsePageEveryMs / everyMs)) return run * everyMs;
    }
  });
  return delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
}

test.each([
  ["every minute", minuteMs, 7 * 1440],
  ["every quarter of an hour", 15 * minuteMs, 7 * 96],
])("what a card says of the time to find failures is what a simulation finds, %s", (_name, everyMs, runs) => {
  const usual = learned(runs, everyMs, 0.002, seededRandom(7));
  const card = rateCardOf(usual, drift);
  expect(card).toMatchObject({ n: runs, failed: usual.k, mayPage: true, falsePageEveryMs: drift.falsePageEveryMs });
  const found = card.findsAfterMs.filter(({ afterMs }) => afterMs !== undefined);
  expect(found.length).toBeGreaterThanOrEqual(4);
  for (const { ratio: times, share, afterMs = 0 } of found) {
    const ratio = afterMs / simulated(usual, everyMs, share);
    // So near to what is usual a bet hardly wins: the card says that it takes long, and not how long.
    const most = times === 1.5 ? 3 : 1.4;
    expect({ share, ratio, isNear: ratio > 0.7 && ratio < most }).toMatchObject({ isNear: true });
  }
});

test("what is usual is not found, and a young baseline only informs", () => {
  const usual = learned(60, minuteMs, 0.2, seededRandom(3));
  const card = rateCardOf(usual, drift);
  expect(card.mayPage).toBe(false);
  expect(card.upTo).toBeGreaterThan(usual.k / usual.n);
  expect(card.findsAfterMs).toContainEqual({ share: 0.05, afterMs: undefined });
});

test("no share is more than all: of a half that fails usually, twice as much is every run", () => {
  const card = rateCardOf(learned(7 * 1440, minuteMs, 0.6, seededRandom(5)), drift);
  expect(card.findsAfterMs.find(({ ratio }) => ratio === 2)).toMatchObject({ share: 1 });
  expect(card.findsAfterMs.filter(({ share }) => share > 1)).toEqual([]);
});
