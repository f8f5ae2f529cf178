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

/** A comparison as `plumbline compare` makes it: a look after each turn, until the result is clear or the budget is used. */
function compared(candidate: Side, reference: Side, random: Random): { kind: string; pairs: number } {
  let comparison: Comparison = noComparison;
  const answer = (side: Side, cell: string): string =>
    answerIn(side(random).logits[cell === thousand ? "repeat" : cell] ?? {}, random);
  while (comparison.pairs + turn <= mostPairs) {
    for (let place = 0; place < turn; place += 1) {
      const cell = cells[comparison.pairs % cells.length] ?? "";
      comparison = withPair(comparison, cell, answer(candidate, cell), answer(reference, cell));
    }
    if (isDifferent(comparison, 0.01)) return { kind: "different", pairs: comparison.pairs };
    if (comparison.pairs % lookEvery > 0) continue;
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
  readonly same: number;
  readonly requests: number;
}

/** Of so many equal pairs of each kind, and a tenth of the others: how many were called different or the same, and the median of requests to both. */
export function comparedPairs(most: number): PairRow[] {
  return Object.keys(kinds).map((name) => {
    const pairs = name.startsWith("equal") ? most : Math.ceil(most / 10);
    const results = Array.from({ length: pairs }, (_, seed) => {
      const random = seededRandom(seed + 1);
      const sides = kinds[name]?.(random);
      if (sides === undefined) throw new Error(`no pair ${name}`);
      return compared(...sides, random);
    });
    const of = (kind: string): number => results.filter((result) => result.kind === kind).length;
    const sorted = results.map((result) => 2 * result.pairs).toSorted((a, b) => a - b);
    return { name, pairs, different: of("different"), same: of("same"), requests: sorted[Math.floor(pairs / 2)] ?? 0 };
  });
}
