import { expect, test } from "vitest";
import { digamma } from "../../src/std/statistics.ts";

test.each([
  [1, -0.577_215_664_9],
  [0.5, -1.963_510_026],
  [10, 2.251_752_589],
  [0.01, -100.560_885_457_8],
])("digamma of %d", (x, expected) => expect(digamma(x)).toBeCloseTo(expected, 8));

test("digamma grows by 1/x from x to x + 1", () => {
  for (const x of [0.1, 0.7, 3.3, 7.9]) expect(digamma(x + 1) - digamma(x)).toBeCloseTo(1 / x, 9);
});
