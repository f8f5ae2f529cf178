import type { Target } from "../probe/target.ts";
import { mostCost } from "../run/reservation.ts";
import { maxTokens } from "../scenario/built-in.ts";
import type { MicroUsd } from "../std/money.ts";

/** A comparison that nobody gave other terms. */
export const usualTerms = { maxRequests: 700, errorRate: 0.01 } as const;

/** What requests of one word to both targets cost usually, and at most; undefined: a target has no known price. */
export function comparisonCost(targets: readonly Target[], requests: number) {
  const each = Math.ceil(requests / targets.length);
  const sum = (promptTokens: number, tokensOf: (target: Target) => number): MicroUsd | undefined =>
    targets
      .map((target) => mostCost(target.price, each * promptTokens, each * tokensOf(target), each))
      .reduce((all, cost) => (all === undefined || cost === undefined ? undefined : all + cost));
  return {
    usualMicroUsd: sum(usualPrompt, () => 1),
    atMostMicroUsd: sum(longestPrompt, ({ answerTokens }) => Math.max(maxTokens, answerTokens ?? 0)),
  };
}

const usualPrompt = 25;
const longestPrompt = 100;
