import { describe, expect, test } from "vitest";
import { answerIn, type Model, newModel } from "../../../bench/identity/endpoint.ts";
import { type Comparison, noComparison, verdictOf, withPair } from "../../../src/judgement/output/compare.ts";
import { choices } from "../../../src/scenario/same-model/choices.ts";
import { seededRandom } from "../../../src/std/seeded-random.ts";

const won = ({ wealth }: Comparison): number => wealth.reduce((sum, of) => sum + of, 0) / wealth.length;

type Random = () => number;

/** Pairs until there is a verdict, at most so many. */
function compared(
  candidate: (random: Random) => Model,
  reference: (random: Random) => Model,
  random: Random,
  most = 240,
) {
  let comparison: Comparison = noComparison;
  while (comparison.pairs < most) {
    const cell = choices[comparison.pairs % choices.length]?.cell ?? "";
    const [one, other] = [candidate, reference].map((of) => answerIn(of(random).logits[cell] ?? {}, random));
    comparison = withPair(comparison, cell, one ?? "", other ?? "");
    if (comparison.pairs % 12 === 0 && won(comparison) >= 100) break;
  }
  return comparison;
}

describe("two targets compared", () => {
  test("equal ones are hardly ever different, mixtures of two models included", () => {
    let different = 0;
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = seededRandom(seed);
      const [one, other] = [newModel(random), newModel(random)];
      const either = (by: Random): Model => (seed % 2 === 0 && by() < 0.5 ? other : one);
      if (won(compared(either, either, random)) >= 100) different += 1;
    }
    // 1 % is allowed: 7 of 200 would be less likely than one in two hundred.
    expect(different).toBeLessThan(7);
  });

  test("other models are different after few pairs", () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const random = seededRandom(seed);
      const [one, other] = [newModel(random), newModel(random)];
      const comparison = compared(
        () => one,
        () => other,
        random,
      );
      expect(verdictOf(comparison, 0.01, random)).toEqual({ kind: "different" });
      expect(comparison.pairs).toBeLessThan(150);
    }
  });

  test("the same model is the same after enough pairs, and unknown before", () => {
    const random = seededRandom(3);
    const one = newModel(random);
    expect(
      verdictOf(
        compared(
          () => one,
          () => one,
          random,
          24,
        ),
        0.01,
        random,
      ),
    ).toMatchObject({ kind: "cannot tell yet" });
    expect(
      verdictOf(
        compared(
          () => one,
          () => one,
          random,
          480,
        ),
        0.01,
        random,
      ),
    ).toEqual({ kind: "same" });
  });
});
