import { describe, expect, test } from "vitest";
import { regimesOf } from "../../../src/judgement/output/regimes.ts";
import type { RunAnswers } from "../../../src/scenario/same-model/fingerprint.ts";
import { seededRandom } from "../../../src/std/seeded-random.ts";

const random = seededRandom(3);
const cells = ["a", "b", "c", "d", "e", "f", "g", "h"];

/** One back end mostly says `favorite` to each question. */
function runOf(favorites: readonly string[]): RunAnswers {
  const answer = (cell: string): string => {
    const favorite = favorites[Math.floor(random() * favorites.length)] ?? "";
    return random() < 0.8 ? `${favorite}-${cell}` : `other-${Math.floor(random() * 3)}`;
  };
  return Object.fromEntries(cells.map((cell) => [cell, [answer(cell), answer(cell), answer(cell)]]));
}

describe("the back ends of an enrolment", () => {
  test("runs of one back end are one regime", () => {
    expect(regimesOf(Array.from({ length: 9 }, () => runOf(["x"])))).toHaveLength(1);
  });
  test("two back ends that mix within runs are one regime", () => {
    expect(regimesOf(Array.from({ length: 9 }, () => runOf(["x", "y"])))).toHaveLength(1);
  });
  test("two back ends that take turns are two", () => {
    const regimes = regimesOf(Array.from({ length: 9 }, (_, index) => runOf([index % 2 === 0 ? "x" : "y"])));
    expect(regimes.map((regime) => regime["a"]?.n).toSorted()).toEqual([12, 15]);
  });
  test("there are never more than three", () => {
    expect(regimesOf(Array.from({ length: 10 }, (_, index) => runOf([`b${index % 5}`])))).toHaveLength(3);
  });
});
