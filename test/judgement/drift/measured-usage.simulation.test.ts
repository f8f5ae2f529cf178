import { expect, test } from "vitest";
import { pagesOfErrors, usageAfter, usages } from "../../../bench/changes/others.ts";

test.each(usages.map(({ name }, index) => [name, index] as const))("%s: found within five runs", (_name, index) => {
  expect(usageAfter(index, 300_000, 31)).toMatchObject({ false: 0, runs: expect.toSatisfy((runs) => runs <= 5) });
});

test.each([
  [2, 5],
  [5, 15],
  [3, 60],
])("half a percent of errors, %i in a row, every %i minutes: at most one page in half a year", (inARow, minutes) => {
  expect(pagesOfErrors(0.005, inARow, minutes * 60_000, 31)).toBeLessThanOrEqual(1);
});
