import { expect, test } from "vitest";
import {
  feedbackIn,
  isMarkedFalsePositive,
  markFalsePositive,
} from "../../../src/judgement/drift/baseline/new-normal.ts";
import { evidenceShares, freshWatching, readWatching } from "../../../src/judgement/output/watching.ts";
import { toJson } from "../../../src/std/json.ts";

const dayMs = 86_400_000;

test("two pages of answers that people called noise raise the odds that the next one needs", () => {
  const fresh = toJson(freshWatching({ regimes: [{}] }, 1));
  const once = markFalsePositive({ state: fresh }, 10 * dayMs);
  expect(isMarkedFalsePositive({ state: once ?? null }, 10 * dayMs)).toBe(true);
  const twice = markFalsePositive({ state: once ?? null }, 20 * dayMs) ?? null;
  expect(feedbackIn({ state: twice }, 21 * dayMs)).toMatchObject({ pages: 2, marginFactor: 1.5 });

  const falsePositives = readWatching(twice)?.falsePositives;
  const sums = { choices: { sums: Array.from({ length: 100 }, () => 1_000), runs: [1] } };
  const shareOf = (marks: readonly number[] | undefined, nowMs: number): number =>
    evidenceShares({ sums: sums as never, falsePositives: marks }, { choices: 100 }, nowMs)["choices"] ?? 0;
  const plain = shareOf(undefined, 21 * dayMs);
  expect(plain).toBeGreaterThan(1);
  // 100 samples to the power of 1.5 instead of 1.
  expect(shareOf(falsePositives, 21 * dayMs)).toBeCloseTo(plain / 10);
  expect(shareOf(falsePositives, 21 * dayMs + 365 * dayMs)).toBe(plain);
});
