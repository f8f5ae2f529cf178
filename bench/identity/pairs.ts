import { type Comparison, isDifferent, noComparison, verdictOf, withPair } from "../../src/judgement/output/compare.ts";
import { thousand } from "../../src/judgement/output/samples.ts";
import { choices } from "../../src/scenario/same-model/choices.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";
import { answerIn, type Model, newModel, perturbed, type Random } from "./endpoint.ts";

type Side = (random: Random) => Model;
/** The budget of an audit. */
const mostPairs = 350;
const turn = 4;
const lookEvery = 20;
const cells = [...choices.map(({ cell }) => cell), thousand];

/** A comparison as `plumbline compare` makes it, until the result is clear or the budget is used. Without looks it does not end as the same. */
function compared(candidate: Side, reference: Side, random: Random, looks: boolean): { kind: string; pairs: number } {
  let comparison: Comparison = noComparison;
  const answer = (side: Side, cell: string): string =>
    answerIn(side(random).logits[cell === thousand ? "repeat" : cell] ?? {}, random);
  while (comparison.pairs + turn <= mostPairs) {
    for (let place = 0; place < turn; place += 1) {
      const cell = cells[comparison.pairs % cells.length] ?? "";
      comparison = withPair(comparison, cell, answer(candidate, cell), answer(reference, cell));
    }
    if (isDifferent(comparison, 0.01)) return { kind: "different", pairs: comparison.pairs };
    if (!looks || comparison.pairs % lookEvery > 0) continue;
    if (verdictOf(comparison, 0.01, random).kind === "same") return { kind: "same", pairs: comparison.pairs };
  }
  return { kind: "cannot tell yet", pairs: comparison.pairs };
}

const one =
  (model: Model): Side =>
  () =>
    model;
const mixture =
  (models: readonly Model[]): Side =>
  (random) =>
    models[Math.floor(random() * models.length)] ?? { logits: {} };
const models = (count: number, random: Random): Model[] => Array.from({ length: count }, () => newModel(random));
const both = (side: Side): readonly [Side, Side] => [side, side];

const kinds: Readonly<Record<string, (random: Random) => readonly [Side, Side]>> = {
  "equal, one back end": (random) => both(one(newModel(random))),
  "equal, two back ends mixed": (random) => both(mixture(models(2, random))),
  "equal, three back ends mixed": (random) => both(mixture(models(3, random))),
  "another model": (random) => [one(newModel(random)), one(newModel(random))],
  "half of the requests go to another model": (random) => {
    const [own, other] = [newModel(random), newModel(random)];
    return [mixture([own, other]), one(own)];
  },
  "the same family (logits ±1)": (random) => {
    const own = newModel(random);
    return [one(perturbed(own, 1, random)), one(own)];
  },
  "4 bit (logits ±0.3)": (random) => {
    const own = newModel(random);
    return [one(perturbed(own, 0.3, random)), one(own)];
  },
};

export interface PairRow {
  readonly name: string;
  readonly pairs: number;
  readonly different: number;
  /** Of a fiftieth of the pairs. */
  readonly same: number;
  readonly looked: number;
  /** The median of both, where equality ends a comparison. */
  readonly requests: number;
}

/** So many pairs of equal endpoints. Looks at equality take time: a fiftieth has them, and all others use their whole budget. */
export function comparedPairs(pairs: number): PairRow[] {
  const looked = Math.ceil(pairs / 50);
  return Object.entries(kinds).map(([name, sidesOf]) => {
    const count = name.startsWith("equal") ? pairs : looked;
    const results = Array.from({ length: count }, (_, seed) => {
      const random = seededRandom(310_000 + seed);
      return compared(...sidesOf(random), random, seed < looked);
    });
    const ended = results.slice(0, looked);
    const requests = ended.map((result) => 2 * result.pairs).toSorted((a, b) => a - b)[Math.floor(looked / 2)] ?? 0;
    const different = results.filter(({ kind }) => kind === "different").length;
    const same = ended.filter(({ kind }) => kind === "same").length;
    return { name, pairs: count, different, same, looked, requests };
  });
}
