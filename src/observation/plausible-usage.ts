import type { Usage } from "../probe/usage.ts";
import type { ImplausibleCount, Observation, ReplyFacts } from "./observation.ts";

/** What is reserved for the calls of a run. */
export interface UsageBound {
  readonly maxPromptTokens: number;
  readonly maxOutputTokens: number;
}

/**
 * Reservations are on the safe side, so an honest count rarely passes them at all. Ten times leaves room for hidden system
 * prompts, other tokenizers and ignored output limits, which have findings of their own. Below 10,000 tokens a false
 * count costs a few cents, and a long hidden prompt is possible.
 */
const mostTimes = 10;
const alwaysPlausible = 10_000;

const counts = [
  ["promptTokens", "prompt tokens", ({ maxPromptTokens }: UsageBound) => maxPromptTokens],
  ["completionTokens", "completion tokens", ({ maxOutputTokens }: UsageBound) => maxOutputTokens],
  ["totalTokens", "total tokens", (bound: UsageBound) => bound.maxPromptTokens + bound.maxOutputTokens],
  ["cachedTokens", "cached tokens", ({ maxPromptTokens }: UsageBound) => maxPromptTokens],
  ["reasoningTokens", "reasoning tokens", ({ maxOutputTokens }: UsageBound) => maxOutputTokens],
] as const;

/**
 * Usage that cannot be true becomes unknown, so that the run is settled at its reservation and no baseline, metric or
 * sum sees the number. The first count that gave it away is kept.
 */
export function withPlausibleUsage(observation: Observation, bound: UsageBound): Observation {
  const { outcome } = observation;
  if (outcome.kind === "reply") return { ...observation, outcome: plausible(outcome, bound) };
  return outcome.partial === undefined
    ? observation
    : { ...observation, outcome: { ...outcome, partial: plausible(outcome.partial, bound) } };
}

function plausible(facts: ReplyFacts, bound: UsageBound): ReplyFacts {
  const implausibleUsage = facts.usage && implausibleIn(facts.usage, bound);
  return implausibleUsage === undefined ? facts : { ...facts, usage: undefined, implausibleUsage };
}

function implausibleIn(usage: Usage, bound: UsageBound): ImplausibleCount | undefined {
  for (const [key, count, possibleIn] of counts) {
    const reported = usage[key];
    const possible = possibleIn(bound);
    if (reported !== undefined && !isPlausible(reported, possible)) {
      // JSON has no infinity: a number that is too large for it would be stored as null.
      return { count, reported: Math.min(reported, Number.MAX_VALUE), possible };
    }
  }
  return undefined;
}

function isPlausible(reported: number, possible: number): boolean {
  return Number.isSafeInteger(reported) && reported >= 0 && reported <= Math.max(alwaysPlausible, mostTimes * possible);
}
