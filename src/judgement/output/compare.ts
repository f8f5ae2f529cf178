import type { Cell, Regime } from "../../scenario/same-model/fingerprint.ts";
import { divergence, emptyCell, withAnswer } from "./cell.ts";
import type { Sample } from "./samples.ts";

/** Two endpoints that are asked the same questions in turn. */
export interface Comparison {
  readonly pairs: number;
  readonly candidate: Regime;
  readonly reference: Regime;
  /** What each bet on "they differ" has won: on average at most 1 if they do not, at any time. */
  readonly wealth: readonly number[];
}

export type Verdict =
  | { readonly kind: "same" | "different" }
  /** About so many more pairs. */
  | { readonly kind: "cannot tell yet"; readonly more: number };

/** How much the pooled answers count beside those of one endpoint. */
const trusts = [1, 3, 10];

export const noComparison: Comparison = { pairs: 0, candidate: {}, reference: {}, wealth: trusts.map(() => 1) };

/**
 * One answer of each to the same question. If both endpoints are the same, either could have given either answer, whatever
 * their distribution is: the bet is on who gave which. Exact for mixtures as well.
 */
export function withPair(before: Comparison, cell: string, ofCandidate: string, ofReference: string): Comparison {
  const [candidate = emptyCell, reference = emptyCell] = [before.candidate[cell], before.reference[cell]];
  const factors = pairFactors(candidate, reference, ofCandidate, ofReference);
  const wealth = before.wealth.map((won, index) => won * (factors[index] ?? 1));
  return {
    pairs: before.pairs + 1,
    candidate: { ...before.candidate, [cell]: withAnswer(candidate, ofCandidate) },
    reference: { ...before.reference, [cell]: withAnswer(reference, ofReference) },
    wealth,
  };
}

/** What each bet wins by one more pair, from what both answered before. */
export function pairFactors(candidate: Cell, reference: Cell, ofCandidate: string, ofReference: string): number[] {
  const share = (own: Cell, answer: string, trust: number): number => {
    const pooled = (candidate.counts[answer] ?? 0) + (reference.counts[answer] ?? 0) + 0.2;
    const whole = candidate.n + reference.n + 2;
    return ((own.counts[answer] ?? 0) + (trust * pooled) / whole) / (own.n + trust);
  };
  return trusts.map((trust) => {
    const asIs = share(candidate, ofCandidate, trust) * share(reference, ofReference, trust);
    const swapped = share(candidate, ofReference, trust) * share(reference, ofCandidate, trust);
    return (2 * asIs) / (asIs + swapped);
  });
}

/** The answers of two runs, by question and order. */
export function withRuns(before: Comparison, candidate: readonly Sample[], reference: readonly Sample[]): Comparison {
  const byCell = (samples: readonly Sample[]): Map<string, string[]> => {
    const all = new Map<string, string[]>();
    for (const { cell, answer } of samples.flatMap(({ parts }) => parts))
      all.set(cell, [...(all.get(cell) ?? []), answer]);
    return all;
  };
  const others = byCell(reference);
  let after = before;
  for (const [cell, answers] of byCell(candidate)) {
    for (const [index, answer] of answers.entries()) {
      const other = others.get(cell)?.[index];
      if (other !== undefined) after = withPair(after, cell, answer, other);
    }
  }
  return after;
}

/**
 * The distance in bits that `same` excludes. Another model is about 0.32 further away than a model from itself: 0.46 and 0.14.
 * A model of the same family or 4-bit weights can be nearer.
 */
export const sameWithinBits = 0.2;
/** How much further apart than by chance they may look: pairs that differ by the above were then never called the same. */
const margin = 0.1;
/** Fewer say nothing about equality. */
const fewestPairs = 200;
const shuffles = 200;
const upperPercent = 2.33;

function wonBy({ wealth }: Comparison): number {
  return wealth.reduce((sum, of) => sum + of, 0) / wealth.length;
}

export function isDifferent(comparison: Comparison, errorRate: number): boolean {
  return wonBy(comparison) >= 1 / errorRate;
}

export function verdictOf(comparison: Comparison, errorRate: number, random: () => number): Verdict {
  if (isDifferent(comparison, errorRate)) return { kind: "different" };
  const { pairs } = comparison;
  const won = wonBy(comparison);
  const { excess, deviation } = excessOf(comparison, random);
  const upper = excess + upperPercent * deviation;
  if (pairs >= fewestPairs && upper < margin) return { kind: "same" };
  const perPair = Math.log(won) / Math.max(1, pairs);
  const untilDifferent = perPair > 0.005 ? (Math.log(1 / errorRate) - Math.log(won)) / perPair : Infinity;
  const untilSame = excess < margin ? pairs * ((upperPercent * deviation) / (margin - excess)) ** 2 - pairs : Infinity;
  const more = Math.min(untilDifferent, Math.max(untilSame, fewestPairs - pairs));
  return { kind: "cannot tell yet", more: Math.max(1, Math.ceil(Number.isFinite(more) ? more : pairs)) };
}

/** Mean Jensen-Shannon divergence of the questions, in bits. */
export function distanceBetween({ candidate, reference }: Pick<Comparison, "candidate" | "reference">): number {
  const cells = Object.keys(candidate).filter((cell) => cell !== "repeat");
  const sum = cells.reduce(
    (all, cell) => all + divergence(candidate[cell] ?? emptyCell, reference[cell] ?? emptyCell),
    0,
  );
  return sum / Math.max(1, cells.length);
}

/** How much further apart they are than the same answers dealt at random, and how much chance varies that. */
export function excessOf(comparison: Comparison, random: () => number) {
  const dealt = Array.from({ length: shuffles }, () => distanceBetween(shuffled(comparison, random)));
  const mean = dealt.reduce((sum, of) => sum + of, 0) / shuffles;
  const deviation = Math.sqrt(dealt.reduce((sum, of) => sum + (of - mean) ** 2, 0) / shuffles);
  return { byChance: mean, excess: distanceBetween(comparison) - mean, deviation };
}

function shuffled(
  { candidate, reference }: Comparison,
  random: () => number,
): Pick<Comparison, "candidate" | "reference"> {
  const dealt: Record<"candidate" | "reference", Record<string, Cell>> = { candidate: {}, reference: {} };
  for (const [cell, own] of Object.entries(candidate)) {
    const answers = [own, reference[cell] ?? emptyCell].flatMap(({ counts }) =>
      Object.entries(counts).flatMap(([answer, count]) => Array.from({ length: count }, () => answer)),
    );
    for (let last = answers.length - 1; last > 0; last -= 1) {
      const place = Math.floor(random() * (last + 1));
      [answers[last], answers[place]] = [answers[place] ?? "", answers[last] ?? ""];
    }
    dealt.candidate[cell] = cellOf(answers.slice(0, own.n));
    dealt.reference[cell] = cellOf(answers.slice(own.n));
  }
  return dealt;
}

function cellOf(answers: readonly string[]): Cell {
  const counts: Record<string, number> = {};
  for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1;
  return { n: answers.length, counts, rest: 0 };
}
